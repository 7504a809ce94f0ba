//! A sample asked for and read: one batch a node.

use std::collections::BTreeSet;

use op_chain::rpc::{Answers, Batch, BlockHead, Reading, Slot, Unread};

use super::{Block, Sample};

/// Where the answers will be.
pub struct Asked {
    heads: [Slot<Option<BlockHead>>; 3],
    blocks: Vec<(u64, Slot<Option<BlockHead>>)>,
}

impl Asked {
    /// Asks for the three heads and for those blocks.
    pub fn ask(batch: &mut Batch, numbers: &BTreeSet<u64>) -> Self {
        Self {
            heads: ["latest", "safe", "finalized"].map(|tag| batch.head(tag)),
            blocks: numbers.iter().map(|number| (*number, batch.block(*number))).collect(),
        }
    }

    /// Reads the answers. A node that knows no safe or finalized block is a node without one; any
    /// other block that cannot be read makes the whole sample unread.
    pub fn read(&self, answers: &Answers) -> Reading<Sample> {
        answers.whole()?;
        let [latest, safe, finalized] = &self.heads;
        let block = |slot: &_| Ok(answers.take::<Option<BlockHead>>(slot)?.map(Block::from));
        let head = |slot: &_| match answers.take::<Option<BlockHead>>(slot) {
            Ok(head) => Ok(head.map(Block::from)),
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
