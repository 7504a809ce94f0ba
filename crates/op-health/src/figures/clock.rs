//! The host's clock beside the chains'.

use crate::watch::Watch;
use op_util::number::float;

/// Seconds by which the host's clock is wrong, as far as can be seen from here: behind blocks that exist
/// already (negative), or set by so much just now.
pub(crate) fn skew(watch: &Watch) -> f64 {
    let Watch { setup, seen, memory, .. } = watch;
    let sequencer = setup.plan.sequencer().and_then(|node| memory.unsafe_head(&node.name));
    let blocks = [
        seen.l1.get().ok().map(|l1| l1.head.timestamp),
        sequencer.map(|head| head.block.timestamp),
    ];
    let newest = blocks.into_iter().flatten().max().map_or(0.0, float);
    if newest > seen.now + 1.0 {
        return seen.now - newest;
    }
    // A sum of nothing is -0.
    seen.steps.iter().map(|(_, step)| step).sum::<f64>() + 0.0
}
