//! All blocks of a range, compared one by one.

use std::collections::{BTreeSet, VecDeque};

use alloy_primitives::{B256, Keccak256};
use tokio::task::JoinHandle;

use crate::compare::Verdict;
use crate::evidence::{Different, Evidence};
use crate::node::{Node, Read, Source};
use crate::proof::{Difference, Follower, Proof};

/// Blocks asked for in one request; geth's limit for a batch is 1000.
const CHUNK: u64 = 500;
/// Requests to a node that are under way at the same time.
const DEPTH: usize = 2;

/// One follower and how far it is compared.
pub(super) struct Lane {
    pub(super) source: Source,
    node: Node,
    failure: Option<String>,
    last: Option<u64>,
    different: Option<Different>,
    difference: Option<Difference>,
    compared: Option<u64>,
    commitment: Keccak256,
}

impl Lane {
    pub(super) fn new(source: Source, node: Result<Node, String>) -> Self {
        let (node, failure) = match node {
            Ok(node) => (node, None),
            Err(reason) => (Node::default(), Some(reason)),
        };
        Self {
            source,
            node,
            failure,
            last: None,
            different: None,
            difference: None,
            compared: None,
            commitment: Keccak256::new(),
        }
    }

    /// The first failure is the reason that is reported.
    pub(super) fn fail(&mut self, reason: &str) {
        self.failure.get_or_insert_with(|| reason.to_owned());
        self.last = None;
    }

    /// Decides what is to be compared; the newest block that all have, or none.
    pub(super) fn begin(&mut self, proof: &Proof) -> Option<u64> {
        let (theirs, ours) = (self.node.latest?.number, proof.node.latest?.number);
        let (from, to) = (proof.from, proof.to);
        if from > to {
            self.fail(&format!("the range begins at {from} and ends at {to}"));
        } else if theirs < from {
            self.fail(&format!("the follower's head is {theirs}, the range begins at {from}"));
        } else {
            self.last = Some(to.min(theirs));
        }
        self.last.map(|last| last.min(ours)).filter(|top| *top >= from)
    }

    /// Takes what the search has found: only blocks below the first difference are left to compare.
    pub(super) fn found(
        &mut self,
        found: Result<Option<(Different, Option<Difference>)>, String>,
        from: u64,
    ) {
        match found {
            Err(reason) => self.fail(&reason),
            Ok(None) => {}
            Ok(Some((different, difference))) => {
                self.last = different.number.checked_sub(1).filter(|last| *last >= from);
                (self.different, self.difference) = (Some(different), difference);
            }
        }
    }

    fn compare(&mut self, ours: &[Read], theirs: Result<Vec<Read>, String>) {
        let theirs = match theirs {
            Ok(theirs) => theirs,
            Err(reason) => return self.fail(&reason),
        };
        for (one, other) in ours.iter().zip(theirs) {
            let number = one.block.number;
            if one.block.hash != other.block.hash {
                return self.fail(&format!(
                    "block {number} differs, and it did not where a block above it is the same: a reorganisation \
                     is under way, or its index of numbers is broken"
                ));
            }
            self.commitment.update(other.block.hash);
            self.compared = Some(number);
        }
    }

    pub(super) fn concluded(self, proof: &Proof) -> Follower {
        let evidence = Evidence {
            reference: &proof.node,
            follower: &self.node,
            to: proof.to,
            compared: self.compared,
            different: self.different,
            hash: |number: u64| {
                let compared = self.compared.is_some_and(|compared| number <= compared);
                proof.hashes.get(&number).filter(|_| compared).copied()
            },
        };
        let (result, safe) = match self.failure {
            None => (evidence.result(), evidence.safe()),
            Some(reason) => {
                let unknown = Verdict::Unknown { reason };
                (unknown.clone(), unknown)
            }
        };
        Follower {
            follower: self.source.rpc.shown(),
            node: self.node,
            compared_to: self.compared,
            commitment: self.compared.map(|_| self.commitment.finalize()),
            difference: self.difference,
            result,
            safe,
        }
    }
}

