//! The steps of every proof: from the engine's start to equal followers.

use std::{collections::BTreeMap, ops::ControlFlow, path::Path, time::Duration};

use alloy_primitives::{Address, U64, U256};
use anyhow::{Context, Result, bail, ensure};
use eth_rpc::{Batch, Rpc, fees::MAX_FEE};
use op_chain::{contracts::DisputeGameFactory, rollup::RollupConfig};
use op_gate::config::Config;
use op_prove::{compare::Verdict, deposit, heads};
use serde::Deserialize;
use serde_json::json;
use tokio::{process::Command, time::Instant};

use super::batches;
use super::wait::{ANSWER, until};
use super::{proof::Recorder, wallet::ONE_ETHER};
use crate::accounts;
use crate::devnet::{Devnet, wait_running};
use crate::status::{SyncStatus, sync_status};

/// For the services to start, and for what takes some blocks of L1; a slow machine takes five times as long
/// as a quiet one.
const SETTLE: Duration = Duration::from_mins(2);
/// Blocks whose receipts are asked for in one request.
const CHUNK: u64 = 200;

/// The chain begins: blocks, batches, a deposit, a game, every fork.
pub(super) async fn beginning(devnet: &Devnet, recorder: &Recorder<'_>) {
    let sequencer = "sequencer-node";
    tokio::join!(
        recorder.note("engine ready", SETTLE, engine_ready(devnet)),
        recorder.note("op-node ready", SETTLE, ready(devnet, sequencer)),
        recorder.note("all services running", SETTLE, all_running(devnet)),
        recorder.note(
            "first unsafe block",
            SETTLE,
            head(devnet, sequencer, |heads| heads.unsafe_l2.number)
        ),
        recorder.note(
            "first safe block",
            SETTLE,
            head(devnet, sequencer, |heads| heads.safe_l2.number)
        ),
        recorder.note("deposit on every engine", SETTLE, deposit_everywhere(devnet)),
        recorder.note("dispute game on L1", SETTLE, game(devnet)),
    );
    recorder.note("every fork is active", SETTLE, forks(devnet)).await;
}

/// The chain is whole: no silent failure, no difference between nodes, no restart.
pub(super) async fn wholeness(devnet: &Devnet, recorder: &Recorder<'_>, op_warden: &Path) {
    recorder.note("L1-info transactions succeed", SETTLE, l1_info(devnet)).await;
    for follower in devnet.followers() {
        let node = format!("{follower}-node");
        let safe = head(devnet, &node, |heads| heads.safe_l2.number);
        recorder.note(&format!("{follower} derives from L1"), SETTLE, safe).await;
        let equal = equal(devnet, &follower);
        recorder.note(&format!("{follower} equals the sequencer"), SETTLE, equal).await;
    }
    recorder.note("data of the batches on L1", SETTLE, data(devnet)).await;
    recorder.note("all gates pass on the live chain", ANSWER, check(devnet, op_warden)).await;
    recorder.note("no service was started again", ANSWER, async { no_restarts(devnet) }).await;
}

async fn engine_ready(devnet: &Devnet) -> Result<String> {
    let engine = ready(devnet, "sequencer-engine").await?;
    let init = devnet.supervisor.board().borrow().services["sequencer-engine"].init_milliseconds;
    Ok(init.map_or_else(|| engine.clone(), |init| format!("{engine}, op-geth init {init:.0} ms")))
}

/// Waits until a service answers, and says where.
async fn ready(devnet: &Devnet, service: &str) -> Result<String> {
    let mut board = devnet.supervisor.board();
    wait_running(&mut board, &devnet.home, service).await?;
    let board = board.borrow();
    board.endpoints.get(service).cloned().with_context(|| format!("{service} has no endpoint"))
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
    let rpc = Rpc::new(&devnet.url(&format!("{node}.rpc"))?, ANSWER)?;
    until(format!("a block of {node}"), SETTLE, async || {
        Ok(match number(&sync_status(&rpc).await?) {
            0 => ControlFlow::Continue("it is at genesis".to_owned()),
            number => ControlFlow::Break(format!("block {number}")),
        })
    })
    .await
}

/// Sends a deposit on L1 to an address that has nothing, and finds it in the same L2 block of every node.
async fn deposit_everywhere(devnet: &Devnet) -> Result<String> {
    let config = Config::load(&devnet.home.warden_config())?;
    let chain = deposit::Chain::of(&config, ANSWER)?;
    let (key, to) = (accounts::key(accounts::USER)?, Address::random());
    let start = deposit::Start::Send { key: &key, to, amount: ONE_ETHER, max_fee: MAX_FEE };
    let proof = deposit::prove(&chain, start, SETTLE, |_| {}).await?;
    let block = proof.block().with_context(|| format!("not everywhere: {proof:?}"))?;
    for (name, engine) in &chain.engines {
        let mut batch = Batch::default();
        let balance = batch.balance(to);
        let balance = engine.send(batch).await.take(&balance)?;
        ensure!(balance == ONE_ETHER, "{to} has {balance} wei on {name}, not {ONE_ETHER}");
    }
    let names: Vec<&str> = chain.engines.iter().map(|(name, _)| name.as_str()).collect();
    Ok(format!("1 ETH in L2 block {} of {}", block.number, names.join(", ")))
}

