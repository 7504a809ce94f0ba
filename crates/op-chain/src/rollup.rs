//! `rollup.json`: what op-node knows of the chain.
//!
//! Own types, because the published crates reject fields that current op-deployer writes.
//! Fields without a name here are kept in `other`, so that a file survives a round trip. What op-node
//! would read differently is refused: names in another letter case or twice, hex without `0x`.

use alloy_primitives::{Address, B256};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, DeserializeOwned},
};
use serde_json::{Map, Value};

pub use eth_rpc::transaction::BlockId;

pub use crate::rollup_check::{FaultKind, RollupFault};
use crate::{
    forks::ForkTimes,
    json::{self, Hex, Members},
};

/// Fields of [`SystemConfig`] (op-service, `eth/types.go`).
pub(crate) const SYSTEM_CONFIG: [&str; 8] = [
    "batcherAddr",
    "overhead",
    "scalar",
    "gasLimit",
    "eip1559Params",
    "operatorFeeParams",
    "minBaseFee",
    "daFootprintGasScalar",
];

/// The rollup configuration (op-node `rollup/types.go`, `Config`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RollupConfig {
    /// Where the chain begins, on both layers.
    #[serde(deserialize_with = "json::object")]
    pub genesis: Anchor,
    /// Seconds between L2 blocks.
    pub block_time: u64,
    /// How far the sequencer's clock may run ahead of its L1 origin, in seconds.
    pub max_sequencer_drift: u64,
    /// L1 blocks within which a batch must be included.
    pub seq_window_size: u64,
    /// L1 blocks within which a channel must be complete.
    pub channel_timeout: u64,
    /// Chain id of the L1.
    pub l1_chain_id: u64,
    /// Chain id of the L2.
    pub l2_chain_id: u64,
    /// When each fork activates.
    #[serde(flatten)]
    pub forks: ForkTimes,
    /// Address that the batcher sends its transactions to.
    #[serde(deserialize_with = "json::hex")]
    pub batch_inbox_address: Address,
    /// The `OptimismPortal` proxy on L1.
    #[serde(deserialize_with = "json::hex")]
    pub deposit_contract_address: Address,
    /// The `SystemConfig` proxy on L1.
    #[serde(deserialize_with = "json::hex")]
    pub l1_system_config_address: Address,
    /// Fields that this version does not name.
    #[serde(flatten, deserialize_with = "other_of_chain")]
    pub other: Map<String, Value>,
}

/// The L1 and L2 blocks that the chain begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// The L1 origin: deposits count from the block after it.
    #[serde(deserialize_with = "block_id")]
    pub l1: BlockId,
    /// The L2 genesis block.
    #[serde(deserialize_with = "block_id")]
    pub l2: BlockId,
    /// Timestamp of the L2 genesis block, seconds since the Unix epoch.
    pub l2_time: u64,
    /// The system configuration in force at the L1 origin.
    pub system_config: SystemConfig,
}

/// The genesis copy of what the `SystemConfig` contract holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SystemConfig {
    /// The batcher.
    #[serde(rename = "batcherAddr", deserialize_with = "json::hex")]
    pub batcher: Address,
    /// Packed fee scalars.
    #[serde(deserialize_with = "json::hex")]
    pub scalar: B256,
    /// L2 block gas limit.
    #[serde(rename = "gasLimit")]
    pub gas_limit: u64,
    /// `overhead`, `eip1559Params`, `minBaseFee` and whatever later forks add.
    #[serde(flatten, deserialize_with = "other_of_system")]
    pub other: Map<String, Value>,
}

/// op-node allows no other fields here; answers of its RPC have some.
fn block_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BlockId, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Exact {
        #[serde(deserialize_with = "json::hex")]
        hash: B256,
        number: u64,
    }
    json::object(deserializer).map(|Exact { hash, number }| BlockId { hash, number })
}

fn other_of_chain<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Map<String, Value>, D::Error> {
    let Members(other) = Members::deserialize(deserializer)?;
    let wrong = other.keys().find(|name| !name.is_ascii() || name.to_ascii_lowercase() != **name);
    wrong.map_or(Ok(()), |name| {
        Err(de::Error::custom(format_args!("`{name}`: all names are in small letters here")))
    })?;
    typed::<OtherOfChain, _>(&other)?;
    Ok(other)
}

/// What op-node reads of the fields without a name.
#[derive(Deserialize)]
struct OtherOfChain {
    #[serde(default, rename = "protocol_versions_address", deserialize_with = "json::present")]
    _protocol_versions: Option<Hex<Address>>,
    #[serde(default, rename = "pectra_blob_schedule_time")]
    _pectra: Option<u64>,
    #[serde(default, rename = "interop_time")]
    _interop: Option<u64>,
    #[serde(default, rename = "keep_karst_upgrade_gas")]
    _keep: Option<bool>,
}

