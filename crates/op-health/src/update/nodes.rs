//! What the nodes answer, and what they are asked next.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::B256;
use eth_rpc::{Reading, Unread};

use crate::figures::l1::safe_origin;
use crate::memory::{Head, Memory};
use crate::update::{deposits, followers, inclusion, l1_view, reorgs, roots, withdrawals};
use crate::watch::Watch;
use op_observe::engine::{EngineAnswers, Questions};
use op_observe::node::NodeAnswers;
use op_prove::compare::{self, MOST_CALLS, Snapshot, Track};

/// What one node answered in one poll.
pub(crate) struct NodeNews {
    pub(crate) engine: Reading<EngineAnswers>,
    /// `None` where only the engine can be reached.
    pub(crate) node: Option<Reading<NodeAnswers>>,
}

/// What each engine is asked next, in the order of the plan's nodes.
pub(crate) fn questions(watch: &Watch) -> Vec<Questions> {
    let Watch { setup, seen, memory, .. } = watch;
    let new = Track::new(followers::first_block(seen));
    let track = |name: &str| memory.nodes.get(name).and_then(|node| node.track.as_ref());
    let tracks: Vec<&Track> = setup
        .plan
        .nodes
        .iter()
        .filter(|node| !node.sequencer)
        .map(|node| track(&node.name).unwrap_or(&new))
        .collect();
    let (outputs, withdrawals) = (roots::to_ask(watch), withdrawals::to_ask(&memory.withdrawals));
    let union = compare::union(&tracks, MOST_CALLS);
    let mut followers = union.followers.into_iter();
    let questions = setup.plan.nodes.iter().map(|node| {
        if node.sequencer {
            let head = memory.unsafe_head(&node.name).map(|head| head.block.number);
            return Questions {
                numbers: &union.reference | &reorgs::to_ask(memory, &node.name),
                first_transactions: deposits::new_blocks(memory, head).collect(),
                receipts: seen.pending_receipts.values().copied().collect(),
                peers: false,
                outputs: outputs.clone(),
                withdrawals: withdrawals.clone(),
                pool: Some(seen.inclusion.is_suspicious()),
            };
        }
        Questions {
            numbers: followers.next().unwrap_or_default(),
            peers: setup.plan.peered_engines.contains_key(&node.name),
            outputs: outputs.clone(),
            withdrawals: withdrawals.clone(),
            ..Questions::default()
        }
    });
    questions.collect()
}

/// Takes one poll of all nodes, in the order of the plan's.
pub(crate) fn take(watch: &mut Watch, news: Vec<NodeNews>) {
    look_up(watch, &news);
    let Watch { setup, seen, memory, .. } = watch;
    memory.counters.polls += 1;
    let mut reference: Reading<Snapshot> =
        Err(Unread::Unreachable("there is no sequencer here".to_owned()));
    for (planned, news) in setup.plan.nodes.iter().zip(news) {
        let name = &planned.name;
        if let Some(node) = news.node {
            memory.counters.node_errors += u64::from(node.is_err());
            seen.nodes.entry(name.clone()).or_default().take(node);
        }
        memory.counters.node_errors += u64::from(news.engine.is_err());
        if let Some(service) = setup.plan.peered_engines.get(name) {
            let peers = news.engine.as_ref().map_err(Clone::clone).and_then(|answers| {
                let not_asked = || Err(Unread::Unreachable("it was not asked".to_owned()));
                answers.peers.clone().unwrap_or_else(not_asked)
            });
            seen.engine_peers.entry(service.clone()).or_default().take(peers);
        }
        let engine = seen.engines.entry(name.clone()).or_default();
        engine.take(news.engine.as_ref().map(|_| ()).map_err(Clone::clone));
        if let Ok(answers) = &news.engine {
            if planned.sequencer {
                reorgs::take(memory, name, &answers.snapshot, seen.now);
            }
            take_heads(memory, name, &answers.snapshot);
        }
        if planned.sequencer {
            if let Ok(answers) = &news.engine {
                deposits::take(seen, memory, answers);
                inclusion::take(seen, answers);
            }
            reference = news.engine.map(|answers| answers.snapshot);
        } else if setup.plan.sequencer().is_some() {
            let follower = news.engine.map(|answers| answers.snapshot);
            followers::compare(seen, memory, name, &reference, &follower);
        }
    }
    l1_view::take(watch);
    watch.memory.safe_origin = safe_origin(watch).or(watch.memory.safe_origin);
}

/// What the nodes that are far enough say of roots and withdrawals that L1 has.
fn look_up(watch: &mut Watch, news: &[NodeNews]) {
    let mut outputs: BTreeMap<u64, BTreeSet<B256>> = BTreeMap::new();
    let mut found: BTreeMap<B256, BTreeSet<bool>> = BTreeMap::new();
    for answers in news.iter().filter_map(|node| node.engine.as_ref().ok()) {
        let safe = answers.snapshot.safe.map(|block| block.number);
        for (&block, &root) in answers.outputs.iter().filter(|(block, _)| safe >= Some(**block)) {
            outputs.entry(block).or_default().insert(root);
        }
        let time = answers.snapshot.latest.map_or(0, |block| block.timestamp);
        for (&hash, &is_there) in &answers.withdrawals {
            // What is there is there; what is not may be still to come.
            if is_there || withdrawals::is_known_at(&watch.memory.withdrawals, &hash, time) {
                found.entry(hash).or_default().insert(is_there);
            }
        }
    }
    roots::take(watch, &outputs);
    withdrawals::look_up(watch, &found);
}

fn take_heads(memory: &mut Memory, name: &str, snapshot: &Snapshot) {
    let node = memory.nodes.entry(name.to_owned()).or_default();
    for (head, block) in [
        (&mut node.unsafe_head, snapshot.latest),
        (&mut node.safe_head, snapshot.safe),
        (&mut node.finalized_head, snapshot.finalized),
    ] {
        let Some(block) = block else { continue };
        let stalled = head.filter(|head| head.block.number >= block.number);
        *head = Some(Head { block, stalled: stalled.map_or(0.0, |head| head.stalled) });
    }
}
