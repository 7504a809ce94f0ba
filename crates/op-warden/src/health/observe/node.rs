//! One batch to an op-node: how far it is, its peers, whether it makes blocks.

use op_chain::rpc::{Batch, Reading, Rpc};
use serde::Deserialize;
use serde_json::json;

/// What an op-node answered.
#[derive(Debug)]
pub(in crate::health) struct NodeAnswers {
    pub(in crate::health) sync: Reading<SyncStatus>,
    /// Connected peers; an error where P2P is off.
    pub(in crate::health) peers: Reading<u64>,
    /// Whether it is meant to make blocks; `None` of a follower.
    pub(in crate::health) active: Option<Reading<bool>>,
}

/// `optimism_syncStatus`, as far as op-warden reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(in crate::health) struct SyncStatus {
    /// The newest L1 block that the node knows of.
    pub(in crate::health) head_l1: L1Ref,
    /// The newest L2 block that it derived from L1.
    pub(in crate::health) safe_l2: L2Ref,
}

/// A block of L1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(in crate::health) struct L1Ref {
    pub(in crate::health) number: u64,
}

/// A block of L2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(in crate::health) struct L2Ref {
    #[serde(rename = "l1origin")]
    pub(in crate::health) l1_origin: L1Ref,
}

#[derive(Deserialize)]
struct PeerStats {
    connected: u64,
}

/// Asks once.
pub(in crate::health) async fn poll(node: &Rpc, sequencer: bool) -> Reading<NodeAnswers> {
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
