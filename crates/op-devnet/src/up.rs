//! `up`: the chain runs until Ctrl-C.

use std::time::Duration;

use anyhow::{Context, Result};
use eth_rpc::Rpc;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;

use crate::devnet::{Devnet, Options};
use crate::supervisor::board::{Board, Phase};
use crate::{clock::Clock, status};

/// Brings the devnet up and keeps it until it is interrupted.
pub(crate) async fn run(options: &Options, clock: &Clock) -> Result<()> {
    let interrupted = interrupted()?;
    tokio::pin!(interrupted);
    let prepared = tokio::select! {
        prepared = Devnet::prepare(options, clock) => prepared?,
        () = &mut interrupted => return Ok(()),
    };
    let devnet = prepared.start(clock).await?;
    tokio::select! {
        _ = async { tokio::join!(show_changes(&devnet, clock), next_block(&devnet, clock)) } => {}
        () = &mut interrupted => {}
    }
    stop(devnet, clock).await
}

/// Brings up only the L1 with the contracts, and keeps it until it is interrupted.
pub(crate) async fn l1_only(options: &Options, clock: &Clock) -> Result<()> {
    let interrupted = interrupted()?;
    tokio::pin!(interrupted);
    let deployed = async {
        let mut prepared = Devnet::prepare(options, clock).await?;
        prepared.deploy(clock).await?;
        anyhow::Ok(prepared.devnet)
    };
    let devnet = tokio::select! {
        deployed = deployed => deployed?,
        () = &mut interrupted => return Ok(()),
    };
    clock.say(format!(
        "the L1 is up: {}, the chain's files are in {}; Ctrl-C stops it",
        devnet.url("l1.rpc")?,
        devnet.home.chain().display()
    ));
    interrupted.await;
    stop(devnet, clock).await
}

async fn stop(mut devnet: Devnet, clock: &Clock) -> Result<()> {
    clock.say("stopping; Ctrl-C again kills");
    tokio::select! {
        () = devnet.supervisor.shut_down() => clock.say("stopped; op-devnet up continues this chain"),
        // What still runs dies with the supervisor.
        () = interrupted()? => clock.say("killed"),
    }
    Ok(())
}

/// Ends with SIGINT (Ctrl-C), SIGTERM or SIGHUP (the terminal is closed).
pub(crate) fn interrupted() -> Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for signals")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for signals")?;
    let mut hang_up = signal(SignalKind::hangup()).context("cannot listen for signals")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
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
async fn show_changes(devnet: &Devnet, clock: &Clock) {
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
            clock.say(format!("the chain is up; Ctrl-C stops it\n{}", status::endpoints(&board)));
        }
        before = board;
        if changes.changed().await.is_err() {
            return;
        }
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
        Phase::Restarting => clock.say(format!(
            "{name}: ended ({}), starting again; op-devnet logs {name}",
            status.last_exit.as_deref().unwrap_or("no exit code")
        )),
        Phase::Pending | Phase::Starting | Phase::Stopped => {}
    }
}
