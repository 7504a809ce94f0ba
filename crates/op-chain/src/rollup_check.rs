//! What op-node checks of rollup.json before it does anything (`Config.Check` of `rollup/types.go`,
//! `config/config.go`, `service.go`), without its fork schedule, which is [`crate::schedule`]'s.

use alloy_primitives::Address;
use op_util::text::meant;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::json::Hex;
use crate::{
    forks::Fork,
    rollup::{RollupConfig, SYSTEM_CONFIG},
};

/// A reason for op-node to refuse rollup.json.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollupFault {
    /// The field, with dots between the names of nested ones.
    pub field: String,
    /// What it has to be.
    pub expected: String,
    /// What kind of fault it is.
    pub kind: FaultKind,
}

/// What mends a fault of rollup.json.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The value cannot be used.
    Value,
    /// No release of op-node has a field of that name.
    Unknown,
    /// `chain_op_config` is not there.
    NoFeeConstants,
    /// The chain is older than its L1's Pectra, and does not say how it came over it.
    NoPectraSchedule,
}

/// Fields of rollup.json that [`RollupConfig`] does not name (op-node v1.16 to v1.20).
const OTHER: [&str; 6] = [
    "alt_da",
    "chain_op_config",
    "interop_time",
    "keep_karst_upgrade_gas",
    "pectra_blob_schedule_time",
    "protocol_versions_address",
];

/// Fields of rollup.json that it does, beside the forks' times.
const NAMED: [&str; 10] = [
    "genesis",
    "block_time",
    "max_sequencer_drift",
    "seq_window_size",
    "channel_timeout",
    "l1_chain_id",
    "l2_chain_id",
    "batch_inbox_address",
    "deposit_contract_address",
    "l1_system_config_address",
];

/// Fields of the objects among them.
const MEMBERS: [(&str, &[&str]); 2] = [
    ("chain_op_config", &["eip1559Elasticity", "eip1559Denominator", "eip1559DenominatorCanyon"]),
    (
        "alt_da",
        &[
            "da_challenge_contract_address",
            "da_commitment_type",
            "da_challenge_window",
            "da_resolve_window",
        ],
    ),
];

/// L1s on which blob fees were computed wrongly for a while, and when their Pectra came
/// (`ProbablyMissingPectraBlobSchedule`): Sepolia, Holesky.
const PECTRA: [(u64, u64); 2] = [(11_155_111, 1_741_159_776), (17_000, 1_740_434_112)];

/// `alt_da`, in the forms that op-node reads (`rollup/types.go`, `AltDAConfig`).
#[derive(Deserialize)]
struct AltDa {
    #[serde(rename = "da_commitment_type", default)]
    commitment: Option<String>,
    #[serde(rename = "da_challenge_contract_address", default)]
    challenge: Option<Hex<Address>>,
    #[serde(rename = "da_challenge_window", default)]
    _challenge_window: Option<u64>,
    #[serde(rename = "da_resolve_window", default)]
    _resolve_window: Option<u64>,
}

