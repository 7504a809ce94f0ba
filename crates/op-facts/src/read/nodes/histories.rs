//! How far the histories of proofs reach that running engines keep (op-reth's `--proofs-history`).

use std::collections::BTreeMap;

use eth_rpc::{Batch, Reading, Rpc, Unread};
use serde::Deserialize;
use serde_json::json;
use tokio::task::JoinSet;

use crate::command::Command;
use crate::{gate::Gate, read::request::Request};

/// What an engine says of its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// The first block whose state it has, and the last; `None` of one that is empty.
    pub blocks: Option<(u64, u64)>,
    /// The engine's newest block.
    pub head: u64,
}

/// As `debug_proofsSyncStatus` answers.
#[derive(Deserialize)]
struct Status {
    earliest: Option<u64>,
    latest: Option<u64>,
}

/// The URL at which an engine with such a history is asked.
#[must_use]
pub fn url(engine: &Command) -> Option<String> {
    let keeps = engine.component == "op-reth" && engine.is_on("proofs-history");
    let port = engine.value("http.port").unwrap_or("8545");
    keeps.then(|| format!("http://127.0.0.1:{port}"))
}

pub(super) async fn read(request: &Request<'_>) -> BTreeMap<String, Reading<History>> {
    let mut tasks = JoinSet::new();
    let judged = request.judged_by(Gate::ProofWindow).filter_map(|it| url(it.command.as_ref()?));
    for url in judged {
        let Ok(engine) = Rpc::new(&url, request.patience()) else { continue };
        tasks.spawn(async move { (url, ask(&engine).await) });
    }
    tasks.join_all().await.into_iter().collect()
}

async fn ask(engine: &Rpc) -> Reading<History> {
    let mut batch = Batch::default();
    // The history first: what comes between is newer than it, and no gap.
    let status = batch.request::<Status>("debug_proofsSyncStatus", json!([]));
    let head = batch.head("latest");
    let answers = engine.send(batch).await;
    let Status { earliest, latest } = answers.take(&status)?;
    let newest = answers.take(&head)?;
    let newest = newest.ok_or_else(|| Unread::Malformed("no newest block".to_owned()))?;
    Ok(History { blocks: earliest.zip(latest), head: newest.number.to() })
}
