//! One batch to an op-node: how far it is, its peers, whether it makes blocks.

use alloy_primitives::B256;
use eth_rpc::{Batch, Reading, Rpc};
use serde::Deserialize;
use serde_json::json;

#[derive(Debug)]
pub struct NodeAnswers {
    pub sync: Reading<SyncStatus>,
    /// Connected peers; an error where P2P is off.
    pub peers: Reading<u64>,
    /// Whether it is meant to make blocks; `None` of a follower.
    pub active: Option<Reading<bool>>,
}

/// `optimism_syncStatus`, as far as op-warden reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct SyncStatus {
    /// The newest L1 block that the node knows of.
    pub head_l1: L1Ref,
    /// The L1 block up to which it has derived.
    #[serde(default)]
    pub current_l1: Option<L1Ref>,
    /// The newest L2 block, and the newest that it derived from L1; zeroed before its first look at the engine.
    #[serde(default)]
    pub unsafe_l2: Option<L2Ref>,
    pub safe_l2: L2Ref,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct L1Ref {
    pub number: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct L2Ref {
    pub hash: B256,
    #[serde(rename = "l1origin")]
    pub l1_origin: L1Ref,
}

#[derive(Deserialize)]
struct PeerStats {
    connected: u64,
}

pub async fn poll(node: &Rpc, sequencer: bool) -> Reading<NodeAnswers> {
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