impl RollupConfig {
    /// Everything that op-node would refuse, not only the first.
    #[must_use]
    pub fn faults(&self) -> Vec<RollupFault> {
        let genesis = &self.genesis;
        let system = &genesis.system_config;
        let checks = [
            // op-node counts it in nanoseconds, in 63 bits.
            (
                (1..=9_223_372_036).contains(&self.block_time),
                "block_time",
                "more than 0, and at most 9223372036",
            ),
            (self.channel_timeout != 0, "channel_timeout", "more than 0"),
            // op-node keeps half as many blocks more, and counts them in 63 bits.
            (
                (2..=i64::MAX.unsigned_abs() / 3).contains(&self.seq_window_size),
                "seq_window_size",
                "at least 2, and at most 3074457345618258602",
            ),
            (self.max_sequencer_drift != 0, "max_sequencer_drift", "more than 0"),
            (!genesis.l1.hash.is_zero(), "genesis.l1.hash", "a block hash"),
            (!genesis.l2.hash.is_zero(), "genesis.l2.hash", "a block hash"),
            (
                genesis.l1.hash != genesis.l2.hash || genesis.l1.hash.is_zero(),
                "genesis.l2.hash",
                "another than genesis.l1.hash",
            ),
            (genesis.l2_time != 0, "genesis.l2_time", "seconds since the Unix epoch"),
            (!system.batcher.is_zero(), "genesis.system_config.batcherAddr", "an address"),
            (!system.scalar.is_zero(), "genesis.system_config.scalar", "packed fee scalars"),
            (system.gas_limit != 0, "genesis.system_config.gasLimit", "more than 0"),
            (!self.batch_inbox_address.is_zero(), "batch_inbox_address", "an address"),
            (!self.deposit_contract_address.is_zero(), "deposit_contract_address", "an address"),
            (!self.l1_system_config_address.is_zero(), "l1_system_config_address", "an address"),
            (self.l1_chain_id != 0, "l1_chain_id", "more than 0"),
            (self.l2_chain_id != 0, "l2_chain_id", "more than 0"),
            (
                self.l1_chain_id != self.l2_chain_id || self.l1_chain_id == 0,
                "l2_chain_id",
                "another than l1_chain_id",
            ),
        ];
        let faults = checks.into_iter().filter(|check| !check.0);
        let faults = faults.map(|(_, field, expected)| fault(FaultKind::Value, field, expected));
        faults.chain(self.alt_da_fault()).chain(self.absent()).chain(self.unknown()).collect()
    }

    /// Fields that must be there, and one that must not.
    fn absent(&self) -> impl Iterator<Item = RollupFault> {
        let has = |field: &str| self.other.get(field).is_some_and(|value| !value.is_null());
        let interop = has("interop_time").then(|| {
            let expected = "none: op-node wants a dependency set with it";
            fault(FaultKind::Value, "interop_time", expected)
        });
        let constants = (!has("chain_op_config")).then(|| {
            let expected = "the constants of the base fee, as in config.optimism of genesis.json";
            fault(FaultKind::NoFeeConstants, "chain_op_config", expected)
        });
        let older =
            |&(l1, pectra): &(u64, u64)| self.l1_chain_id == l1 && self.genesis.l2_time <= pectra;
        let pectra = (PECTRA.iter().any(older) && !has("pectra_blob_schedule_time")).then(|| {
            let expected = "a time: the chain is older than its L1's Pectra";
            fault(FaultKind::NoPectraSchedule, "pectra_blob_schedule_time", expected)
        });
        interop.into_iter().chain(constants).chain(pectra)
    }

    /// Names that op-node up to v1.18 refuses, and later ones pass over.
    fn unknown(&self) -> impl Iterator<Item = RollupFault> {
        let forks = Fork::ALL.iter().map(|fork| format!("{fork}_time"));
        let known: Vec<String> =
            NAMED.iter().chain(&OTHER).map(ToString::to_string).chain(forks).collect();
        let of_chain = unknown_of(self.other.keys(), "", &known);
        let system: Vec<String> = SYSTEM_CONFIG.iter().map(ToString::to_string).collect();
        let of_system =
            unknown_of(self.genesis.system_config.other.keys(), "genesis.system_config.", &system);
        let of_member = |(member, names): &(&str, &[&str])| {
            let known: Vec<String> = names.iter().map(ToString::to_string).collect();
            let members = self.other.get(*member).and_then(Value::as_object);
            let names = members.into_iter().flat_map(Map::keys);
            unknown_of(names, &format!("{member}."), &known)
        };
        let of_members: Vec<_> = MEMBERS.iter().flat_map(of_member).collect();
        of_chain.into_iter().chain(of_system).chain(of_members)
    }

