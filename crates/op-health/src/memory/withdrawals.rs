//! Withdrawals that were proven on L1.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Withdrawals {
    /// The first block of L1 whose log was not read yet.
    pub(crate) next: Option<u64>,
    /// Those that were not looked up on L2 yet.
    pub(crate) waiting: BTreeMap<B256, Proven>,
    /// Those that are on L2, with the block of L1 up to which they were seen: logs are read again.
    pub(crate) real: BTreeMap<B256, u64>,
    /// Those that are not on L2.
    pub(crate) forged: BTreeMap<B256, Forged>,
    /// How many were found on L2.
    pub(crate) checked: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Proven {
    pub(crate) submitter: Address,
    /// Time of an L1 block after it: a node that has an L2 block of then has what was withdrawn.
    pub(crate) before: u64,
    /// Whether our nodes do not agree on it.
    #[serde(default)]
    pub(crate) nodes_differ: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Forged {
    pub(crate) submitter: Address,
    /// When it was seen, or its game was won.
    pub(crate) at: f64,
    /// The game that it rests on.
    pub(crate) game: Option<Address>,
    /// How that stands: 0 in progress, 1 the challenger has won, 2 the defender has won.
    pub(crate) status: Option<u8>,
}
