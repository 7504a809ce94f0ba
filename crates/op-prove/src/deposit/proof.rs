//! How far a deposit came, and what that means.

use alloy_primitives::B256;
use op_chain::rollup::BlockId;
use serde::Serialize;

/// How far a deposit came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    pub l1_transaction: B256,
    pub l1_block: Option<BlockId>,
    pub l2_transaction: Option<B256>,
    /// The nodes, the sequencer first.
    pub nodes: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Its service's name, or the remote follower's.
    pub name: String,
    #[serde(flatten)]
    pub arrival: Arrival,
}

/// What a node says of a deposit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "arrival", rename_all = "camelCase")]
pub enum Arrival {
    /// It is there.
    Arrived { block: BlockId },
    /// It is there and did nothing but mint: its call failed.
    Failed { block: BlockId },
    /// It is not there yet.
    Missing {
        /// What is waited for.
        waits: String,
    },
    /// The node does not answer.
    Unknown { reason: String },
}

/// What a proof comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// In the same block on every node.
    Arrived,
    /// In different blocks, or failed.
    Diverged,
    /// Not on every node yet.
    Behind,
    /// Some node does not answer.
    Unknown,
}

impl Proof {
    /// The L2 block that it arrived in on every node.
    #[must_use]
    pub fn block(&self) -> Option<BlockId> {
        match self.nodes.first()?.arrival {
            Arrival::Arrived { block } if self.outcome() == Outcome::Arrived => Some(block),
            _ => None,
        }
    }

    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let blocks = self.nodes.iter().filter_map(|node| match node.arrival {
            Arrival::Arrived { block } => Some(block),
            _ => None,
        });
        let first = blocks.clone().next();
        let is = |kind: fn(&Arrival) -> bool| self.nodes.iter().any(|node| kind(&node.arrival));
        if is(|arrival| matches!(arrival, Arrival::Failed { .. }))
            || blocks.clone().any(|block| Some(block) != first)
        {
            Outcome::Diverged
        } else if is(|arrival| matches!(arrival, Arrival::Unknown { .. })) || self.nodes.is_empty()
        {
            Outcome::Unknown
        } else if is(|arrival| matches!(arrival, Arrival::Missing { .. })) {
            Outcome::Behind
        } else {
            Outcome::Arrived
        }
    }

    /// Whether every node has it in the same block, and with the same result: but for a reorganisation,
    /// that does not change any more.
    pub(super) fn is_final(&self) -> bool {
        self.nodes.first().is_some_and(|first| {
            first.arrival.is_there() && self.nodes.iter().all(|node| node.arrival == first.arrival)
        })
    }

    /// Keeps what the look before showed too.
    pub(super) fn confirmed_by(mut self, before: &Self) -> Self {
        let same = self.l2_transaction == before.l2_transaction && self.l1_block == before.l1_block;
        for (node, last) in self.nodes.iter_mut().zip(&before.nodes) {
            if node.arrival.is_there() && !(same && node.arrival == last.arrival) {
                let reason = "its answer was another one at each of the last two looks".to_owned();
                node.arrival = Arrival::Unknown { reason };
            }
        }
        self
    }
}

impl Arrival {
    /// Whether the node has it in a block.
    #[must_use]
    pub const fn is_there(&self) -> bool {
        matches!(self, Self::Arrived { .. } | Self::Failed { .. })
    }
}

impl Outcome {
    /// As those of `prove heads`: 0 arrived, 1 diverged or failed, 2 behind, 3 unknown.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Arrived => 0,
            Self::Diverged => 1,
            Self::Behind => 2,
            Self::Unknown => 3,
        }
    }
}
