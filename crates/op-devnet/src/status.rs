//! `status`: the services and how far the chain is.

use std::{fmt::Write, fs, process::ExitCode, time::Duration};

use anyhow::{Context, Result};
use eth_rpc::Rpc;
use op_util::{error::with_causes, time::unix_now};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{home::Home, supervisor::board::Board};

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
    if home.supervisor()?.is_none() {
        if json {
            println!("{}", json!({"running": false}));
        } else {
            println!("no devnet runs in {}", home.dir().display());
        }
        return Ok(ExitCode::FAILURE);
    }
    let text = fs::read(home.status())
        .context("the supervisor has not written its status yet: try again")?;
    let board: Board =
        serde_json::from_slice(&text).context("the status file is not of this version")?;
    let heads = heads(&board).await;
    if json {
        let heads: serde_json::Map<String, serde_json::Value> =
            heads.into_iter().map(|(name, heads)| (name, json!(heads.ok()))).collect();
        println!(
            "{}",
            serde_json::to_string_pretty(
                &json!({"running": true, "board": board, "heads": heads})
            )?
        );
    } else {
        print!("{}", table(&board));
        for (name, heads) in heads {
            match heads {
                Ok(heads) => println!(
                    "{name}: unsafe {}, safe {}, finalized {} (L1 {})",
                    heads.unsafe_l2.number,
                    heads.safe_l2.number,
                    heads.finalized_l2.number,
                    heads.head_l1.number
                ),
                Err(error) => println!("{name}: {}", with_causes(error.as_ref())),
            }
        }
        print!("{}", endpoints(&board));
    }
    Ok(if board.all_running() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
            status.phase.name(),
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
