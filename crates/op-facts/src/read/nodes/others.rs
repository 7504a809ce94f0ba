//! How far the chain has come on the other nodes, where a sequencer is judged by it.

use std::{collections::BTreeMap, time::Duration};

use eth_rpc::{Batch, BlockHead, Reading, Unread};
use tokio::task::JoinSet;

use crate::{
    config::{Endpoint, Remote},
    gate::Gate,
    read::{endpoint, request::Request},
};

/// A follower that is far away or gone must not hold up the sequencer.
const PATIENCE: Duration = Duration::from_secs(3);

/// The newest block of each node but the judged one's, by the names of the configuration: the other
/// op-nodes' engines, and the followers on other hosts.
pub(super) async fn read(request: &Request<'_>) -> BTreeMap<String, Reading<Option<BlockHead>>> {
    let config = request.config;
    let own: Vec<&str> = request
        .judged_by(Gate::Alone)
        .filter(|service| service.is_node())
        .filter_map(|service| service.engine_rpc.as_deref())
        .collect();
    if own.is_empty() {
        return BTreeMap::new();
    }
    let here = config.services.iter().filter(|(_, service)| service.is_node());
    let here = here.filter_map(|(name, service)| Some((name, service.engine_rpc.as_ref()?)));
    let here = here.map(|(name, url)| (name, Endpoint::Url(url.clone())));
    let remote = config.serve.iter().flat_map(|serve| &serve.followers);
    let nodes = here.chain(remote.map(|(name, remote)| (name, remote.engine.clone())));
    let is_own = |node: &Endpoint| own.iter().any(|&url| *node == Endpoint::Url(url.to_owned()));
    let patience = request.patience().min(PATIENCE);
    let mut tasks = JoinSet::new();
    for (name, node) in nodes.filter(|(_, node)| !is_own(node)) {
        let name = name.clone();
        tasks.spawn(async move { (name, newest(&node, patience).await) });
    }
    tasks.join_all().await.into_iter().collect()
}

async fn newest(node: &Endpoint, patience: Duration) -> Reading<Option<BlockHead>> {
    let engine = endpoint::of(node, Remote::ENGINE, patience)
        .map_err(|error| Unread::Unreachable(error.to_string()))?;
    let mut batch = Batch::default();
    let newest = batch.head("latest");
    engine.send(batch).await.take(&newest)
}
