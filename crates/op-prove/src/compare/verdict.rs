//! What a comparison comes to.

use std::fmt;

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

/// How a follower stands to the reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(tag = "verdict", rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Verdict {
    /// The follower has every block that the reference has, up to the reference's head.
    Equal { to: u64, hash: B256 },
    /// Every block that the follower has is the same, but it does not have all.
    Behind {
        /// The follower's head, equal to the reference's block.
        head: u64,
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
    Unknown { reason: String },
}

impl Verdict {
    pub const NAMES: &'static [&'static str] = Self::VARIANTS;

    #[must_use]
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// Blocks that the follower's head is behind; `None` where that is not known.
    #[must_use]
    pub const fn blocks_behind(&self) -> Option<u64> {
        match self {
            Self::Equal { .. } => Some(0),
            Self::Behind { head, to } => Some(to.saturating_sub(*head)),
            Self::Diverged { .. } | Self::Unknown { .. } => None,
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