/// A request that is under way.
type Reader = JoinHandle<Result<Vec<Read>, String>>;

/// A part of the range that is under way.
struct Part {
    from: u64,
    to: u64,
    ours: Reader,
    /// Of each follower that has it, and up to which block.
    theirs: Vec<Option<Reader>>,
}

/// Reads the reference's blocks once, and those of all followers beside them.
pub(super) async fn scan(
    ours: &Source,
    lanes: &mut [Lane],
    proof: &mut Proof,
    keep: bool,
    progress: impl Fn(u64, u64),
) {
    let Some(last) = lanes.iter().filter_map(|lane| lane.last).max() else { return };
    let wanted = wanted(lanes, proof);
    let (mut parts, mut next) = (VecDeque::new(), Some(proof.from));
    let (mut commitment, mut parent) = (Keccak256::new(), None::<B256>);
    loop {
        while let Some(from) = next.filter(|from| *from <= last && parts.len() < DEPTH) {
            let to = last.min(from.saturating_add(CHUNK - 1));
            parts.push_back(part(ours, lanes, from, to));
            next = to.checked_add(1);
        }
        let Some(part) = parts.pop_front() else { break };
        let blocks = joined(part.ours).await.and_then(|blocks| linked(blocks, &mut parent));
        let blocks = match blocks {
            Ok(blocks) => blocks,
            Err(reason) => {
                let open = |lane: &&mut Lane| lane.last.is_some_and(|last| last >= part.from);
                lanes.iter_mut().filter(open).for_each(|lane| lane.fail(&reason));
                break;
            }
        };
        for (lane, theirs) in lanes.iter_mut().zip(part.theirs) {
            if let (Some(theirs), None) = (theirs, &lane.failure) {
                lane.compare(&blocks, joined(theirs).await);
            }
        }
        for Read { block, header } in blocks {
            commitment.update(block.hash);
            if wanted.contains(&block.number) {
                proof.hashes.insert(block.number, block.hash);
            }
            if keep {
                proof.headers.extend(header);
            }
        }
        proof.commitment = Some(commitment.clone().finalize());
        proof.read_to = Some(part.to);
        progress(part.to - proof.from + 1, last - proof.from + 1);
    }
}

/// Blocks that verdicts are about.
fn wanted(lanes: &[Lane], proof: &Proof) -> BTreeSet<u64> {
    let nodes = lanes.iter().map(|lane| &lane.node).chain([&proof.node]);
    let heads = nodes.flat_map(|node| [node.latest, node.safe]).flatten().map(|head| head.number);
    heads.chain(lanes.iter().filter_map(|lane| lane.last)).collect()
}

fn part(ours: &Source, lanes: &[Lane], from: u64, to: u64) -> Part {
    let read = |source: &Source, to: u64| {
        let source = source.clone();
        tokio::spawn(async move { source.blocks(from, to).await })
    };
    let theirs = lanes
        .iter()
        .map(|lane| {
            lane.last.filter(|last| *last >= from).map(|last| read(&lane.source, to.min(last)))
        })
        .collect();
    Part { from, to, ours: read(ours, to), theirs }
}

/// Blocks must be children of each other, or the chain changed between two answers.
fn linked(blocks: Vec<Read>, parent: &mut Option<B256>) -> Result<Vec<Read>, String> {
    for Read { block, .. } in &blocks {
        if parent.is_some_and(|parent| parent != block.parent) {
            return Err(format!(
                "block {} does not follow the one before: the chain was reorganised meanwhile",
                block.number
            ));
        }
        *parent = Some(block.hash);
    }
    Ok(blocks)
}

async fn joined<T>(task: JoinHandle<Result<T, String>>) -> Result<T, String> {
    task.await.unwrap_or_else(|error| Err(format!("not read: {error}")))
}