#[derive(Deserialize)]
struct OtherOfSystem {
    #[serde(default, rename = "overhead", deserialize_with = "json::present")]
    _overhead: Option<Hex<B256>>,
}

/// Fields that op-node cannot read are an error.
fn typed<T: DeserializeOwned, E: de::Error>(other: &Map<String, Value>) -> Result<(), E> {
    serde_json::from_value::<T>(Value::Object(other.clone())).map(drop).map_err(E::custom)
}

fn other_of_system<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Map<String, Value>, D::Error> {
    let Members(other) = Members::deserialize(deserializer)?;
    for name in other.keys() {
        json::spelled_right(name, &SYSTEM_CONFIG)?;
    }
    typed::<OtherOfSystem, _>(&other)?;
    Ok(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn minimal() -> Value {
        let hash = format!("0x{}", "11".repeat(32));
        let address = format!("0x{}", "22".repeat(20));
        json!({
            "genesis": {
                "l1": {"hash": hash, "number": 7}, "l2": {"hash": hash, "number": 0}, "l2_time": 1_781_926_452_u64,
                "system_config": {"batcherAddr": address, "scalar": hash, "gasLimit": 60_000_000, "minBaseFee": 3}
            },
            "block_time": 2, "max_sequencer_drift": 600, "seq_window_size": 3600, "channel_timeout": 300,
            "l1_chain_id": 900, "l2_chain_id": 901, "regolith_time": 0, "jovian_time": 60,
            "batch_inbox_address": address, "deposit_contract_address": address, "l1_system_config_address": address,
            "chain_op_config": {"eip1559Elasticity": 6}
        })
    }

    #[test]
    fn unknown_fields_survive_a_round_trip() {
        let file = minimal();
        let config: RollupConfig = serde_json::from_value(file.clone()).unwrap();
        assert_eq!(config.forks.jovian_time, Some(60));
        assert_eq!(config.forks.karst_time, None);
        assert_eq!(serde_json::to_value(&config).unwrap(), file);
    }

    #[test]
    fn a_missing_or_mistyped_field_is_an_error_not_a_default() {
        for field in ["genesis", "l1_chain_id", "block_time", "l1_system_config_address"] {
            let mut file = minimal();
            file.as_object_mut().unwrap().remove(field);
            assert!(serde_json::from_value::<RollupConfig>(file).is_err(), "{field} removed");
        }
        let mut file = minimal();
        file["jovian_time"] = json!("60");
        assert!(serde_json::from_value::<RollupConfig>(file).is_err(), "fork time as a string");
    }

    #[test]
    fn what_op_node_reads_differently_is_refused() {
        let text = minimal().to_string();
        assert!(serde_json::from_str::<RollupConfig>(&text).is_ok());
        let hash = format!("\"0x{}\"", "11".repeat(32));
        for (right, wrong) in [
            ("\"block_time\":2", "\"block_time\":2,\"Block_Time\":3"),
            ("\"block_time\":2", "\"block_time\":2,\"bloc\u{212a}_time\":3"),
            ("\"block_time\":2", "\"block_time\":2,\"block_time\":2"),
            ("\"jovian_time\":60", "\"jovian_time\":60,\"jovian_time\":60"),
            ("\"jovian_time\":60", "\"Jovian_time\":60"),
            ("\"jovian_time\":60", "\"jovianTime\":60"),
            ("\"batcherAddr\"", "\"batcherAddress\""),
            ("\"eip1559Elasticity\":6", "\"eip1559Elasticity\":6,\"eip1559elasticity\":7"),
            ("\"minBaseFee\":3", "\"minBaseFee\":3,\"GasLimit\":1"),
            ("\"minBaseFee\":3", "\"minbasefee\":3"),
            ("\"minBaseFee\":3", "\"minBaseFee\":3,\"overhead\":\"0x 0\""),
            ("\"jovian_time\":60", "\"jovian_time\":60,\"pectra_blob_schedule_time\":\"0\""),
            ("\"jovian_time\":60", "\"jovian_time\":60,\"protocol_versions_address\":\"0x1\""),
            ("\"jovian_time\":60", "\"jovian_time\":60,\"protocol_versions_address\":null"),
            ("\"l2_time\"", "\"L2_time\":1,\"l2_time\""),
            ("\"number\":7", "\"number\":7,\"Number\":8"),
            (&format!("{{\"hash\":{hash},\"number\":7}}"), &format!("[{hash},7]")),
            (&hash, &hash.replace("0x", "")),
            (&hash, &format!("{:?}", [17; 32])),
        ] {
            assert!(text.contains(right), "{right}");
            let wrong = text.replacen(right, wrong, 1);
            assert!(serde_json::from_str::<RollupConfig>(&wrong).is_err(), "{wrong}");
        }
    }
}
