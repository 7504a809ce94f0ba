//! L1's pace, and what is left of the sequencing window.

use crate::{number::float, seen::Seen, status::SequencingWindow, watch::Watch};

/// Seconds between L1 blocks since the L2 began.
pub(crate) fn block_time(seen: &Seen) -> Option<f64> {
    let begin = &seen.chain.as_ref()?.genesis;
    let head = seen.l1.get().ok()?.head;
    let blocks = head.number.checked_sub(begin.l1.number).filter(|&blocks| blocks > 0)?;
    let seconds = head.timestamp.checked_sub(begin.l2_time)?;
    Some(float(seconds) / float(blocks))
}

pub(crate) fn sequencing_window(watch: &Watch) -> Option<SequencingWindow> {
    let Watch { setup, seen, .. } = watch;
    let size = seen.chain.as_ref()?.seq_window_size;
    let sync = seen.node(&setup.plan.sequencer()?.name).get().ok()?.sync.as_ref().ok()?;
    let l1 = seen.l1.get().map_or(0, |l1| l1.head.number).max(sync.head_l1.number);
    let left = size.saturating_sub(l1.saturating_sub(sync.safe_l2.l1_origin.number));
    let left_seconds = block_time(seen).map(|seconds| float(left) * seconds);
    Some(SequencingWindow { size, left, left_seconds })
}
