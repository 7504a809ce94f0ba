//! The genesis that each running engine has.

use std::collections::BTreeMap;

use eth_rpc::{Batch, BlockHead, Reading, Rpc};
use tokio::task::JoinSet;

use crate::read::request::Request;

#[derive(Debug)]
pub struct EngineFacts {
    pub endpoint: String,
    pub chain_id: Reading<u64>,
    /// The block at rollup.json's genesis number.
    pub genesis: Reading<Option<BlockHead>>,
}

/// Asks all at the same time, each one batch: the silence of many takes no longer than that of one.
pub(super) async fn read(request: &Request<'_>) -> BTreeMap<String, EngineFacts> {
    let genesis = request.rollup.genesis.l2.number;
    let mut tasks = JoinSet::new();
    for (url, engine) in request.engines.clone() {
        tasks.spawn(async move { (url, ask(&engine, genesis).await) });
    }
    tasks.join_all().await.into_iter().collect()
}

async fn ask(engine: &Rpc, genesis: u64) -> EngineFacts {
    let mut batch = Batch::default();
    let (chain_id, block) = (batch.chain_id(), batch.block(genesis));
    let answers = engine.send(batch).await;
    EngineFacts {
        endpoint: engine.shown(),
        chain_id: answers.take(&chain_id).map(|id| id.to()),
        genesis: answers.take(&block),
    }
}
