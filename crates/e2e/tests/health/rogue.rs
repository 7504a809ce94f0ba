//! A second op-node that makes blocks of its own in a follower's engine.

use std::{
    env, fs,
    process::{Command, Stdio},
};

use op_prove::compare::Verdict;
use op_status::status::Status;

use e2e::devnet::{Result, ensure};

use crate::{fault::Mend, process::Ending, world::World};

const NODE: &str = "follower-3-node";
const ENGINE: &str = "follower-3-engine";
/// No signer of any chain.
const KEY: &str = "0x00000000000000000000000000000000000000000000000000000000000d1ce5";

/// The follower's own op-node stands still, and a sequencer with another key, without peers and without
/// batches, drives its engine.
pub(crate) fn plant(world: &World) -> Result<Mend> {
    let frozen = world.freeze(NODE)?;
    let rogue = start(world)?;
    Ok(Box::new(move |_: &World| {
        drop(rogue);
        drop(frozen);
        Ok(())
    }))
}

fn start(world: &World) -> Result<Ending> {
    let sequencer = world.pid("sequencer-node")?;
    let arguments = fs::read(format!("/proc/{sequencer}/cmdline"))?;
    let arguments = String::from_utf8(arguments)?;
    let mut arguments = arguments.split('\0').filter(|text| !text.is_empty());
    let program = arguments.next().ok_or("no program")?;
    let theirs = format!("/proc/{}/cmdline", world.pid(NODE)?);
    let theirs = String::from_utf8(fs::read(theirs)?)?;
    let engine = theirs
        .split('\0')
        .filter(|text| text.starts_with("--l2=") || text.starts_with("--l2.jwt-secret="));
    let own =
        ["--l2", "--p2p.", "--metrics.", "--rpc.", "--safedb.", "--sequencer.", "--verifier."];
    let log = fs::File::create(world.file("logs/rogue.log"))?;
    let process = Command::new(program)
        .args(arguments.filter(|text| !own.iter().any(|own| text.starts_with(own))))
        .args(engine)
        .args(["--l2.enginekind=geth", "--p2p.disable", "--rpc.addr=127.0.0.1", "--rpc.port=0"])
        // Older L1 origins than the sequencer's make other blocks, and what is not looked at in L1 does
        // not replace them.
        .args(["--sequencer.enabled", "--sequencer.l1-confs=6", "--verifier.l1-confs=100000"])
        .env_clear()
        .envs(["HOME", "PATH"].iter().filter_map(|name| Some((name, env::var_os(name)?))))
        .env("OP_NODE_P2P_SEQUENCER_KEY", KEY)
        // Whoever cleans up after the devnet ends it too.
        .env("OP_DEVNET_HOME", world.devnet.dir())
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    Ok(Ending(process))
}

/// The first block that differs is the one that the engines themselves say, and only this follower, and
/// only its unsafe head, differs.
pub(crate) fn look(world: &World, status: &Status) -> Result<()> {
    let node = |name: &str| status.nodes.get(name).ok_or_else(|| format!("no {name}"));
    let Some(Verdict::Diverged { after, block, reference, follower }) = &node(NODE)?.unsafe_verdict
    else {
        return Err(format!("not diverged: {:?}", node(NODE)?.unsafe_verdict).into());
    };
    let hashes = |number| -> Result<_> {
        Ok((world.block("sequencer-engine", number)?, world.block(ENGINE, number)?))
    };
    let (ours, theirs) = hashes(*block)?;
    let (ours_before, theirs_before) = hashes(block - 1)?;
    let found = format!("block {block} after {after:?}: {reference} and {follower}");
    let engines = format!("{ours} and {theirs}, before it {ours_before} and {theirs_before}");
    let right = *after == Some(block - 1)
        && ours.as_str() == Some(&reference.to_string())
        && theirs.as_str() == Some(&follower.to_string())
        && ours != theirs
        && ours_before == theirs_before;
    ensure(right, || format!("op-warden says {found}; the engines say {engines}"))?;
    println!("    {found}; the engines say the same");
    let safe = &node(NODE)?.safe_verdict;
    ensure(matches!(safe, Some(Verdict::Equal { .. } | Verdict::Behind { .. })), || {
        format!("its safe head was not replaced: {safe:?}")
    })?;
    for other in ["follower-1-node", "follower-2-node"] {
        let verdict = &node(other)?.unsafe_verdict;
        ensure(matches!(verdict, Some(Verdict::Equal { .. } | Verdict::Behind { .. })), || {
            format!("{other} is the sequencer's: {verdict:?}")
        })?;
    }
    Ok(())
}
