//! Followers against the sequencer.

use crate::judge::Verdict;
use crate::{
    condition::{Name, State},
    memory,
    number::float,
    plan::Node,
    watch::Watch,
};
use op_prove::compare;

/// A follower's safe head waits for the same L1 block as the sequencer's, so it may take this many
/// times as long as its unsafe one.
const SAFE: f64 = 4.0;
/// Polls in a row without a verdict that are no condition yet.
const UNKNOWN: u32 = 2;

pub(super) fn judge(watch: &Watch) -> Vec<Verdict> {
    if watch.plan.sequencer().is_none() {
        return Vec::new();
    }
    let followers = watch.plan.nodes.iter().filter(|node| !node.sequencer);
    followers.flat_map(|node| of(watch, node)).collect()
}

fn of(watch: &Watch, node: &Node) -> [Verdict; 2] {
    let empty = memory::Node::default();
    let memory = watch.memory.nodes.get(&node.name).unwrap_or(&empty);
    let limit = float(watch.plan.limits.follower_lag);
    let verdicts = watch.verdicts.get(&node.name);
    let unsafe_head = verdicts.map(|seen| (&seen.unsafe_head, seen.unsafe_unknown));
    let safe_head = verdicts.map(|seen| (&seen.safe_head, seen.safe_unknown));
    let block_time = watch.block_time();
    // One block behind at the moment of the question is the rule, not lateness.
    let late = |blocks: u64| block_time.is_none_or(|seconds| float(blocks * seconds) > limit);
    [
        head(Name::FollowerUnsafe, node, unsafe_head, &|blocks| {
            memory.unsafe_behind > limit && late(blocks)
        }),
        head(Name::FollowerSafe, node, safe_head, &|_| memory.safe_behind > limit * SAFE),
    ]
}

fn head(
    name: Name,
    node: &Node,
    verdict: Option<(&compare::Verdict, u32)>,
    is_late: &dyn Fn(u64) -> bool,
) -> Verdict {
    const EXPECTED: &str = "every block is the sequencer's";
    let holds = |found: String| Verdict::holds(name, &node.name, EXPECTED, found);
    match verdict {
        None => Verdict::unknown(name, &node.name, EXPECTED, "it was not compared yet", ""),
        Some((compare::Verdict::Equal { to, .. }, _)) => holds(format!("equal up to block {to}")),
        Some((compare::Verdict::Behind { head, to }, _)) => {
            let blocks = to.saturating_sub(*head);
            holds(format!("{blocks} blocks behind, equal up to its head {head}")).unless(
                !is_late(blocks),
                State::Failed,
                "It has the right blocks, but late ones: see its peers (unsafe head) or its L1 endpoint (safe head), and whether its disk keeps up.",
            )
        }
        Some((compare::Verdict::Diverged { after, block, reference, follower }, _)) => {
            let after = after.map_or_else(String::new, |after| format!(", equal up to {after}"));
            holds(format!("block {block} is {follower}, the sequencer's is {reference}{after}")).is(
                State::Failed,
                "Nobody may rely on it: take it out of service and keep its data for a look. If it took blocks of another signer, set its engine back to the last equal block or let it derive again from L1. If the safe heads differ, one of the two does not follow L1: find out which before anything else.",
            )
        }
        Some((compare::Verdict::Unknown { reason }, polls)) => {
            let state = if polls < UNKNOWN { State::Ok } else { State::Unknown };
            holds(format!("unknown: {reason}"))
                .is(state, "See whether both nodes answer, and what their logs say.")
        }
    }
}
