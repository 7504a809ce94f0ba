//! op-nodes' views of L1, and blocks that were replaced.

use std::collections::BTreeMap;

use alloy_primitives::B256;
use serde_json::json;

use super::all;
use super::tests::{gone, l1, nodes};
use crate::update::nodes::NodeNews;
use crate::{causes, update, watch::Watch};
use op_observe::engine::EngineAnswers;
use op_observe::node::NodeAnswers;
use op_prove::compare::{Block, Snapshot};
use op_status::condition::{Acceptance, Condition, Name, State};
use op_util::number::whole;

fn of(watch: &Watch, name: Name, subject: &str) -> Condition {
    let is = |one: &Condition| one.name == name && one.subject == subject;
    all(watch).into_iter().find(is).unwrap()
}

/// L1's newest block; that of an op-node, up to where it has derived, and on what the newest L2 block was made.
/// L1 makes a block each 12 s.
fn poll(watch: &mut Watch, head: u64, views: BTreeMap<&str, (u64, u64, u64)>) {
    let mut answers = l1(None);
    answers.head.number = head;
    answers.head.timestamp = 1 + 12 * head;
    update::l1::take(watch, Ok(answers));
    for (name, (head, current, origin)) in views {
        let origin = json!({"hash": B256::repeat_byte(1), "l1origin": {"number": origin}});
        let sync = json!({"head_l1": {"number": head}, "current_l1": {"number": current}, "unsafe_l2": origin,
            "safe_l2": origin});
        let sync = Ok(serde_json::from_value(sync).unwrap());
        let node = NodeAnswers { sync, peers: Ok(1), active: None };
        watch.seen.nodes.entry(name.to_owned()).or_default().take(Ok(node));
    }
    update::nodes::take(watch, Vec::new());
}

const SEQUENCER: &str = "sequencer-node";
const FOLLOWER: &str = "follower-node";

#[test]
fn an_op_node_whose_view_of_l1_stands_is_told_whatever_its_heads_do() {
    let mut watch = nodes();
    assert_eq!(of(&watch, Name::L1Origin, FOLLOWER).state, State::Unknown);
    // A slot that is missed, and a poll that is late, are nothing.
    for (passed, behind, state) in [
        (0.0, 0, State::Ok),
        (12.0, 5, State::Ok),
        (12.0, 6, State::Ok),
        (100.0, 14, State::Ok),
        (30.0, 16, State::Warn),
        (12.0, 75, State::Warn),
        (12.0, 76, State::Failed),
        (12.0, 0, State::Ok),
    ] {
        watch.seen.now += passed;
        let head = 1_000;
        let known = head - behind;
        // Unsafe blocks come from its peers.
        let views =
            BTreeMap::from([(FOLLOWER, (known, known, 996)), (SEQUENCER, (head, head, 996))]);
        poll(&mut watch, head, views);
        let found = of(&watch, Name::L1Origin, FOLLOWER);
        assert_eq!(found.state, state, "{behind} blocks behind: {found:?}");
        assert_eq!(of(&watch, Name::L1Origin, SEQUENCER).state, State::Ok);
        assert_eq!(of(&watch, Name::DerivationLag, FOLLOWER).state, State::Ok);
    }
}

#[test]
fn blocks_on_an_old_l1_block_are_told_of_the_sequencer() {
    // Four are waited for.
    for (age, state) in
        [(4, State::Ok), (29, State::Ok), (30, State::Warn), (79, State::Warn), (80, State::Failed)]
    {
        let mut watch = nodes();
        let view = (1_000, 1_000, 1_000 - age);
        poll(&mut watch, 1_000, BTreeMap::from([(SEQUENCER, view), (FOLLOWER, view)]));
        let found = of(&watch, Name::L1Origin, SEQUENCER);
        assert_eq!(found.state, state, "{age}: {found:?}");
        assert_eq!(of(&watch, Name::L1Origin, FOLLOWER).state, State::Ok);
    }
}

/// Where L1 itself stands, no op-node is behind it.
#[test]
fn an_l1_that_stands_makes_no_view_old() {
    let mut watch = nodes();
    poll(&mut watch, 1_000, BTreeMap::from([(SEQUENCER, (1_000, 1_000, 996))]));
    watch.seen.now += 3_600.0;
    poll(&mut watch, 1_000, BTreeMap::from([(SEQUENCER, (1_000, 1_000, 996))]));
    assert_eq!(of(&watch, Name::L1Origin, SEQUENCER).state, State::Ok);
    assert_eq!(of(&watch, Name::DerivationLag, SEQUENCER).state, State::Ok);
}

