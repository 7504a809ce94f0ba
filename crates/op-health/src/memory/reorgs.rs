//! Blocks that were replaced, or are gone.

use std::collections::BTreeMap;

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Reorgs {
    /// The last of each kind.
    pub(crate) last: BTreeMap<Kind, Reorg>,
    /// How many were seen.
    pub(crate) count: u64,
    /// Blocks of L1 that are looked at again: the newest, and one some blocks below it.
    pub(crate) of_l1: [Option<Seen>; 2],
}

/// What of a chain was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    Unsafe,
    Safe,
    Finalized,
    /// Some blocks of L1.
    L1,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Reorg {
    /// When it was seen.
    pub(crate) at: f64,
    pub(crate) block: u64,
    pub(crate) was: B256,
    /// `None` where the chain is shorter now.
    pub(crate) is: Option<B256>,
}

/// A block as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Seen {
    pub(crate) number: u64,
    pub(crate) hash: B256,
}
