//! `--prove`: shows on a running chain that it works, from the gates to a deposit on every node.

mod deposit;
mod proof;
mod wait;
mod wallet;

use std::{collections::BTreeMap, time::Duration};

use alloy_primitives::U256;
use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use op_chain::{
    contracts::DisputeGameFactory,
    rpc::{Batch, Rpc},
};
use op_warden::prove::heads::{self, Verdict};
use serde::Deserialize;
use serde_json::json;
use tokio::{
    process::Command,
    time::{Instant, sleep},
};

use self::proof::{Proof, Recorder};
use crate::{
    clock::Clock,
    devnet::{Devnet, Options, wait_running},
    status::{SyncStatus, sync_status},
    up::interrupted,
};

/// Between two looks.
const POLL: Duration = Duration::from_millis(100);
/// For one answer of a node.
const ANSWER: Duration = Duration::from_secs(5);

/// How much to prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Depth {
    /// Blocks, safety, a game, a deposit, equal followers
    Basic,
    /// Also a withdrawal to its end, and a false output root disputed and lost
    Full,
}

/// Brings a devnet up, proves it and stops it. True when everything held.
pub(crate) async fn run(options: &Options, depth: Depth, json: bool, clock: &Clock) -> Result<bool> {
    let proof = tokio::select! {
        proof = attempt(options, depth, clock) => proof?,
        () = interrupted()? => bail!("interrupted"),
    };
    if json {
        println!("{}", serde_json::to_string_pretty(&proof)?);
    } else {
        print!("{}", proof.table());
    }
    Ok(proof.passed)
}

async fn attempt(options: &Options, depth: Depth, clock: &Clock) -> Result<Proof> {
    let prepared = Devnet::prepare(options, clock).await?;
    let op_warden = prepared.op_warden.clone();
    let mut devnet = prepared.start(clock).await?;
    let recorder = Recorder::new(*clock);
    basic(&devnet, &recorder).await;
    recorder.step("all gates pass on the live chain", ANSWER, check(&devnet, &op_warden)).await;
    recorder.step("no service was started again", ANSWER, no_restarts(&devnet)).await;
    let gates = devnet.supervisor.board().borrow().services.iter().filter_map(|(name, status)| {
        Some((name.clone(), status.gate.as_ref()?.milliseconds))
    }).collect();
    clock.say("stopping");
    devnet.supervisor.shut_down().await;
    let _ = depth;
    Ok(recorder.finish(devnet.chain.contracts.clone(), gates))
}

/// From the engine's start to equal followers.
async fn basic(devnet: &Devnet, recorder: &Recorder) {
    const START: Duration = Duration::from_secs(30);
    const SETTLE: Duration = Duration::from_secs(60);
    tokio::join!(
        recorder.step("engine ready", START, engine_ready(devnet)),
        recorder.step("all services running", START, all_running(devnet)),
        recorder.step("first unsafe block", START, head(devnet, "sequencer-node", |heads| heads.unsafe_l2.number)),
        recorder.step("first safe block", SETTLE, head(devnet, "sequencer-node", |heads| heads.safe_l2.number)),
        recorder.step("dispute game on L1", SETTLE, game(devnet)),
    );
    recorder.step("L1-info transactions succeed", SETTLE, l1_info(devnet)).await;
    for follower in devnet.followers() {
        let node = format!("{follower}-node");
        let safe = head(devnet, &node, |heads| heads.safe_l2.number);
        recorder.step(&format!("{follower} derives from L1"), SETTLE, safe).await;
        recorder.step(&format!("{follower} equals the sequencer"), SETTLE, equal(devnet, &follower)).await;
    }
}

async fn engine_ready(devnet: &Devnet) -> Result<String> {
    let engine = "sequencer-engine";
    wait_running(&mut devnet.supervisor.board(), &devnet.home, engine).await?;
    Ok(devnet.url("sequencer-engine.http"))
}

async fn all_running(devnet: &Devnet) -> Result<String> {
    let mut board = devnet.supervisor.board();
    let names: Vec<String> = board.borrow().services.keys().cloned().collect();
    for name in &names {
        wait_running(&mut board, &devnet.home, name).await?;
    }
    Ok(format!("{} services", names.len()))
}

