//! The OP Stack's fork schedule.

use serde::{Deserialize, Serialize};

/// Activation times in seconds since the Unix epoch; 0 is "from genesis on", absent is "never".
///
/// Reads both spellings: `canyon_time` of rollup.json and `canyonTime` of genesis.json's config.
/// Order and names: op-node `rollup/types.go` (v1.19).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "every field is the activation time of the fork it names")]
pub struct ForkTimes {
    #[serde(alias = "regolithTime", skip_serializing_if = "Option::is_none")]
    pub regolith_time: Option<u64>,
    #[serde(alias = "canyonTime", skip_serializing_if = "Option::is_none")]
    pub canyon_time: Option<u64>,
    #[serde(alias = "deltaTime", skip_serializing_if = "Option::is_none")]
    pub delta_time: Option<u64>,
    #[serde(alias = "ecotoneTime", skip_serializing_if = "Option::is_none")]
    pub ecotone_time: Option<u64>,
    #[serde(alias = "fjordTime", skip_serializing_if = "Option::is_none")]
    pub fjord_time: Option<u64>,
    #[serde(alias = "graniteTime", skip_serializing_if = "Option::is_none")]
    pub granite_time: Option<u64>,
    #[serde(alias = "holoceneTime", skip_serializing_if = "Option::is_none")]
    pub holocene_time: Option<u64>,
    #[serde(alias = "isthmusTime", skip_serializing_if = "Option::is_none")]
    pub isthmus_time: Option<u64>,
    #[serde(alias = "jovianTime", skip_serializing_if = "Option::is_none")]
    pub jovian_time: Option<u64>,
    #[serde(alias = "karstTime", skip_serializing_if = "Option::is_none")]
    pub karst_time: Option<u64>,
}
