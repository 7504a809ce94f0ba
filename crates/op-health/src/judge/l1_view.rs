//! Whether each op-node sees L1 as it is, and derives what is there.

use op_util::text::span;

use crate::{figures::l1_view, plan::Node, watch::Watch};
use op_status::condition::{Condition, Name, State};
use op_util::number::{float, whole};

/// How many times L1's newest block may be as old as usual until an op-node that knows only older ones is told;
/// until an origin is old; and until blocks of deposits alone are near, which a drift of half an hour brings.
const STALE: u64 = 2;
const OLD: u64 = 5;
const VERY_OLD: u64 = 15;

const STANDS: &str = "Its view of L1 stands, whatever its heads do: see its log, and its L1 endpoint (--l1): one behind \
                      a load balancer may be of a node that stopped.";
const AGES: &str = "Blocks are made on an L1 block that gets old: half an hour behind L1, the sequencer takes no \
                    transactions of users any more. See its log, and its L1 endpoint.";
const DERIVES: &str = "Blocks are in L1 and are not derived: see its log for the error that it repeats, its L1 endpoint \
                       (receipts, beacon node) and its engine.";
const SEE: &str = "See its op-node, and L1.";

pub(super) fn judge(watch: &Watch) -> Vec<Condition> {
    let nodes = watch.setup.plan.nodes.iter().filter(|node| node.rollup.is_some());
    nodes.flat_map(|node| [origin(watch, node), derivation(watch, node)]).collect()
}

fn origin(watch: &Watch, node: &Node) -> Condition {
    const NAME: Name = Name::L1Origin;
    let age = watch.setup.plan.limits.l1_age;
    let expected = format!("L1 as it is, blocks made on one younger than {}", span(OLD * age));
    let view = match l1_view::of(watch, node) {
        Err(reason) => return Condition::unknown(NAME, &node.name, expected, &reason, SEE),
        Ok(view) => view,
    };
    // Before it knows its head there is none; of a follower it is the sequencer's.
    let origin = view.origin.filter(|_| node.sequencer).unwrap_or_default();
    let found = match (view.head, origin) {
        (head, 0) => format!("{head} L1 blocks behind"),
        (head, origin) => format!("{head} L1 blocks behind, its blocks {origin}"),
    };
    let took = |blocks: u64| l1_view::seconds(watch, blocks).unwrap_or_default();
    let since = watch.seen.late.get(&node.name).and_then(|late| late.head);
    let stood = since.map_or(0.0, |since| watch.seen.now - since);
    let limit = |times: u64| float(times * age);
    Condition::holds(NAME, &node.name, expected, found)
        .unless(took(view.head) <= limit(VERY_OLD), State::Failed, STANDS)
        .unless(took(origin) <= limit(VERY_OLD), State::Failed, AGES)
        .unless(stood <= limit(STALE), State::Warn, STANDS)
        .unless(took(origin) <= limit(OLD), State::Warn, AGES)
}

fn derivation(watch: &Watch, node: &Node) -> Condition {
    const NAME: Name = Name::DerivationLag;
    let limit = OLD * watch.setup.plan.limits.l1_age;
    let expected = format!("what is in L1 is derived within {}", span(limit));
    let read = l1_view::of(watch, node).and_then(|view| {
        view.derivation.ok_or_else(|| "it does not report its derivation".to_owned())
    });
    let blocks = match read {
        Err(reason) => return Condition::unknown(NAME, &node.name, expected, &reason, SEE),
        Ok(blocks) => blocks,
    };
    let since = watch.seen.late.get(&node.name).and_then(|late| late.derivation);
    let late = since.map_or(0.0, |since| watch.seen.now - since);
    let found = if since.is_some() {
        format!("{blocks} L1 blocks not derived, many for {}", span(whole(late)))
    } else {
        format!("{blocks} L1 blocks not derived")
    };
    let condition = Condition::holds(NAME, &node.name, expected, found);
    condition.unless(late <= float(limit), State::Failed, DERIVES)
}
