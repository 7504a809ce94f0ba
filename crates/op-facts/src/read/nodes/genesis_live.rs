//! The genesis that each running engine has, and that of the nodes that a follower is to follow.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use eth_rpc::{Batch, BlockHead, Reading, Rpc, Unread};
use tokio::task::JoinSet;

use crate::{
    config::Endpoint,
    gate::Gate,
    read::{endpoint, error::FactsError, request::Request},
};

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

/// How long one that others run may take: a follower starts without its answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// The same of the sequencers and peers that followers are given.
pub(super) async fn read_upstream(request: &Request<'_>) -> BTreeMap<Endpoint, EngineFacts> {
    let genesis = request.rollup.genesis.l2.number;
    let patience = request.patience().min(PATIENCE);
    let judged = request.judged_by(Gate::GenesisPeers);
    let given: BTreeSet<_> = judged.flat_map(|it| request.config.upstream(it)).collect();
    let mut tasks = JoinSet::new();
    for given in given {
        let peer = endpoint::of(&given, ("chain.peers", "chain.peerFiles"), patience);
        tasks.spawn(async move {
            let facts = match peer {
                Ok(peer) => ask(&peer, genesis).await,
                Err(error) => unusable(&error),
            };
            (given, facts)
        });
    }
    tasks.join_all().await.into_iter().collect()
}

/// Of a URL that nobody can be asked at, which may hold a secret.
fn unusable(error: &FactsError) -> EngineFacts {
    let unread = Unread::Unreachable(error.to_string());
    EngineFacts {
        endpoint: "a URL that cannot be asked".to_owned(),
        chain_id: Err(unread.clone()),
        genesis: Err(unread),
    }
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
