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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, Value, json};

    const NAMES: [&str; 10] = [
        "regolith", "canyon", "delta", "ecotone", "fjord", "granite", "holocene", "isthmus",
        "jovian", "karst",
    ];

    /// Every fork with a time of its own, spelled with a suffix.
    fn times(suffix: &str) -> Map<String, Value> {
        NAMES.iter().zip(1..).map(|(name, time)| (format!("{name}{suffix}"), json!(time))).collect()
    }

    #[test]
    fn both_files_spell_the_same_schedule() {
        let read = |times| serde_json::from_value::<ForkTimes>(Value::Object(times)).unwrap();
        let of_rollup = read(times("_time"));
        assert_eq!(of_rollup, read(times("Time")));
        assert_eq!((of_rollup.regolith_time, of_rollup.karst_time), (Some(1), Some(10)));
        assert_eq!(serde_json::to_value(&of_rollup).unwrap(), Value::Object(times("_time")));
    }

    #[test]
    fn a_fork_without_time_is_absent_and_one_with_two_is_an_error() {
        let read = |times| serde_json::from_value::<ForkTimes>(times);
        assert_eq!(read(json!({"canyon_time": null})).unwrap(), ForkTimes::default());
        assert_eq!(serde_json::to_value(ForkTimes::default()).unwrap(), json!({}));
        for wrong in [
            json!({"canyon_time": 0, "canyonTime": 1}),
            json!({"canyon_time": "0x0"}),
            json!({"canyon_time": -1}),
            json!({"canyon_time": 1.5}),
        ] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
