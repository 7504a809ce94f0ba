//! A sample asked for and read: one batch a node.

use std::collections::BTreeSet;

use alloy_primitives::U64;
use eth_rpc::{Answers, Batch, BlockHead, Reading, Slot, Unread};
use serde::{Serialize, de::DeserializeOwned};

use crate::compare::{Block, Sample};

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
    /// other block that cannot be read makes the whole sample unread.
    pub fn read(&self, answers: &Answers) -> Reading<Sample> {
        answers.whole()?;
        let [latest, safe, finalized] = &self.heads;
        let block = |slot: &_| Ok(answers.take::<Option<B>>(slot)?.map(Into::into));
        let head = |slot: &_| match answers.take::<Option<B>>(slot) {
            Ok(head) => Ok(head.map(Into::into)),
            Err(Unread::Unreachable(_)) => Ok(None),
            Err(unread) => Err(unread),
        };
        Ok(Sample {
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

impl From<BlockHead> for Block {
    fn from(block: BlockHead) -> Self {
        Self {
            number: block.number.to(),
            hash: block.hash,
            parent: block.parent_hash,
            timestamp: block.timestamp.to(),
        }
    }
}
