//! The sequencer's engine is killed again and again, as for want of memory: the chain goes on, what was
//! safe stays, and both nodes have one chain in the end. What the engine loses is measured.

use std::{env, thread::sleep, time::Duration};

use e2e::devnet::{Devnet, Result, ensure, kill, unsafe_head};
use e2e::random::Random;
use libtest_mimic::Completion;
use serde_json::{Value, json};
use test_kit::http;

use crate::Outcome;

const ENGINE: &str = "sequencer-engine";
const KILLS: u64 = 3;

pub(crate) fn of_the_sequencers_engine() -> Outcome {
    let kills = env::var("ENGINE_KILLS").map_or(Ok(KILLS), |kills| kills.parse())?;
    let mut random = Random::from_environment("ENGINE_KILLS_SEED")?;
    let devnet = Devnet::up()?;
    let mut lost = 0;
    for _ in 0..kills {
        // A moment between two blocks, which come each second.
        sleep(Duration::from_millis(random.below(3000)));
        lost += u64::from(loses_a_block(&devnet)?);
    }
    println!("{kills} kills, {lost} lost the newest block that op-node had confirmed");
    one_chain(&devnet)?;
    devnet.down()?;
    Ok(Completion::Completed)
}

/// Kills the engine. True where another block stands in the place of the newest one, or none.
fn loses_a_block(devnet: &Devnet) -> Result<bool> {
    let status = devnet.status()?;
    let node = status["board"]["endpoints"]["sequencer-node"].as_str().ok_or("no endpoint")?;
    let heads = http::call(node, "optimism_syncStatus", &json!([]))?;
    let (newest, safe) = (block(&heads["unsafe_l2"])?, block(&heads["safe_l2"])?);
    kill(status["board"]["services"][ENGINE]["pid"].as_u64().ok_or("no pid")?)?;
    devnet.wait("blocks after an engine's death", |status| {
        unsafe_head(status) > Some(newest.0 + 1)
    })?;
    let kept = devnet.hash_on(ENGINE, safe.0)?;
    ensure(kept == safe.1, || format!("safe block {safe:?} is {kept} now"))?;
    Ok(devnet.hash_on(ENGINE, newest.0)? != newest.1)
}

fn block(head: &Value) -> Result<(u64, String)> {
    let hash = head["hash"].as_str().ok_or_else(|| format!("no head: {head}"))?;
    Ok((head["number"].as_u64().ok_or("no number")?, hash.to_owned()))
}

/// Whatever a follower had taken of what was lost, it has the sequencer's chain.
fn one_chain(devnet: &Devnet) -> Result<()> {
    let status = devnet.status()?;
    let head = unsafe_head(&status).ok_or("no head")?;
    devnet.wait("the follower at that height, safe", |status| {
        status["heads"]["follower-1-node"]["safe_l2"]["number"].as_u64() >= Some(head)
    })?;
    for number in 0..=head {
        let (own, followers) =
            (devnet.hash_on(ENGINE, number)?, devnet.hash_on("follower-1-engine", number)?);
        ensure(own == followers, || format!("block {number} is {own}, and {followers}"))?;
    }
    Ok(())
}
