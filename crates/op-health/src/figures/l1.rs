//! L1's pace, and what is left of the sequencing window.

use crate::{seen::Seen, watch::Watch};
use op_observe::node::SyncStatus;
use op_status::status::SequencingWindow;
use op_util::number::float;

/// Seconds between L1 blocks since the L2 began.
pub(crate) fn block_time(seen: &Seen) -> Option<f64> {
    let begin = &seen.chain.as_ref()?.genesis;
    let head = seen.l1.get().ok()?.head;
    let blocks = head.number.checked_sub(begin.l1.number).filter(|&blocks| blocks > 0)?;
    let seconds = head.timestamp.checked_sub(begin.l2_time)?;
    Some(float(seconds) / float(blocks))
}

/// What the op-nodes of this host say, the sequencer's first.
fn syncs(watch: &Watch) -> impl Iterator<Item = &SyncStatus> {
    let Watch { setup, seen, .. } = watch;
    setup.plan.nodes.iter().filter_map(|node| seen.node(&node.name).get().ok()?.sync.as_ref().ok())
}

/// The L1 origin of the safe head, from the first op-node that knows one.
pub(crate) fn safe_origin(watch: &Watch) -> Option<u64> {
    let mut heads = syncs(watch).map(|sync| sync.safe_l2);
    heads.find(|head| !head.hash.is_zero()).map(|head| head.l1_origin.number)
}

/// It runs on while no op-node answers: from the safe head that was known last.
pub(crate) fn sequencing_window(watch: &Watch) -> Option<SequencingWindow> {
    let Watch { setup, seen, memory, .. } = watch;
    setup.plan.sequencer()?;
    let size = seen.chain.as_ref()?.seq_window_size;
    let origin = safe_origin(watch).or(memory.safe_origin)?;
    let heads = syncs(watch).map(|sync| sync.head_l1.number);
    let l1 = heads.chain(seen.l1.get().map(|l1| l1.head.number)).max()?;
    let left = size.saturating_sub(l1.saturating_sub(origin));
    let left_seconds = block_time(seen).map(|seconds| float(left) * seconds);
    Some(SequencingWindow { size, left, left_seconds })
}
