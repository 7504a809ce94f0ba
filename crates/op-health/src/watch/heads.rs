//! The nodes: heads, followers, L1-info deposits.

use std::{collections::BTreeMap, ops::Range};

use eth_rpc::{Reading, Unread};

use crate::watch::{Compared, Watch};
use crate::{
    memory::{self, Head},
    observe::{
        engine::{EngineAnswers, Questions},
        node::NodeAnswers,
    },
};
use op_prove::compare::{self, Block, MOST_CALLS, Sample, Track, Verdict};

/// A follower that never had a verdict has been without one for long.
const NEVER: u32 = 10;
/// L1-info deposits that are looked at in one poll.
const L1_INFO: u64 = 20;

/// What one node answered in one poll.
pub(crate) struct NodeNews {
    pub(crate) engine: Reading<EngineAnswers>,
    /// `None` where only the engine can be reached.
    pub(crate) node: Option<Reading<NodeAnswers>>,
}

impl Watch {
    /// What each engine is to be asked, in the order of the plan's nodes.
    pub(crate) fn node_questions(&self) -> Vec<Questions> {
        let followers = || self.plan.nodes.iter().filter(|node| !node.sequencer);
        let new = Track::new(self.first_block());
        let tracks = || {
            followers().map(|node| {
                self.memory
                    .nodes
                    .get(&node.name)
                    .and_then(|node| node.track.as_ref())
                    .unwrap_or(&new)
            })
        };
        let tracks: Vec<&Track> = tracks().collect();
        let union = compare::union(&tracks, MOST_CALLS);
        let mut followers = union.followers.into_iter();
        let questions = self.plan.nodes.iter().map(|node| {
            if node.sequencer {
                return Questions {
                    numbers: union.reference.clone(),
                    first_transactions: self.new_blocks().collect(),
                    receipts: self.pending_l1_info.values().copied().collect(),
                };
            }
            Questions { numbers: followers.next().unwrap_or_default(), ..Questions::default() }
        });
        questions.collect()
    }

    /// The L2's first block.
    fn first_block(&self) -> u64 {
        self.chain.as_ref().map_or(0, |chain| chain.genesis.l2.number)
    }

    /// The sequencer's blocks whose L1-info deposits were not looked at.
    fn new_blocks(&self) -> Range<u64> {
        let head =
            self.plan.sequencer().and_then(|node| self.memory.nodes.get(&node.name)?.unsafe_head);
        match (self.memory.next_l1_info, head) {
            (Some(next), Some(head)) => {
                next..next.saturating_add(L1_INFO).min(head.block.number.saturating_add(1))
            }
            // Nothing.
            _ => 0..0,
        }
    }

    /// Takes one poll of all nodes, in the order of the plan's.
    pub(crate) fn take_nodes(&mut self, news: Vec<NodeNews>) {
        self.memory.counters.polls += 1;
        let names: Vec<(String, bool)> =
            self.plan.nodes.iter().map(|node| (node.name.clone(), node.sequencer)).collect();
        let mut reference: Reading<Sample> =
            Err(Unread::Unreachable("there is no sequencer here".to_owned()));
        for ((name, sequencer), news) in names.iter().zip(news) {
            if let Some(node) = news.node {
                self.count(node.is_err());
                self.nodes.entry(name.clone()).or_default().take(node);
            }
            self.count(news.engine.is_err());
            let known = self.engines.entry(name.clone()).or_default();
            known.take(news.engine.as_ref().map(|_| ()).map_err(Clone::clone));
            if let Ok(answers) = &news.engine {
                self.take_heads(name, &answers.sample);
            }
            if *sequencer {
                if let Ok(answers) = &news.engine {
                    self.take_l1_info(answers);
                }
                reference = news.engine.map(|answers| answers.sample);
            } else if self.plan.sequencer().is_some() {
                let sample = news.engine.map(|answers| answers.sample);
                self.compare(name, &reference, &sample);
            }
        }
    }

    fn count(&mut self, failed: bool) {
        self.memory.counters.node_errors += u64::from(failed);
    }

    fn take_heads(&mut self, name: &str, sample: &Sample) {
        let node = self.memory.nodes.entry(name.to_owned()).or_default();
        for (head, block) in [
            (&mut node.unsafe_head, sample.latest),
            (&mut node.safe_head, sample.safe),
            (&mut node.finalized_head, sample.finalized),
        ] {
            let Some(block) = block else { continue };
            let stalled = head.filter(|head| head.block.number >= block.number);
            *head = Some(Head { block, stalled: stalled.map_or(0.0, |head| head.stalled) });
        }
    }

    fn compare(&mut self, name: &str, reference: &Reading<Sample>, follower: &Reading<Sample>) {
        let first = self.first_block();
        let node = self.memory.nodes.entry(name.to_owned()).or_default();
        let track = node.track.get_or_insert_with(|| Track::new(first));
        let before = track.next();
        let verdicts = track.judge(reference, follower);
        self.memory.counters.blocks_compared += track.next().saturating_sub(before);
        for (behind, verdict) in [
            (&mut node.unsafe_behind, &verdicts.unsafe_head),
            (&mut node.safe_behind, &verdicts.safe_head),
        ] {
            if matches!(verdict, Verdict::Equal { .. }) {
                *behind = 0.0;
            }
        }
        let last = self.verdicts.get(name);
        let unknown = |verdict: &Verdict, polls: Option<u32>| match verdict {
            Verdict::Unknown { .. } => polls.unwrap_or(NEVER).saturating_add(1),
            _ => 0,
        };
        let diverged = |verdict: &Verdict| matches!(verdict, Verdict::Diverged { .. });
        let now = diverged(&verdicts.unsafe_head) || diverged(&verdicts.safe_head);
        let was = last.is_some_and(|last| diverged(&last.unsafe_head) || diverged(&last.safe_head));
        self.memory.counters.divergences += u64::from(now && !was);
        let compared = Compared {
            unsafe_unknown: unknown(&verdicts.unsafe_head, last.map(|last| last.unsafe_unknown)),
            safe_unknown: unknown(&verdicts.safe_head, last.map(|last| last.safe_unknown)),
            unsafe_head: verdicts.unsafe_head,
            safe_head: verdicts.safe_head,
        };
        self.verdicts.insert(name.to_owned(), compared);
    }

    /// Receipts are asked for in the poll after the one that tells the transaction.
    fn take_l1_info(&mut self, answers: &EngineAnswers) {
        let head = answers.sample.latest.map_or(0, |block: Block| block.number);
        // Looked at from now on; a reorganised block has another deposit.
        let next = self.memory.next_l1_info.get_or_insert(head.saturating_add(1));
        *next = (*next).min(head.saturating_add(1));
        let pending = std::mem::take(&mut self.pending_l1_info);
        for (block, hash) in pending {
            match answers.succeeded.get(&hash) {
                Some(true) => {}
                Some(false) => {
                    self.memory.failed_l1_info = Some(block);
                    self.memory.counters.l1_info_failures += 1;
                }
                // Not there yet, or reorganised away.
                None => *next = (*next).min(block),
            }
        }
        let told: BTreeMap<_, _> = answers
            .first_transactions
            .range(*next..)
            .map(|(&block, &hash)| (block, hash))
            .collect();
        *next = told.keys().last().map_or(*next, |last| last.saturating_add(1));
        self.pending_l1_info = told;
    }
}

impl memory::Node {
    /// The next block of a follower to be compared.
    pub(crate) fn compared_to(&self) -> Option<u64> {
        self.track.as_ref().map(Track::next)
    }
}
