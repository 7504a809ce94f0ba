//! Blocks that were there at the last poll, and are others now.

use std::collections::BTreeSet;

use alloy_primitives::B256;
use op_prove::compare::{Block, Snapshot};

use crate::memory::reorgs::{Kind, Reorg, Reorgs, Seen};
use crate::memory::{Memory, Node};
use op_observe::l1::L1Answers;

/// Blocks by which L1 changes every day: its newest may come late, and be left out.
const USUAL: u64 = 3;

fn heads(node: &Node) -> [(Kind, Option<Block>); 3] {
    [
        (Kind::Unsafe, node.unsafe_head),
        (Kind::Safe, node.safe_head),
        (Kind::Finalized, node.finalized_head),
    ]
    .map(|(kind, head)| (kind, head.map(|head| head.block)))
}

/// The blocks of the sequencer that are looked at again.
pub(crate) fn to_ask(memory: &Memory, sequencer: &str) -> BTreeSet<u64> {
    let node = memory.nodes.get(sequencer);
    let heads = node.into_iter().flat_map(heads);
    heads.filter_map(|(_, block)| Some(block?.number)).collect()
}

/// Takes what the sequencer has now, before its heads are remembered.
pub(crate) fn take(memory: &mut Memory, sequencer: &str, snapshot: &Snapshot, now: f64) {
    let Some(node) = memory.nodes.get(sequencer) else { return };
    for (kind, block) in heads(node) {
        let Some(was) = block else { continue };
        let is = match snapshot.blocks.get(&was.number) {
            Some(Some(block)) if block.hash != was.hash => Some(block.hash),
            Some(None) if snapshot.latest.is_some_and(|head| head.number < was.number) => None,
            _ => continue,
        };
        let reorg = Reorg { at: now, block: was.number, was: was.hash, is };
        memory.reorgs.last.insert(kind, reorg);
        memory.reorgs.count += 1;
    }
}

/// The block of L1 that is looked at again.
pub(crate) const fn l1_to_ask(memory: &Reorgs) -> Option<u64> {
    match &memory.of_l1[1] {
        Some(seen) => Some(seen.number),
        None => None,
    }
}

pub(crate) fn take_l1(memory: &mut Reorgs, answers: &L1Answers, now: f64) {
    let head = Seen { number: answers.head.number, hash: answers.hash };
    let [newest, below] = &mut memory.of_l1;
    if let (Some(was), Some(is)) = (*below, answers.again)
        && was.hash != is
    {
        let reorg = Reorg { at: now, block: was.number, was: was.hash, is: Some(is) };
        memory.last.insert(Kind::L1, reorg);
        memory.count += 1;
        (*newest, *below) = (None, None);
    }
    match newest {
        Some(seen) if head.number >= seen.number + USUAL => {
            (*below, *newest) = (*newest, Some(head));
        }
        Some(_) => {}
        None => *newest = Some(head),
    }
}

/// A hash, as short as it is told apart.
pub(crate) fn short(hash: &B256) -> String {
    hash.to_string().chars().take(12).collect()
}
