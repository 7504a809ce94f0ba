//! Followers against the sequencer.

use crate::{memory, plan::Node, watch::Watch};
use op_prove::compare::Verdict;
use op_status::condition::{Condition, Name, State};
use op_util::number::float;

/// A follower's safe head waits for the same L1 block as the sequencer's, so it may take this many
/// times as long as its unsafe one.
const SAFE: f64 = 4.0;
/// Polls in a row that may be unknown.
const UNKNOWN: u32 = 2;

const BEHIND: &str = "It has the right blocks, but late ones: see its peers (unsafe head) or its L1 endpoint (safe \
                      head), and whether its disk keeps up.";
const DIVERGED: &str = "Nobody may rely on it: take it out of service and keep its data for a look. If it took blocks \
                        of another signer, set its engine back to the last equal block or let it derive again from \
                        L1. If the safe heads differ, one of the two does not follow L1: find out which before \
                        anything else.";

pub(super) fn judge(watch: &Watch) -> Vec<Condition> {
    if watch.setup.plan.sequencer().is_none() {
        return Vec::new();
    }
    let followers = watch.setup.plan.nodes.iter().filter(|node| !node.sequencer);
    followers.flat_map(|node| of(watch, node)).collect()
}

fn of(watch: &Watch, node: &Node) -> [Condition; 2] {
    let empty = memory::Node::default();
    let memory = watch.memory.nodes.get(&node.name).unwrap_or(&empty);
    let limit = float(watch.setup.plan.limits.follower_lag);
    let last = watch.seen.comparisons.get(&node.name);
    let unsafe_head = last.map(|last| (&last.unsafe_head, last.unsafe_unknown));
    let safe_head = last.map(|last| (&last.safe_head, last.safe_unknown));
    let block_time = watch.seen.chain.as_ref().map(|chain| chain.block_time);
    // It is late when it was behind for so long, and is by so much: one that waits for more of L1's blocks
    // is always behind, by little.
    let late = |behind: f64, blocks: u64, limit: f64| {
        let by = |seconds: u64| float(blocks.saturating_mul(seconds));
        behind > limit && block_time.is_none_or(|seconds| by(seconds) > limit)
    };
    [
        head(Name::FollowerUnsafe, node, unsafe_head, &|blocks| {
            late(memory.unsafe_behind, blocks, limit)
        }),
        head(Name::FollowerSafe, node, safe_head, &|blocks| {
            late(memory.safe_behind, blocks, limit * SAFE)
        }),
    ]
}

/// `last` is the verdict of the last comparison, and for how many polls it was unknown.
fn head(
    name: Name,
    node: &Node,
    last: Option<(&Verdict, u32)>,
    is_late: &dyn Fn(u64) -> bool,
) -> Condition {
    const EXPECTED: &str = "every block is the sequencer's";
    let holds = |found: String| Condition::holds(name, &node.name, EXPECTED, found);
    match last {
        None => Condition::unknown(name, &node.name, EXPECTED, "it was not compared yet", ""),
        Some((Verdict::Equal { to, .. }, _)) => holds(format!("equal up to block {to}")),
        Some((Verdict::Behind { head, to }, _)) => {
            let blocks = to.saturating_sub(*head);
            let found = format!("{blocks} blocks behind, equal up to its head {head}");
            holds(found).unless(!is_late(blocks), State::Failed, BEHIND)
        }
        Some((Verdict::Diverged { after, block, reference, follower }, _)) => {
            let after = after.map_or_else(String::new, |after| format!(", equal up to {after}"));
            let found =
                format!("block {block} is {follower}, the sequencer's is {reference}{after}");
            holds(found).is(State::Failed, DIVERGED)
        }
        Some((Verdict::Unknown { reason }, polls)) => {
            let state = if polls < UNKNOWN { State::Ok } else { State::Unknown };
            let mend = "See whether both nodes answer, and what their logs say.";
            holds(format!("unknown: {reason}")).is(state, mend)
        }
    }
}