async fn game(devnet: &Devnet) -> Result<String> {
    let l1 = Rpc::new(&devnet.url("l1.rpc")?, ANSWER)?;
    let factory = devnet.chain.dispute_game_factory;
    let (count, game) = until("a dispute game", SETTLE, async || {
        let mut batch = Batch::default();
        let count = batch.call(factory, &DisputeGameFactory::gameCountCall {});
        let game = batch.call(factory, &DisputeGameFactory::gameAtIndexCall { index: U256::ZERO });
        let answers = l1.send(batch).await;
        // Reverts while there is no game. One may be made between the two answers.
        let (count, game) = (answers.take(&count)?, answers.take(&game)?);
        Ok(if count.is_zero() {
            ControlFlow::Continue("the first one is being made".to_owned())
        } else {
            ControlFlow::Break((count, game))
        })
    })
    .await?;
    ensure!(
        game.gameType == devnet.chain.game_type,
        "the proposer made a game of type {}, {} is respected",
        game.gameType,
        devnet.chain.game_type
    );
    Ok(format!("{count} of type {}, {}", game.gameType, game.proxy))
}

/// Waits until the sequencer is past the last fork of rollup.json.
async fn forks(devnet: &Devnet) -> Result<String> {
    let rollup = rollup(devnet)?;
    let times = serde_json::to_value(&rollup.forks)?;
    let times: Vec<u64> =
        times.as_object().into_iter().flatten().filter_map(|(_, time)| time.as_u64()).collect();
    let last = times.iter().copied().max().context("rollup.json has no forks")?;
    let node = Rpc::new(&devnet.url("sequencer-node.rpc")?, ANSWER)?;
    until("the last fork", SETTLE, async || {
        let head = sync_status(&node).await?.unsafe_l2;
        Ok(if head.timestamp > last {
            ControlFlow::Break(format!("{} forks, at block {}", times.len(), head.number))
        } else {
            ControlFlow::Continue(format!(
                "block {} is {} s before it",
                head.number,
                last - head.timestamp
            ))
        })
    })
    .await
}

fn rollup(devnet: &Devnet) -> Result<RollupConfig> {
    let path = devnet.home.chain().join("rollup.json");
    let text = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(serde_json::from_slice(&text)?)
}

/// What the batcher brought to L1, in the kind that the chain is made for.
async fn data(devnet: &Devnet) -> Result<String> {
    let l1 = Rpc::new(&devnet.url("l1.rpc")?, ANSWER)?;
    let node = Rpc::new(&devnet.url("sequencer-node.rpc")?, ANSWER)?;
    let safe = sync_status(&node).await?.safe_l2.number;
    let batches =
        batches::read(&devnet.chain, &rollup(devnet)?, &l1, &devnet.blobs(), safe).await?;
    Ok(batches.to_string())
}

/// The first transaction of every block sets `L1Block`; with contracts too old for the fork it fails
/// and no head shows it.
async fn l1_info(devnet: &Devnet) -> Result<String> {
    let engine = Rpc::new(&devnet.url("sequencer-engine.http")?, ANSWER)?;
    let head = latest(&engine).await?;
    let mut next = 1;
    while next <= head {
        let last = head.min(next + CHUNK - 1);
        first_receipts(&engine, next, last).await?;
        next = last + 1;
    }
    Ok(format!("blocks 1 to {head}"))
}

/// The first receipts of some blocks say success.
async fn first_receipts(engine: &Rpc, from: u64, to: u64) -> Result<()> {
    #[derive(Deserialize)]
    struct Receipt {
        status: U64,
    }
    let mut batch = Batch::default();
    let blocks: Vec<_> = (from..=to)
        .map(|number| {
            (number, batch.request::<Vec<Receipt>>("eth_getBlockReceipts", [U64::from(number)]))
        })
        .collect();
    let answers = engine.send(batch).await;
    for (number, receipts) in blocks {
        let receipts = answers
            .take(&receipts)
            .with_context(|| format!("cannot read the receipts of block {number}"))?;
        let first = receipts.first().with_context(|| format!("block {number} is empty"))?;
        ensure!(!first.status.is_zero(), "the L1-info transaction of block {number} failed");
    }
    Ok(())
}

async fn latest(engine: &Rpc) -> Result<u64> {
    let mut batch = Batch::default();
    let head = batch.head("latest");
    Ok(engine.send(batch).await.take(&head)?.context("the engine has no head")?.number.to())
}

/// Waits until a follower has every block that the sequencer has now, and all are the same.
async fn equal(devnet: &Devnet, follower: &str) -> Result<String> {
    let sequencer = Rpc::new(&devnet.url("sequencer-engine.http")?, ANSWER)?;
    let engine = Rpc::new(&devnet.url(&format!("{follower}-engine.http"))?, ANSWER)?;
    let head = latest(&sequencer).await?;
    let verdict = until(format!("{follower}'s block {head}"), SETTLE, async || {
        Ok(match heads::compare(&sequencer, &engine, 0, Some(head)).await {
            verdict @ (Verdict::Equal { .. } | Verdict::Diverged { .. }) => {
                ControlFlow::Break(verdict)
            }
            verdict @ (Verdict::Behind { .. } | Verdict::Unknown { .. }) => {
                ControlFlow::Continue(verdict.to_string())
            }
        })
    })
    .await?;
    match verdict {
        Verdict::Equal { to, hash } => Ok(format!("blocks 0 to {to} {hash}")),
        verdict => bail!("{verdict}"),
    }
}

async fn check(devnet: &Devnet, op_warden: &Path) -> Result<String> {
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

fn no_restarts(devnet: &Devnet) -> Result<String> {
    let board = devnet.supervisor.board();
    let board = board.borrow();
    let restarted: BTreeMap<_, _> = board
        .services
        .iter()
        .filter(|(_, status)| status.restarts > 0)
        .map(|(name, status)| (name, &status.last_exit))
        .collect();
    ensure!(restarted.is_empty(), "{}", json!(restarted));
    ensure!(board.all_running(), "not all services run: see op-devnet status");
    Ok(format!("{} services", board.services.len()))
}
