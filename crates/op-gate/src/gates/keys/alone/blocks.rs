//! While the sequencer is down, the other nodes get no new blocks.

use alloy_primitives::U64;
use op_util::text::span;

use crate::finding::{Comparison, Finding};
use crate::{gate::Gate, read::Facts};

const GATE: Gate = Gate::Alone;

/// Seconds after the end of a sequencer for which its last blocks may be dated.
const AHEAD: u64 = 10;
/// A block younger than this was made just now, and not derived from L1.
const FRESH: u64 = 60;

pub(super) fn judge(last_run: Option<u64>, facts: &Facts) -> Finding {
    let genesis = facts.rollup.genesis.l2.number;
    let heads = facts.nodes.others.iter();
    let answered = heads.filter_map(|(name, head)| Some((head.as_ref().ok()?.as_ref()?, name)));
    let youngest = answered.max_by_key(|(head, _)| head.timestamp);
    let Some((head, name)) = youngest else {
        return Finding::skip(
            GATE,
            format!(
                "none of {} other nodes answers (services with engineRpc, serve.followers), so nobody \
                 sees who else makes blocks",
                facts.nodes.others.len()
            ),
        );
    };
    let now = facts.clock.now;
    let begin = now.saturating_sub(FRESH).max(last_run.map_or(0, |last| last + AHEAD));
    let age = span(now.saturating_sub(head.timestamp.to()));
    Comparison::new(
        GATE,
        ("no new block while this sequencer is down", "this host"),
        (format!("block {} of {name} is {age} old", head.number), "the other nodes' newest blocks"),
    )
    .refuse_unless(
        // No sequencer makes the genesis block.
        head.number <= U64::from(genesis) || head.timestamp < U64::from(begin),
        "Another sequencer makes blocks, and followers take them only if they are signed with this key. \
         Two of them make two blocks of one height: stop the other one, and see that it stays stopped.",
    )
}
