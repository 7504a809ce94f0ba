//! Followers compared with the sequencer.

use eth_rpc::Reading;

use crate::memory::Memory;
use crate::seen::{Comparison, Seen};
use op_prove::compare::{Snapshot, Track, Verdict};

/// A follower that was never compared has been unknown for long.
const NEVER: u32 = 10;

pub(crate) fn compare(
    seen: &mut Seen,
    memory: &mut Memory,
    name: &str,
    reference: &Reading<Snapshot>,
    follower: &Reading<Snapshot>,
) {
    let node = memory.nodes.entry(name.to_owned()).or_default();
    let track = node.track.get_or_insert_with(|| Track::new(first_block(seen)));
    let before = track.next();
    let verdicts = track.judge(reference, follower);
    memory.counters.blocks_compared += track.next().saturating_sub(before);
    for (behind, verdict) in [
        (&mut node.unsafe_behind, &verdicts.unsafe_head),
        (&mut node.safe_behind, &verdicts.safe_head),
    ] {
        if matches!(verdict, Verdict::Equal { .. }) {
            *behind = 0.0;
        }
    }
    let last = seen.comparisons.get(name);
    let unknown = |verdict: &Verdict, polls: Option<u32>| match verdict {
        Verdict::Unknown { .. } => polls.unwrap_or(NEVER).saturating_add(1),
        _ => 0,
    };
    let diverged = |verdict: &Verdict| matches!(verdict, Verdict::Diverged { .. });
    let now = diverged(&verdicts.unsafe_head) || diverged(&verdicts.safe_head);
    let was = last.is_some_and(|last| diverged(&last.unsafe_head) || diverged(&last.safe_head));
    memory.counters.divergences += u64::from(now && !was);
    let comparison = Comparison {
        unsafe_unknown: unknown(&verdicts.unsafe_head, last.map(|last| last.unsafe_unknown)),
        safe_unknown: unknown(&verdicts.safe_head, last.map(|last| last.safe_unknown)),
        unsafe_head: verdicts.unsafe_head,
        safe_head: verdicts.safe_head,
    };
    seen.comparisons.insert(name.to_owned(), comparison);
}

/// The L2's first block.
pub(crate) fn first_block(seen: &Seen) -> u64 {
    seen.chain.as_ref().map_or(0, |chain| chain.genesis.l2.number)
}