/// Waits until a head of an op-node is above genesis.
async fn head(devnet: &Devnet, node: &str, number: fn(&SyncStatus) -> u64) -> Result<String> {
    let node = Rpc::new(&devnet.url(&format!("{node}.rpc")), ANSWER)?;
    loop {
        match sync_status(&node).await {
            Ok(heads) if number(&heads) > 0 => return Ok(format!("block {}", number(&heads))),
            // Not up yet, or not there yet.
            _ => sleep(POLL).await,
        }
    }
}

/// Waits for a game of the proposer.
async fn game(devnet: &Devnet) -> Result<String> {
    let l1 = Rpc::new(&devnet.url("l1.rpc"), ANSWER)?;
    loop {
        let mut batch = Batch::default();
        let count = batch.call(devnet.chain.dispute_game_factory, &DisputeGameFactory::gameCountCall {});
        let first = DisputeGameFactory::gameAtIndexCall { index: U256::ZERO };
        let first = batch.call(devnet.chain.dispute_game_factory, &first);
        let answers = l1.send(batch).await;
        // Before the contracts are there, and before there is a game, these calls fail.
        if let (Ok(count), Ok(game)) = (answers.take(&count), answers.take(&first)) {
            ensure!(
                game.gameType == devnet.chain.game_type,
                "the proposer made a game of type {}, {} is respected",
                game.gameType,
                devnet.chain.game_type
            );
            return Ok(format!("{count} of type {}, {}", game.gameType, game.proxy));
        }
        sleep(POLL).await;
    }
}

/// The first transaction of every block sets `L1Block`; with contracts too old for the fork it fails
/// and no head shows it.
async fn l1_info(devnet: &Devnet) -> Result<String> {
    #[derive(Deserialize)]
    struct Receipt {
        status: alloy_primitives::U64,
    }
    let engine = Rpc::new(&devnet.url("sequencer-engine.http"), ANSWER)?;
    let head = latest(&engine).await?;
    let mut batch = Batch::default();
    let blocks: Vec<_> = (1..=head)
        .map(|number| batch.request::<Vec<Receipt>>("eth_getBlockReceipts", [alloy_primitives::U64::from(number)]))
        .collect();
    let answers = engine.send(batch).await;
    for (receipts, number) in blocks.iter().zip(1_u64..) {
        let receipts = answers.take(receipts).with_context(|| format!("cannot read the receipts of block {number}"))?;
        let first = receipts.first().with_context(|| format!("block {number} is empty"))?;
        ensure!(first.status.to::<u64>() == 1, "the L1-info transaction of block {number} failed");
    }
    Ok(format!("blocks 1 to {head}"))
}

async fn latest(engine: &Rpc) -> Result<u64> {
    let mut batch = Batch::default();
    let head = batch.head("latest");
    Ok(engine.send(batch).await.take(&head)?.context("the engine has no head")?.number.to())
}

/// Waits until a follower has every block that the sequencer has now, and all are the same.
async fn equal(devnet: &Devnet, follower: &str) -> Result<String> {
    let sequencer = Rpc::new(&devnet.url("sequencer-engine.http"), ANSWER)?;
    let engine = Rpc::new(&devnet.url(&format!("{follower}-engine.http")), ANSWER)?;
    let head = latest(&sequencer).await?;
    loop {
        match heads::compare(&sequencer, &engine, 0, Some(head)).await {
            Verdict::Equal { to, hash } => return Ok(format!("blocks 0 to {to} {hash}")),
            verdict @ Verdict::Diverged { .. } => bail!("{verdict}"),
            Verdict::Behind { .. } | Verdict::Unknown { .. } => sleep(POLL).await,
        }
    }
}

/// The whole table of gates in one run.
async fn check(devnet: &Devnet, op_warden: &std::path::Path) -> Result<String> {
    let start = Instant::now();
    let output = Command::new(op_warden)
        .args(["check", "--config"])
        .arg(devnet.home.warden_config())
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot run op-warden")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    Ok(format!("op-warden check in {:.0} ms", start.elapsed().as_secs_f64() * 1_000.0))
}

async fn no_restarts(devnet: &Devnet) -> Result<String> {
    let board = devnet.supervisor.board();
    let board = board.borrow();
    let restarted: BTreeMap<_, _> = board
        .services
        .iter()
        .filter(|(_, status)| status.restarts > 0)
        .map(|(name, status)| (name, &status.last_exit))
        .collect();
    ensure!(restarted.is_empty(), "{}", json!(restarted));
    Ok(format!("{} services", board.services.len()))
}
