//! The sequencer's engine is killed again and again, as for want of memory. What op-geth loses is measured: it keeps
//! its newest writes in memory, a few blocks of a quiet chain. Others come in their place, until what is on L1 brings
//! the first ones back: what was safe is what it was in the end, on both nodes.

use std::{env, thread::sleep, time::Duration};

use e2e::devnet::{Devnet, Result, all_running, ensure, kill, unsafe_head};
use e2e::random::Random;
use libtest_mimic::Completion;
use serde_json::{Value, json};
use test_kit::http;

use crate::Outcome;

const ENGINE: &str = "sequencer-engine";
const KILLS: u64 = 3;

/// A height and its hash.
type Block = (u64, String);

pub(crate) fn of_the_sequencers_engine() -> Outcome {
    let kills = env::var("ENGINE_KILLS").map_or(Ok(KILLS), |kills| kills.parse())?;
    let mut random = Random::from_environment("ENGINE_KILLS_SEED")?;
    let devnet = Devnet::up()?;
    let (mut safe, mut lost) = (Vec::new(), Vec::new());
    for _ in 0..kills {
        // A moment between two blocks, which come each second.
        sleep(Duration::from_millis(random.below(3000)));
        let (newest_safe, unsafe_blocks) = heads(&devnet)?;
        killed(&devnet, unsafe_blocks.last().map_or(newest_safe.0, |block| block.0))?;
        safe.push(newest_safe);
        let mut replaced = 0;
        for (number, hash) in unsafe_blocks {
            replaced += u64::from(devnet.hash_on(ENGINE, number)? != hash);
        }
        lost.push(replaced);
    }
    println!(
        "{kills} kills: blocks that op-node had confirmed and that were replaced, for each: {lost:?}"
    );
    one_chain(&devnet, &safe)?;
    devnet.down()?;
    Ok(Completion::Completed)
}

/// The sequencer's newest safe block, and those after it.
fn heads(devnet: &Devnet) -> Result<(Block, Vec<Block>)> {
    let status = devnet.status()?;
    let node = status["board"]["endpoints"]["sequencer-node"].as_str().ok_or("no endpoint")?;
    let heads = http::call(node, "optimism_syncStatus", &json!([]))?;
    let safe = block(&heads["safe_l2"])?;
    let newest = block(&heads["unsafe_l2"])?;
    let between = (safe.0 + 1)..newest.0;
    let mut blocks = between
        .map(|number| Ok((number, devnet.hash_on(ENGINE, number)?)))
        .collect::<Result<Vec<Block>>>()?;
    blocks.push(newest);
    Ok((safe, blocks))
}

fn block(head: &Value) -> Result<Block> {
    let hash = head["hash"].as_str().ok_or_else(|| format!("no head: {head}"))?;
    Ok((head["number"].as_u64().ok_or("no number")?, hash.to_owned()))
}

/// Kills the engine, and waits until the chain is further than it was.
fn killed(devnet: &Devnet, newest: u64) -> Result<()> {
    let engine = |status: &Value| status["board"]["services"][ENGINE].clone();
    let before = engine(&devnet.status()?);
    kill(before["pid"].as_u64().ok_or("no pid")?)?;
    devnet.wait("blocks after an engine's death", |status| {
        let again = engine(status)["restarts"].as_u64() > before["restarts"].as_u64();
        again && all_running(status) && unsafe_head(status) > Some(newest)
    })?;
    Ok(())
}

/// Once all of it is on L1, both nodes have one chain, and in it what was safe.
fn one_chain(devnet: &Devnet, safe: &[Block]) -> Result<()> {
    let head = unsafe_head(&devnet.status()?).ok_or("no head")?;
    let is_safe = |status: &Value, node: &str| {
        status["heads"][node]["safe_l2"]["number"].as_u64() >= Some(head)
    };
    devnet.wait("that height to be safe", |status| {
        is_safe(status, "sequencer-node") && is_safe(status, "follower-1-node")
    })?;
    for (number, hash) in safe {
        let now = devnet.hash_on(ENGINE, *number)?;
        ensure(now == *hash, || format!("safe block {number} was {hash} and is {now}"))?;
    }
    for number in 0..=head {
        let (own, followers) =
            (devnet.hash_on(ENGINE, number)?, devnet.hash_on("follower-1-engine", number)?);
        ensure(own == followers, || format!("block {number} is {own}, and {followers}"))?;
    }
    Ok(())
}