    /// Data availability elsewhere: the kind of commitment decides whether there is a contract.
    fn alt_da_fault(&self) -> Option<RollupFault> {
        let alt_da = self.other.get("alt_da").filter(|alt_da| !alt_da.is_null())?;
        let expected = match AltDa::deserialize(alt_da) {
            Ok(AltDa { commitment, challenge, .. }) => {
                let is_zero = challenge.is_none_or(|Hex(challenge)| challenge.is_zero());
                match commitment.as_deref() {
                    Some("KeccakCommitment") if is_zero => {
                        "a da_challenge_contract_address with KeccakCommitment"
                    }
                    Some("GenericCommitment") if !is_zero => {
                        "no da_challenge_contract_address with GenericCommitment"
                    }
                    Some("KeccakCommitment" | "GenericCommitment") => return None,
                    _ => "da_commitment_type KeccakCommitment or GenericCommitment",
                }
            }
            Err(_) => {
                "an object: da_commitment_type a text, da_challenge_contract_address 0x and 40 hex digits, \
                 da_challenge_window and da_resolve_window whole numbers"
            }
        };
        Some(fault(FaultKind::Value, "alt_da", expected))
    }
}

fn fault(kind: FaultKind, field: &str, expected: &str) -> RollupFault {
    RollupFault { field: field.to_owned(), expected: expected.to_owned(), kind }
}

