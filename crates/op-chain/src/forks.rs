//! The OP Stack's fork schedule.

use serde::{Deserialize, Serialize};
use strum::{Display, IntoStaticStr, VariantArray};

/// A fork of the OP Stack after Bedrock, in the order of activation (op-node `rollup/types.go`).
///
/// `pectra_blob_schedule` of rollup.json is none of them: it mends one blob fee and has no place in
/// the order.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Display, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "lowercase")]
#[allow(missing_docs, reason = "every variant is the fork it names")]
pub enum Fork {
    Regolith,
    Canyon,
    Delta,
    Ecotone,
    Fjord,
    Granite,
    Holocene,
    Isthmus,
    Jovian,
    Karst,
    Lagoon,
}

impl Fork {
    /// All of them, in order.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name as both files spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Activation times in seconds since the Unix epoch; 0 is "from genesis on", absent is "never".
///
/// Spelled as in rollup.json; genesis.json's config has `canyonTime` for `canyon_time`. Order and names: op-node `rollup/types.go` (v1.19).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "every field is the activation time of the fork it names")]
pub struct ForkTimes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regolith_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canyon_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ecotone_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fjord_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granite_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holocene_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isthmus_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jovian_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub karst_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lagoon_time: Option<u64>,
}

impl ForkTimes {
    /// When a fork activates.
    #[must_use]
    pub const fn time(&self, fork: Fork) -> Option<u64> {
        match fork {
            Fork::Regolith => self.regolith_time,
            Fork::Canyon => self.canyon_time,
            Fork::Delta => self.delta_time,
            Fork::Ecotone => self.ecotone_time,
            Fork::Fjord => self.fjord_time,
            Fork::Granite => self.granite_time,
            Fork::Holocene => self.holocene_time,
            Fork::Isthmus => self.isthmus_time,
            Fork::Jovian => self.jovian_time,
            Fork::Karst => self.karst_time,
            Fork::Lagoon => self.lagoon_time,
        }
    }

    /// Whether a fork is active in the block of that timestamp.
    #[must_use]
    pub fn is_active(&self, fork: Fork, timestamp: u64) -> bool {
        self.time(fork).is_some_and(|time| time <= timestamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, Value, json};

    #[test]
    fn every_fork_has_a_time_of_its_own() {
        let times: Map<String, Value> = Fork::ALL
            .iter()
            .zip(1..)
            .map(|(fork, time)| (format!("{fork}_time"), json!(time)))
            .collect();
        let read: ForkTimes = serde_json::from_value(Value::Object(times.clone())).unwrap();
        let read_back: Vec<_> = Fork::ALL.iter().map(|&fork| read.time(fork)).collect();
        assert_eq!(read_back, (1..=11).map(Some).collect::<Vec<_>>());
        assert_eq!(serde_json::to_value(&read).unwrap(), Value::Object(times));
    }

    #[test]
    fn a_fork_is_active_from_its_time_on() {
        let times = ForkTimes { canyon_time: Some(5), ..ForkTimes::default() };
        assert_eq!([4, 5, 6].map(|now| times.is_active(Fork::Canyon, now)), [false, true, true]);
        assert!(!times.is_active(Fork::Delta, u64::MAX));
    }

    #[test]
    fn a_fork_without_time_is_absent_and_another_form_of_it_is_an_error() {
        let read = |times| serde_json::from_value::<ForkTimes>(times);
        assert_eq!(read(json!({"canyon_time": null})).unwrap(), ForkTimes::default());
        assert_eq!(serde_json::to_value(ForkTimes::default()).unwrap(), json!({}));
        for wrong in
            [json!({"canyon_time": "0x0"}), json!({"canyon_time": -1}), json!({"canyon_time": 1.5})]
        {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
