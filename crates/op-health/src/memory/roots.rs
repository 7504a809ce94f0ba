//! The output roots of games, until they are known to be true.

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Root {
    pub(crate) proxy: Address,
    pub(crate) claim: B256,
    /// The L2 block that it is about.
    pub(crate) block: u64,
    /// 0 in progress, 1 the challenger has won, 2 the defender has won.
    pub(crate) status: u8,
    /// When it was first seen, or last turned: false, or won.
    pub(crate) at: f64,
    /// What our nodes have instead, where that is known.
    pub(crate) own: Option<B256>,
    /// Whether our nodes do not agree on it.
    #[serde(default)]
    pub(crate) nodes_differ: bool,
}