fn unknown_of<'a>(
    names: impl Iterator<Item = &'a String>,
    place: &str,
    known: &[String],
) -> Vec<RollupFault> {
    let unknown = names.filter(|name| !known.contains(name));
    let describe = |name: &String| {
        let hint = meant(name, known.iter().map(String::as_str))
            .map(|known| format!("; did you mean {known}?"))
            .unwrap_or_default();
        let expected = format!("no field of that name{hint}");
        RollupFault { field: format!("{place}{name}"), expected, kind: FaultKind::Unknown }
    };
    unknown.map(describe).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn right() -> Value {
        let hash = |digit: &str| format!("0x{}", digit.repeat(64));
        let address = format!("0x{}", "22".repeat(20));
        json!({
            "genesis": {
                "l1": {"hash": hash("1"), "number": 7}, "l2": {"hash": hash("2"), "number": 0},
                "l2_time": 1, "system_config": {"batcherAddr": address, "scalar": hash("3"), "gasLimit": 1}
            },
            "block_time": 1, "max_sequencer_drift": 1, "seq_window_size": 2, "channel_timeout": 1,
            "l1_chain_id": 900, "l2_chain_id": 901, "batch_inbox_address": address,
            "deposit_contract_address": address, "l1_system_config_address": address,
            "chain_op_config": {"eip1559Elasticity": 6, "eip1559Denominator": 50}
        })
    }

    fn faults(file: Value) -> Vec<String> {
        let config: RollupConfig = serde_json::from_value(file).unwrap();
        config.faults().into_iter().map(|fault| fault.field).collect()
    }

    #[test]
    fn each_field_is_checked_by_itself() {
        assert_eq!(faults(right()), [""; 0]);
        let (hash, address) = (format!("0x{}", "0".repeat(64)), format!("0x{}", "0".repeat(40)));
        for (field, value) in [
            ("block_time", json!(0)),
            ("channel_timeout", json!(0)),
            ("seq_window_size", json!(0)),
            ("seq_window_size", json!(1)),
            ("max_sequencer_drift", json!(0)),
            ("genesis.l1.hash", json!(hash)),
            ("genesis.l2.hash", json!(hash)),
            ("genesis.l2.hash", json!(format!("0x{}", "1".repeat(64)))),
            ("genesis.l2_time", json!(0)),
            ("genesis.system_config.batcherAddr", json!(address)),
            ("genesis.system_config.scalar", json!(hash)),
            ("genesis.system_config.gasLimit", json!(0)),
            ("batch_inbox_address", json!(address)),
            ("deposit_contract_address", json!(address)),
            ("l1_system_config_address", json!(address)),
            ("l1_chain_id", json!(0)),
            ("l2_chain_id", json!(0)),
            ("l2_chain_id", json!(900)),
        ] {
            let mut file = right();
            *file.pointer_mut(&format!("/{}", field.replace('.', "/"))).unwrap() = value.clone();
            assert_eq!(faults(file), [field], "{field} {value}");
        }
    }

    #[test]
    fn a_name_that_op_node_does_not_know_is_named_with_what_was_meant() {
        for (place, name, expected) in [
            ("", "karst_tme", "did you mean karst_time?"),
            ("", "da_challenge_contract_address", "no field of that name"),
            ("", "taiga_time", "no field of that name"),
            ("", "_comment", "no field of that name"),
            ("/genesis/system_config", "basefeeScalar", "no field of that name"),
            ("/chain_op_config", "eip1559Elasticitty", "did you mean eip1559Elasticity?"),
            ("/chain_op_config", "bpo1Time", "no field of that name"),
            ("/genesis/system_config", "minBaseFees", "did you mean minBaseFee?"),
        ] {
            let mut file = right();
            file.pointer_mut(place).unwrap()[name] = json!(1);
            let config: RollupConfig = serde_json::from_value(file).unwrap();
            let [fault] = &config.faults()[..] else { panic!("{name}") };
            assert_eq!(fault.kind, FaultKind::Unknown, "{name}");
            assert!(fault.field.ends_with(name) && fault.expected.contains(expected), "{fault:?}");
        }
        for name in ["karst_time", "lagoon_time"] {
            let mut file = right();
            file[name] = json!(null);
            assert_eq!(faults(file), [""; 0], "{name}");
        }
    }

    #[test]
    fn fields_that_must_be_there_are_missed() {
        let mut file = right();
        file["interop_time"] = json!(0);
        assert_eq!(faults(file), ["interop_time"]);
        for value in [json!(null), Value::Null] {
            let mut file = right();
            file["chain_op_config"] = value;
            assert_eq!(faults(file), ["chain_op_config"]);
        }
        for (l1, time, pectra, expected) in [
            (11_155_111, 1_741_159_776, json!(null), &["pectra_blob_schedule_time"][..]),
            (11_155_111, 1_741_159_776, json!(1_742_486_400), &[]),
            (11_155_111, 1_741_159_777, json!(null), &[]),
            (17_000, 1_740_434_112, json!(null), &["pectra_blob_schedule_time"]),
            (1, 1_700_000_000, json!(null), &[]),
        ] {
            let mut file = right();
            file["l1_chain_id"] = json!(l1);
            file["genesis"]["l2_time"] = json!(time);
            file["pectra_blob_schedule_time"] = pectra;
            assert_eq!(faults(file), expected, "{l1} {time}");
        }
    }

    #[test]
    fn alternative_data_availability_is_not_contradictory() {
        let contract = format!("0x{}", "22".repeat(20));
        let alt_da = |kind: &str, contract: &str| json!({"da_commitment_type": kind, "da_challenge_contract_address": contract, "da_challenge_window": 1});
        let zero = format!("0x{}", "0".repeat(40));
        let changed = |member: &str, value: Value| {
            let mut right = alt_da("KeccakCommitment", &contract);
            right[member] = value;
            right
        };
        for (alt_da, right) in [
            (json!(null), true),
            (alt_da("KeccakCommitment", &contract), true),
            (alt_da("GenericCommitment", &zero), true),
            (json!({"da_commitment_type": "GenericCommitment"}), true),
            (alt_da("KeccakCommitment", &zero), false),
            (alt_da("GenericCommitment", &contract), false),
            (alt_da("keccak", &contract), false),
            (alt_da("KeccakCommitment", &contract[2..]), false),
            (changed("da_challenge_window", json!(-1)), false),
            (changed("da_challenge_window", json!("1")), false),
            (changed("da_resolve_window", json!(1.5)), false),
            (changed("da_resolve_window", Value::Null), true),
            (json!({}), false),
            (json!("KeccakCommitment"), false),
        ] {
            let mut file = self::right();
            file["alt_da"] = alt_da.clone();
            assert_eq!(faults(file).is_empty(), right, "{alt_da}");
        }
    }
}
