//! How far the chain has come on the other nodes, where a sequencer is judged by it.

use std::{collections::BTreeMap, time::Duration};

use eth_rpc::{Batch, BlockHead, Reading, Rpc, Unread};
use tokio::task::JoinSet;

use crate::{gate::Gate, read::request::Request};

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
    let remote = config.serve.iter().flat_map(|serve| &serve.followers);
    let nodes = here.chain(remote.map(|(name, remote)| (name, &remote.engine_rpc)));
    let patience = request.patience().min(PATIENCE);
    let mut tasks = JoinSet::new();
    for (name, url) in nodes.filter(|(_, url)| !own.contains(&url.as_str())) {
        let (name, url) = (name.clone(), url.clone());
        tasks.spawn(async move { (name, newest(&url, patience).await) });
    }
    tasks.join_all().await.into_iter().collect()
}

async fn newest(url: &str, patience: Duration) -> Reading<Option<BlockHead>> {
    let engine = Rpc::new(url, patience).map_err(|error| Unread::Unreachable(error.to_string()))?;
    let mut batch = Batch::default();
    let newest = batch.head("latest");
    engine.send(batch).await.take(&newest)
}
