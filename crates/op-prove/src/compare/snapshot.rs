//! What one node answers in one poll: asked for in one batch, and read.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::U64;
use eth_rpc::{Answers, Batch, BlockHead, Reading, Slot, Unread};
use serde::{Serialize, de::DeserializeOwned};

use crate::compare::block::Block;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The head that came through gossip, or that the sequencer made.
    pub latest: Option<Block>,
    /// The head that was derived from L1.
    pub safe: Option<Block>,
    /// The head that was derived from final blocks of L1.
    pub finalized: Option<Block>,
    /// The blocks that were asked for by number; `None` where the node has none.
    pub blocks: BTreeMap<u64, Option<Block>>,
}

/// Where the answers will be. `B` is what is read of each block: [`BlockHead`], or
/// [`Sealed`](super::Sealed) to recompute every hash from its header.
pub struct Asked<B = BlockHead> {
    heads: [Slot<Option<B>>; 3],
    blocks: Vec<(u64, Slot<Option<B>>)>,
}

impl<B: DeserializeOwned + Into<Block>> Asked<B> {
    /// Asks for the three heads and for those blocks.
    pub fn ask(batch: &mut Batch, numbers: &BTreeSet<u64>) -> Self {
        Self {
            heads: ["latest", "safe", "finalized"].map(|tag| ask(batch, tag)),
            blocks: numbers
                .iter()
                .map(|number| (*number, ask(batch, U64::from(*number))))
                .collect(),
        }
    }

    /// Reads the answers. A node that knows no safe or finalized block is a node without one; any
    /// other block that cannot be read makes the whole snapshot unread.
    pub fn read(&self, answers: &Answers) -> Reading<Snapshot> {
        answers.whole()?;
        let [latest, safe, finalized] = &self.heads;
        let block = |slot: &_| Ok(answers.take::<Option<B>>(slot)?.map(Into::into));
        let head = |slot: &_| match answers.take::<Option<B>>(slot) {
            Ok(head) => Ok(head.map(Into::into)),
            Err(Unread::Unreachable(_)) => Ok(None),
            Err(unread) => Err(unread),
        };
        Ok(Snapshot {
            latest: block(latest)?,
            safe: head(safe)?,
            finalized: head(finalized)?,
            blocks: self
                .blocks
                .iter()
                .map(|(number, slot)| Ok((*number, block(slot)?)))
                .collect::<Reading<_>>()?,
        })
    }
}

fn ask<B: DeserializeOwned>(batch: &mut Batch, block: impl Serialize) -> Slot<Option<B>> {
    batch.request("eth_getBlockByNumber", (block, false))
}
