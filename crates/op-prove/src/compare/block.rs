//! A block as far as a comparison looks at it.

use alloy_primitives::B256;
use eth_rpc::BlockHead;
use serde::{Deserialize, Serialize};

/// A block as a node sends it: all of it from one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    pub number: u64,
    pub hash: B256,
    pub parent: B256,
    /// Seconds since the Unix epoch.
    pub timestamp: u64,
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
