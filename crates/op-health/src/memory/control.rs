//! Who controls the contracts on L1: as somebody accepted it, and as it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Control {
    /// Whether all of it was read since the chain is deployed.
    #[serde(default)]
    pub(crate) is_settled: bool,
    /// By contract and getter.
    pub(crate) values: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Value {
    /// As it was seen first, or as it was when somebody accepted it.
    pub(crate) accepted: String,
    pub(crate) now: String,
    /// Since when it is so.
    pub(crate) since: f64,
    pub(crate) read_at: f64,
}
