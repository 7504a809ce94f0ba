//! `up`: the chain runs until Ctrl-C.

use std::{convert::Infallible, time::Duration};

use anyhow::{Context, Result};
use eth_rpc::Rpc;
use tokio::{sync::watch, time::sleep};

use crate::devnet::{Devnet, Options};
use crate::session::Session;
use crate::supervisor::board::{Board, Phase};
use crate::{chain::Chain, clock::Clock, guide, logs, status};

/// Brings the devnet up and keeps it until it is interrupted.
pub(crate) async fn run(options: &Options, clock: &Clock) -> Result<()> {
    let session = Session::open(&options.dir)?;
    let ended = session
        .run(clock, async {
            let devnet = Devnet::prepare(&session, options, clock).await?.start(clock).await?;
            tokio::try_join!(
                devnet.complete(),
                logs::rotate(&devnet.home),
                show_changes(&devnet, clock),
                next_block(&devnet, clock),
            )
        })
        .await;
    stop(session, clock).await?;
    ended.map(drop)
}

/// Brings up only the L1 with the contracts, and keeps it until it is interrupted.
pub(crate) async fn l1_only(options: &Options, clock: &Clock) -> Result<()> {
    let session = Session::open(&options.dir)?;
    let ended = session
        .run(clock, async {
            let mut prepared = Devnet::prepare(&session, options, clock).await?;
            prepared.deploy(clock).await?;
            prepared.devnet.complete().await?;
            let (url, files) = (prepared.devnet.url("l1.rpc")?, session.home.chain());
            let files = files.display();
            clock.say(format!("the L1 is up: {url}, its chain's files: {files}; Ctrl-C stops it"));
            std::future::pending::<Result<()>>().await
        })
        .await;
    stop(session, clock).await?;
    ended.map(drop)
}

async fn stop(session: Session, clock: &Clock) -> Result<()> {
    let home = session.home.clone();
    session.close(clock).await?;
    if Chain::load(&home)?.is_some() {
        let dir = home.dir().display();
        clock.say(format!("stopped; op-devnet up --dir {dir} goes on with this chain"));
    }
    Ok(())
}

/// Prints the first block that the sequencer makes: the chain lives.
async fn next_block(devnet: &Devnet, clock: &Clock) -> Result<()> {
    let node = Rpc::new(&devnet.url("sequencer-node.rpc")?, Duration::from_secs(5))?;
    let mut head = None;
    loop {
        if let Ok(heads) = status::sync_status(&node).await {
            let block = heads.unsafe_l2.number;
            if block > *head.get_or_insert(block) {
                clock.say(format!("block {block}"));
                return Ok(());
            }
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// Prints what changes, for as long as the devnet runs.
async fn show_changes(devnet: &Devnet, clock: &Clock) -> Result<()> {
    let mut changes = devnet.supervisor.board();
    let mut before = Board::default();
    loop {
        let board = changes.borrow_and_update().clone();
        for (name, status) in &board.services {
            if before.phase(name) != Some(status.phase) {
                announce(clock, name, &board);
            }
        }
        if board.all_running() && !before.all_running() {
            clock.say(format!("the chain is up\n{}", guide::text(devnet, &board).await?));
        }
        before = board;
        if changes.changed().await.is_err() {
            return Ok(());
        }
    }
}

/// Prints what becomes of the services, for as long as they run.
pub(crate) async fn show_phases(
    mut changes: watch::Receiver<Board>,
    clock: &Clock,
) -> Result<Infallible> {
    let mut before = Board::default();
    loop {
        let board = changes.borrow_and_update().clone();
        for (name, status) in &board.services {
            if before.phase(name) != Some(status.phase) {
                announce(clock, name, &board);
            }
        }
        before = board;
        changes.changed().await.context("the supervisor is gone")?;
    }
}

fn announce(clock: &Clock, name: &str, board: &Board) {
    let status = &board.services[name];
    let gate = status.gate.as_ref();
    match status.phase {
        Phase::Running => clock.say(format!(
            "{name}: running{}",
            gate.map(|gate| format!(" (gate passed in {:.0} ms)", gate.milliseconds))
                .unwrap_or_default()
        )),
        Phase::GateWaits | Phase::Refused => {
            let report =
                gate.map(|gate| op_gate::report::service(&gate.judgement)).unwrap_or_default();
            clock.say(report.trim_end());
        }
        Phase::Restarting => {
            let exit = status.last_exit.as_deref().unwrap_or("no exit code");
            clock.say(format!("{name}: ended ({exit}), starting again; op-devnet logs {name}"));
        }
        Phase::Pending | Phase::Starting | Phase::Stopped => {}
    }
}
