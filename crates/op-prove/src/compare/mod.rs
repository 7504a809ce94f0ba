//! Two nodes of one chain compared: equal, behind, diverged or unknown.
//!
//! A verdict is never a guess. *Equal* and *behind* say that every block up to the named one is the
//! same; *diverged* that both nodes held, at one moment, different blocks of one number. Everything
//! else is *unknown*, with the reason.
//!
//! # What exactly a verdict says
//!
//! A node is asked at an endpoint, and there may be one engine or several behind it. What is known of it
//! is what it answered, each answer at some moment of a poll. It *holds* a block while that is the block
//! of its number below the head.
//!
//! * Equal: during this poll the block was the reference's head, and the follower held it.
//! * Behind: since the follower's last answer of use before this one, the block was its head, and the
//!   reference held it; the reference's head is higher.
//! * Diverged: at one moment since the block was first seen to differ, the reference held the one and
//!   the follower the other. Two polls tell: both answered the same hash twice, so unless one of them
//!   left its block and came back to it in between, both held theirs all the while.
//!
//! A hash stands for all blocks below it, as each header names its parent. So the newest common block
//! tells at once what the sweep over all blocks takes long to see; the sweep finds nodes whose index of
//! numbers is not that of their headers.

mod header;
mod judge;
mod past;
mod questions;
mod sample;
mod search;
#[cfg(test)]
mod tests;
mod track;
mod view;

use std::{collections::BTreeMap, fmt};

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

pub use self::{
    header::Sealed,
    questions::{MOST_CALLS, Questions, union},
    sample::Asked,
    track::{Track, Verdicts},
};

/// A block as a node tells it: all of it from one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// Hash of the block before.
    pub parent: B256,
    /// Seconds since the Unix epoch.
    pub timestamp: u64,
}

/// What one node answered in one poll.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// The head that came through gossip, or that the sequencer made.
    pub latest: Option<Block>,
    /// The head that was derived from L1.
    pub safe: Option<Block>,
    /// The head that was derived from final blocks of L1.
    pub finalized: Option<Block>,
    /// The blocks that were asked for by number; `None` where the node has none.
    pub blocks: BTreeMap<u64, Option<Block>>,
}

/// How a follower stands to the reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Verdict {
    /// The follower has every block that the reference has, up to the reference's head.
    Equal {
        /// The reference's head.
        to: u64,
        /// Its hash on both.
        hash: B256,
    },
    /// Every block that the follower has is the same, but it does not have all.
    Behind {
        /// The follower's head, equal to the reference's block.
        head: u64,
        /// The reference's head.
        to: u64,
    },
    /// The two hold different blocks.
    Diverged {
        /// The last block that is known to be the same; `block` is the first that differs where it
        /// comes right after.
        after: Option<u64>,
        /// A block that differs.
        block: u64,
        /// Its hash on the reference.
        reference: B256,
        /// Its hash on the follower.
        follower: B256,
    },
    /// Not to be judged now.
    Unknown {
        /// Why.
        reason: String,
    },
}

impl Verdict {
    /// The verdict in lower case.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Equal { .. } => "equal",
            Self::Behind { .. } => "behind",
            Self::Diverged { .. } => "diverged",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// 0 equal, 1 diverged, 2 behind, 3 unknown.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Equal { .. } => 0,
            Self::Diverged { .. } => 1,
            Self::Behind { .. } => 2,
            Self::Unknown { .. } => 3,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal { to, hash } => write!(formatter, "equal up to block {to} {hash}"),
            Self::Behind { head, to } => {
                write!(formatter, "behind: equal up to its head {head}, the range ends at {to}")
            }
            Self::Diverged { block, reference, follower, .. } => write!(
                formatter,
                "diverged at block {block}: {reference} on the reference, {follower} here"
            ),
            Self::Unknown { reason } => write!(formatter, "unknown: {reason}"),
        }
    }
}
