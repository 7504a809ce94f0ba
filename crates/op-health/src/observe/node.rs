//! One batch to an op-node: how far it is, its peers, whether it makes blocks.

use alloy_primitives::B256;
use eth_rpc::{Batch, Reading, Rpc};
use serde::Deserialize;
use serde_json::json;

#[derive(Debug)]
pub(crate) struct NodeAnswers {
    pub(crate) sync: Reading<SyncStatus>,
    /// Connected peers; an error where P2P is off.
    pub(crate) peers: Reading<u64>,
    /// Whether it is meant to make blocks; `None` of a follower.
    pub(crate) active: Option<Reading<bool>>,
}

/// `optimism_syncStatus`, as far as op-warden reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct SyncStatus {
    /// The newest L1 block that the node knows of.
    pub(crate) head_l1: L1Ref,
    /// The L1 block up to which it has derived.
    #[serde(default)]
    pub(crate) current_l1: Option<L1Ref>,
    /// The newest L2 block, and the newest that it derived from L1; zeroed before its first look at the engine.
    #[serde(default)]
    pub(crate) unsafe_l2: Option<L2Ref>,
    pub(crate) safe_l2: L2Ref,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct L1Ref {
    pub(crate) number: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct L2Ref {
    pub(crate) hash: B256,
    #[serde(rename = "l1origin")]
    pub(crate) l1_origin: L1Ref,
}

#[derive(Deserialize)]
struct PeerStats {
    connected: u64,
}

pub(crate) async fn poll(node: &Rpc, sequencer: bool) -> Reading<NodeAnswers> {
    let mut batch = Batch::default();
    let sync = batch.request("optimism_syncStatus", json!([]));
    let peers = batch.request::<PeerStats>("opp2p_peerStats", json!([]));
    let active = sequencer.then(|| batch.request("admin_sequencerActive", json!([])));
    let answers = node.send(batch).await;
    answers.whole()?;
    Ok(NodeAnswers {
        sync: answers.take(&sync),
        peers: answers.take(&peers).map(|stats| stats.connected),
        active: active.map(|slot| answers.take(&slot)),
    })
}