#[test]
fn what_is_in_l1_and_not_derived_is_told_after_a_while_and_is_not_the_batchers_fault() {
    let mut watch = nodes();
    for (passed, behind, state) in [
        (0.0, 10, State::Ok),
        (12.0, 11, State::Ok),
        (299.0, 40, State::Ok),
        (2.0, 40, State::Failed),
        (12.0, 10, State::Ok),
    ] {
        watch.seen.now += passed;
        let view = (1_000, 1_000 - behind, 996);
        poll(&mut watch, 1_000, BTreeMap::from([(SEQUENCER, view)]));
        let found = of(&watch, Name::DerivationLag, SEQUENCER);
        assert_eq!(found.state, state, "{behind}: {found:?}");
        let mut judged = all(&watch);
        let safe = judged.iter().position(|one| one.name == Name::SafeHead).unwrap();
        judged[safe].state = State::Failed;
        causes::mark(&watch, &mut judged);
        let cause = judged[safe].follows.as_ref().map(|cause| cause.condition);
        assert_eq!(cause == Some(Name::DerivationLag), state == State::Failed, "{cause:?}");
    }
    let broken = NodeAnswers { sync: Err(gone()), peers: Ok(1), active: None };
    watch.seen.nodes.entry(SEQUENCER.to_owned()).or_default().take(Ok(broken));
    assert_eq!(of(&watch, Name::DerivationLag, SEQUENCER).state, State::Unknown);
}

/// The sequencer's chain up to a head, the blocks from `fork` on of another one than those below.
fn chain(watch: &mut Watch, heads: [u64; 3], fork: u64) {
    let block = |number: u64| {
        let byte = if number >= fork { 0xff_u8 } else { 0 };
        Block {
            number,
            hash: B256::from(
                alloy_primitives::U256::from(number) + (alloy_primitives::U256::from(byte) << 200),
            ),
            parent: B256::ZERO,
            timestamp: number,
        }
    };
    let asked = update::nodes::questions(watch)[0].numbers.clone();
    let blocks =
        asked.into_iter().map(|number| (number, (number <= heads[0]).then(|| block(number))));
    let snapshot = Snapshot {
        latest: Some(block(heads[0])),
        safe: Some(block(heads[1])),
        finalized: Some(block(heads[2])),
        blocks: blocks.collect(),
    };
    let engine = Ok(EngineAnswers { snapshot, ..EngineAnswers::default() });
    let nobody = NodeNews { engine: Err(gone()), node: None };
    update::nodes::take(watch, vec![NodeNews { engine, node: None }, nobody]);
}

#[test]
fn a_block_that_is_replaced_counts_by_its_kind_and_for_its_time() {
    for (fork, head, first, later, after) in [
        (u64::MAX, 21, State::Ok, State::Ok, State::Ok),
        (18, 21, State::Warn, State::Ok, State::Ok),
        // The chain is shorter.
        (u64::MAX, 17, State::Warn, State::Ok, State::Ok),
        (9, 21, State::Failed, State::Failed, State::Ok),
        (2, 21, State::Failed, State::Failed, State::Failed),
    ] {
        let mut watch = nodes();
        assert_eq!(of(&watch, Name::Reorg, SEQUENCER).state, State::Unknown);
        chain(&mut watch, [20, 10, 5], u64::MAX);
        chain(&mut watch, [20, 10, 5], u64::MAX);
        assert_eq!(of(&watch, Name::Reorg, SEQUENCER).state, State::Ok);
        chain(&mut watch, [head, 10, 5], fork);
        let found = of(&watch, Name::Reorg, SEQUENCER);
        assert_eq!(found.state, first, "{fork}: {found:?}");
        // What is seen once is not seen again.
        let count = watch.memory.reorgs.count;
        chain(&mut watch, [head + 1, 10, 5], fork);
        assert_eq!(watch.memory.reorgs.count, count);
        for (seconds, state) in [(700.0, later), (3_600.0, after)] {
            watch.seen.now += seconds;
            assert_eq!(of(&watch, Name::Reorg, SEQUENCER).state, state, "{fork} after {seconds}");
        }
        let acceptance = Acceptance { at: whole(watch.seen.now), why: String::new() };
        watch.seen.accepted.insert(Name::Reorg, acceptance);
        assert_eq!(of(&watch, Name::Reorg, SEQUENCER).state, State::Ok);
    }
}

#[test]
fn some_blocks_of_l1_that_are_replaced_at_once_are_told_and_its_newest_alone_is_not() {
    let hash = |number: u64, fork: u64| {
        B256::with_last_byte(if number >= fork { 0xff } else { number.to_be_bytes()[7] })
    };
    let l1_at = |watch: &mut Watch, head: u64, fork: u64| {
        let again = update::l1::questions(watch).again;
        let mut answers = l1(None);
        answers.head.number = head;
        answers.hash = hash(head, fork);
        answers.again = again.map(|number| hash(number, fork));
        update::l1::take(watch, Ok(answers));
    };
    let mut watch = nodes();
    assert_eq!(of(&watch, Name::Reorg, "l1").state, State::Unknown);
    for (head, fork) in
        [(1, 99), (2, 99), (5, 99), (6, 99), (8, 99), (9, 99), (9, 9), (10, 8), (11, 6)]
    {
        l1_at(&mut watch, head, fork);
        assert_eq!(of(&watch, Name::Reorg, "l1").state, State::Ok, "{head} {fork}");
    }
    l1_at(&mut watch, 12, 5);
    assert_eq!(of(&watch, Name::Reorg, "l1").state, State::Warn);
    watch.seen.now += 700.0;
    l1_at(&mut watch, 13, 5);
    assert_eq!(of(&watch, Name::Reorg, "l1").state, State::Ok);
}
