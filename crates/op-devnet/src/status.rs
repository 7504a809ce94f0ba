//! `status`: the services and how far the chain is.

use std::{fmt::Write, fs, io, process::ExitCode, time::Duration};

use anyhow::{Context, Result};
use eth_rpc::Rpc;
use op_util::{error::with_causes, time::unix_now};
use rustix::process::Pid;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::home::Home;
use crate::out;
use crate::supervisor::{board::Board, leftovers};

/// The heads of an op-node (`optimism_syncStatus`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SyncStatus {
    pub(crate) head_l1: Head,
    pub(crate) unsafe_l2: Head,
    pub(crate) safe_l2: Head,
    pub(crate) finalized_l2: Head,
}

/// A block by number.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) number: u64,
    /// Seconds since the Unix epoch.
    pub(crate) timestamp: u64,
}

pub(crate) async fn sync_status(node: &Rpc) -> Result<SyncStatus> {
    node.request("optimism_syncStatus", json!([])).await.context("op-node does not answer")
}

/// Prints the services; exit code 1 when no devnet runs or a service does not.
pub(crate) async fn show(home: &Home, json: bool) -> Result<ExitCode> {
    let Some(pid) = home.supervisor()? else { return nothing_runs(home, json) };
    let Some(board) = board(home, pid)? else { return not_yet(home, pid, json) };
    let heads = heads(&board).await;
    if json {
        let heads: Map<String, Value> =
            heads.into_iter().map(|(name, heads)| (name, json!(heads.ok()))).collect();
        out::json(&json!({"running": true, "board": board, "heads": heads}))?;
    } else {
        out::result(format_args!("{}{}{}", table(&board), heads_text(heads), endpoints(&board)))?;
    }
    Ok(if board.all_running() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Also what an earlier run left.
fn nothing_runs(home: &Home, json: bool) -> Result<ExitCode> {
    let left = leftovers::find(home);
    let pids: Vec<i32> = left.iter().map(|pid| pid.as_raw_nonzero().get()).collect();
    if json {
        out::json(&json!({"running": false, "left": pids}))?;
    } else if pids.is_empty() {
        out::result(format_args!("no devnet runs in {}\n", home.dir().display()))?;
    } else {
        out::result(format_args!(
            "no devnet runs in {}, but an earlier one left {} processes, which may be about to end \
             (pids {}): op-devnet down --dir {0} ends them\n",
            home.dir().display(),
            pids.len(),
            pids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        ))?;
    }
    Ok(ExitCode::FAILURE)
}

fn not_yet(home: &Home, pid: Pid, json: bool) -> Result<ExitCode> {
    if json {
        out::json(&json!({"running": true, "board": null, "heads": {}}))?;
    } else {
        out::result(format_args!(
            "op-devnet works in {} (pid {pid}), and has not said anything of services yet\n",
            home.dir().display()
        ))?;
    }
    Ok(ExitCode::FAILURE)
}

/// What the supervisor says; `None` before it has said anything.
fn board(home: &Home, supervisor: Pid) -> Result<Option<Board>> {
    let text = match fs::read(home.status()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text.context("cannot read the supervisor's status")?,
    };
    let board: Board =
        serde_json::from_slice(&text).context("the status file is not of this version")?;
    // Another one's may be there for the moment between its lock and the removal of the file.
    let own = i32::try_from(board.pid) == Ok(supervisor.as_raw_nonzero().get());
    Ok(own.then_some(board))
}

async fn heads(board: &Board) -> Vec<(String, Result<SyncStatus>)> {
    let mut heads = Vec::new();
    for (name, url) in board.endpoints.iter().filter(|(name, _)| name.ends_with("-node")) {
        let status = match Rpc::new(url, Duration::from_secs(2)) {
            Ok(rpc) => sync_status(&rpc).await,
            Err(error) => Err(error.into()),
        };
        heads.push((name.clone(), status));
    }
    heads
}

fn heads_text(heads: Vec<(String, Result<SyncStatus>)>) -> String {
    let line = |(name, heads): (String, Result<SyncStatus>)| match heads {
        Ok(heads) => format!(
            "{name}: unsafe {}, safe {}, finalized {} (L1 {})\n",
            heads.unsafe_l2.number,
            heads.safe_l2.number,
            heads.finalized_l2.number,
            heads.head_l1.number
        ),
        Err(error) => format!("{name}: {}\n", with_causes(error.as_ref())),
    };
    heads.into_iter().map(line).collect()
}

fn table(board: &Board) -> String {
    let mut text = format!(
        "{:20} {:11} {:>8} {:>8} {:>9}  last exit\n",
        "service", "state", "pid", "for", "restarts"
    );
    for (name, status) in &board.services {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{name:20} {:11} {:>8} {:>7}s {:>9}  {}",
            status.phase.as_ref(),
            status.pid.map_or_else(|| "-".to_owned(), |pid| pid.to_string()),
            unix_now().saturating_sub(status.since),
            status.restarts,
            status.last_exit.as_deref().unwrap_or("-")
        );
    }
    text
}

/// The endpoints to connect a wallet or a tool to.
pub(crate) fn endpoints(board: &Board) -> String {
    let mut text = String::new();
    for (name, url) in &board.endpoints {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:20} {url}");
    }
    text
}
