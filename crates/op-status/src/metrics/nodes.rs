//! The nodes: heads, peers, followers.

use crate::metrics::exposition::{Page, flag};
use crate::status::{Head, Node, Status};
use op_prove::compare::Verdict;
use op_util::number::float;

pub(super) fn nodes(page: &mut Page, status: &Status) {
    let nodes = || status.nodes.iter().map(|(name, node)| (name.as_str(), node));
    let of_heads = |value: fn(&Status, &Head) -> f64| {
        nodes().flat_map(move |(name, node)| {
            heads(node).map(move |(head, block)| {
                (vec![("node", name), ("head", head)], value(status, &block))
            })
        })
    };
    page.gauge(
        "node_up",
        "Whether the node's engine was read at the last poll.",
        nodes().map(|(name, node)| (vec![("node", name)], flag(node.error.is_none()))),
    );
    page.gauge("head_number", "Number of the node's head.", of_heads(|_, head| float(head.number)));
    page.gauge(
        "head_timestamp_seconds",
        "Time of the node's head.",
        of_heads(|_, head| float(head.timestamp)),
    );
    page.gauge(
        "head_stalled_seconds",
        "Seconds since the head's number was last seen to grow.",
        of_heads(|status, head| float(status.observed_at.saturating_sub(head.moved_at))),
    );
    page.gauge(
        "peers",
        "Connected P2P peers.",
        nodes().filter_map(|(name, node)| Some((vec![("node", name)], float(node.peers?)))),
    );
    page.counter(
        "derivation_resets_total",
        "How often the node's derivation pipeline was seen to be reset.",
        nodes().map(|(name, node)| (vec![("node", name)], float(node.derivation_resets))),
    );
}

fn heads(node: &Node) -> impl Iterator<Item = (&'static str, Head)> {
    let heads = [
        ("unsafe", node.unsafe_head),
        ("safe", node.safe_head),
        ("finalized", node.finalized_head),
    ];
    heads.into_iter().filter_map(|(name, head)| Some((name, head?)))
}

pub(super) fn followers(page: &mut Page, status: &Status) {
    let followers = || status.nodes.iter().filter(|(_, node)| !node.sequencer);
    let verdicts = || {
        followers().flat_map(|(name, node)| {
            let verdicts = [("unsafe", &node.unsafe_verdict), ("safe", &node.safe_verdict)];
            verdicts
                .into_iter()
                .filter_map(move |(head, verdict)| Some((name.as_str(), head, verdict.as_ref()?)))
        })
    };
    page.gauge(
        "follower_verdict",
        "How the follower's head stands to the sequencer's: 1 for its verdict, 0 for the others.",
        verdicts().flat_map(|(name, head, verdict)| {
            Verdict::NAMES.iter().map(move |&text| {
                let labels = vec![("node", name), ("head", head), ("verdict", text)];
                (labels, flag(verdict.name() == text))
            })
        }),
    );
    page.gauge(
        "follower_behind_blocks",
        "Blocks that the follower's head is behind the sequencer's.",
        verdicts().filter_map(|(name, head, verdict)| {
            Some((vec![("node", name), ("head", head)], float(verdict.blocks_behind()?)))
        }),
    );
    page.gauge(
        "follower_diverging_block_number",
        "The lowest block that is known to differ from the sequencer's.",
        verdicts().filter_map(|(name, head, verdict)| match verdict {
            Verdict::Diverged { block, .. } => {
                Some((vec![("node", name), ("head", head)], float(*block)))
            }
            _ => None,
        }),
    );
    page.gauge(
        "follower_compared_block_number",
        "The next block to be compared: every one below it was.",
        followers().filter_map(|(name, node)| {
            Some((vec![("node", name.as_str())], float(node.compared_to?)))
        }),
    );
}
