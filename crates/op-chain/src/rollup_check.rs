//! What op-node checks of rollup.json before it does anything (`Config.Check` of `rollup/types.go`,
//! `node/node.go`), without its fork schedule, which is [`crate::schedule`]'s.

use alloy_primitives::Address;
use serde::Deserialize;

use crate::rollup::RollupConfig;

/// A reason for op-node to refuse rollup.json.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RollupFault {
    /// The field.
    pub field: &'static str,
    /// What it has to be.
    pub expected: &'static str,
}

/// `alt_da`, as far as it can be contradictory.
#[derive(Deserialize)]
struct AltDa {
    #[serde(rename = "da_commitment_type", default)]
    commitment: String,
    #[serde(rename = "da_challenge_contract_address", default)]
    challenge: Address,
}

impl RollupConfig {
    /// Everything that op-node would refuse, not only the first.
    #[must_use]
    pub fn faults(&self) -> Vec<RollupFault> {
        let genesis = &self.genesis;
        let system = &genesis.system_config;
        let checks = [
            (self.block_time != 0, "block_time", "more than 0"),
            (self.channel_timeout != 0, "channel_timeout", "more than 0"),
            (self.seq_window_size >= 2, "seq_window_size", "at least 2"),
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
        let faults = faults.map(|(_, field, expected)| RollupFault { field, expected });
        faults.chain(self.alt_da_fault()).collect()
    }

    /// Data availability elsewhere: the kind of commitment decides whether there is a contract.
    fn alt_da_fault(&self) -> Option<RollupFault> {
        let alt_da = self.other.get("alt_da").filter(|alt_da| !alt_da.is_null())?;
        let expected = match AltDa::deserialize(alt_da) {
            Ok(AltDa { commitment, challenge }) => match commitment.as_str() {
                "KeccakCommitment" if challenge.is_zero() => {
                    "a da_challenge_contract_address with KeccakCommitment"
                }
                "GenericCommitment" if !challenge.is_zero() => {
                    "no da_challenge_contract_address with GenericCommitment"
                }
                "KeccakCommitment" | "GenericCommitment" => return None,
                _ => "da_commitment_type KeccakCommitment or GenericCommitment",
            },
            Err(_) => "an object with da_commitment_type and da_challenge_contract_address",
        };
        Some(RollupFault { field: "alt_da", expected })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

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
            "deposit_contract_address": address, "l1_system_config_address": address
        })
    }

    fn faults(file: Value) -> Vec<&'static str> {
        let config: RollupConfig = serde_json::from_value(file).unwrap();
        config.faults().iter().map(|fault| fault.field).collect()
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
    fn alternative_data_availability_is_not_contradictory() {
        let contract = format!("0x{}", "22".repeat(20));
        let alt_da = |kind: &str, contract: &str| json!({"da_commitment_type": kind, "da_challenge_contract_address": contract, "da_challenge_window": 1});
        let zero = format!("0x{}", "0".repeat(40));
        for (alt_da, right) in [
            (json!(null), true),
            (alt_da("KeccakCommitment", &contract), true),
            (alt_da("GenericCommitment", &zero), true),
            (json!({"da_commitment_type": "GenericCommitment"}), true),
            (alt_da("KeccakCommitment", &zero), false),
            (alt_da("GenericCommitment", &contract), false),
            (alt_da("keccak", &contract), false),
            (json!({}), false),
            (json!("KeccakCommitment"), false),
        ] {
            let mut file = self::right();
            file["alt_da"] = alt_da.clone();
            assert_eq!(faults(file).is_empty(), right, "{alt_da}");
        }
    }
}
