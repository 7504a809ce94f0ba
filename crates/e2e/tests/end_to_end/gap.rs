//! A follower that missed blocks gets them at once, from the sequencer's engine.

use std::{process::Command, thread::sleep, time::Duration};

use e2e::devnet::{self, Devnet, Result, ensure, unsafe_head};
use libtest_mimic::Completion;
use serde_json::Value;

use crate::Outcome;

const FOLLOWER: &str = "follower-1-node";
/// Blocks that it misses.
const MISSED: u64 = 12;
/// For a batch that was under way.
const UNDER_WAY: Duration = Duration::from_secs(5);

/// Without batches; op-nodes do not ask each other since v1.19.1.
pub(crate) fn closes() -> Outcome {
    let devnet = Devnet::up()?;
    let status =
        devnet.wait("a block that follows", |status| head(status, "unsafe_l2") > Some(0))?;

    signal(pid(&status, "batcher")?, "STOP")?;
    sleep(UNDER_WAY);
    let follower = pid(&devnet.status()?, FOLLOWER)?;
    signal(follower, "STOP")?;
    let frozen = unsafe_head(&devnet.status()?).ok_or("no head")?;
    let missed = |status: &Value| unsafe_head(status) >= Some(frozen + MISSED);
    let there = unsafe_head(&devnet.wait("blocks that it misses", missed)?).ok_or("no head")?;
    // Else it would read what its sockets kept.
    devnet::kill(follower)?;
    let status = devnet
        .wait("the blocks that it missed", |status| head(status, "unsafe_l2") >= Some(there))?;

    // By no batch: none has them.
    let safe = status["heads"]["sequencer-node"]["safe_l2"]["number"].as_u64();
    ensure(safe.is_some_and(|safe| safe < frozen), || {
        format!("its blocks may come from a batch: {safe:?} is safe, it was frozen at {frozen}")
    })?;
    println!("    {frozen} to {there}, with {} safe", safe.unwrap_or_default());
    Ok(Completion::Completed)
}

fn head(status: &Value, of: &str) -> Option<u64> {
    status["heads"][FOLLOWER][of]["number"].as_u64()
}

pub(crate) fn pid(status: &Value, service: &str) -> Result<u64> {
    let pid = status["board"]["services"][service]["pid"].as_u64();
    pid.ok_or_else(|| format!("{service} does not run: {status}").into())
}

pub(crate) fn signal(pid: u64, name: &str) -> Result<()> {
    let status = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status()?;
    ensure(status.success(), || format!("cannot send {name} to {pid}"))
}
