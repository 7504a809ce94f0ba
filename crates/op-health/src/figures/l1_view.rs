//! How far each op-node's view of L1 is behind L1.

use crate::{figures::l1, plan::Node, watch::Watch};
use op_observe::node::SyncStatus;
use op_util::number::float;

/// L1 blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct View {
    /// Between L1's newest block and the newest that the op-node knows of.
    pub(crate) head: u64,
    /// Between that and the one up to which it has derived, without those that it waits for.
    pub(crate) derivation: Option<u64>,
    /// Between L1's newest block and the one that the newest L2 block was made on, without those that the
    /// sequencer waits for.
    pub(crate) origin: Option<u64>,
}

/// Its view, or why it is not known.
pub(crate) fn of(watch: &Watch, node: &Node) -> Result<View, String> {
    let answers = watch.seen.node(&node.name).get().map_err(str::to_owned)?;
    let sync = answers.sync.as_ref().map_err(ToString::to_string)?;
    let l1 = watch.seen.l1.get().map_err(|reason| format!("L1: {reason}"))?.head.number;
    let SyncStatus { head_l1, current_l1, unsafe_l2, .. } = sync;
    let [sequencing, deriving] = node.confirmations;
    let newest = l1.max(head_l1.number);
    let derivation =
        current_l1.map(|current| head_l1.number.saturating_sub(current.number + deriving));
    let made = unsafe_l2.filter(|head| !head.hash.is_zero());
    let origin = made.map(|head| newest.saturating_sub(head.l1_origin.number + sequencing));
    Ok(View { head: newest - head_l1.number, derivation, origin })
}

/// Seconds that so many L1 blocks take.
pub(crate) fn seconds(watch: &Watch, blocks: u64) -> Option<f64> {
    Some(float(blocks) * l1::block_time(&watch.seen)?)
}
