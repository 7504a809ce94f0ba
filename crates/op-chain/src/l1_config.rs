//! The chain configuration of an L1 that op-node does not know by itself, as it reads it from the file of
//! `--rollup.l1-chain-config`: strictly. It is the L1's genesis.json, or the `config` of one.

use alloy_primitives::Address;
use serde::Deserialize as _;
use serde_json::{Map, Value};

use crate::genesis::{CONFIG, NUMBERS, OPTIMISM};
use crate::json::{Hex, Members};

/// The forks that change what blobs cost (op-geth, `params.BlobScheduleConfig`).
const BLOB_FORKS: [&str; 10] =
    ["cancun", "prague", "osaka", "verkle", "bpo1", "bpo2", "bpo3", "bpo4", "bpo5", "amsterdam"];
/// Of those, the ones that op-geth takes prices from, the newest first.
const PRICED: [&str; 8] = ["bpo5", "bpo4", "bpo3", "bpo2", "bpo1", "osaka", "prague", "cancun"];
/// What a fork says of blobs (`params.BlobConfig`).
const BLOB_FIELDS: [&str; 3] = ["target", "max", "baseFeeUpdateFraction"];

/// Why op-node cannot use the file.
#[derive(Debug, thiserror::Error)]
pub enum L1ConfigError {
    /// It is no JSON, or no object.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// A field that op-node does not know, or cannot read.
    #[error("{field}: {expected} is expected")]
    Field {
        /// Where it stands, below `config` or the file's own object.
        field: String,
        /// What op-node takes.
        expected: &'static str,
    },
    /// There is no chain id.
    #[error("no chainId")]
    NoChainId,
    /// Without it op-node does not know what blobs cost.
    #[error("no blobSchedule")]
    NoBlobSchedule,
}

/// A file that op-node starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct L1Config {
    /// The chain id of the L1 that it is about.
    pub chain_id: u64,
    config: Map<String, Value>,
}

impl L1Config {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// What op-node would stop with.
    pub fn read(text: &[u8]) -> Result<Self, L1ConfigError> {
        let Members(mut file) = serde_json::from_slice(text)?;
        let config = match file.remove("config") {
            Some(Value::Object(config)) => config,
            Some(_) => return Err(wrong("config", "an object")),
            None => file,
        };
        for (name, value) in &config {
            field(name, value)?;
        }
        let chain_id = config.get("chainId").and_then(Value::as_u64);
        let read = Self { chain_id: chain_id.ok_or(L1ConfigError::NoChainId)?, config };
        if read.given("optimism").is_none() && read.given("blobSchedule").is_none() {
            return Err(L1ConfigError::NoBlobSchedule);
        }
        Ok(read)
    }

    fn given(&self, name: &str) -> Option<&Value> {
        self.config.get(name).filter(|value| !value.is_null())
    }

    /// What the file lacks for the price of blobs at an L1 block of that time, which op-node computes for
    /// each block with `excessBlobGas` once the L2 has Ecotone. It panics where it cannot (op-geth,
    /// `eip4844.CalcBlobFee`).
    #[must_use]
    pub fn lacks_blob_price(&self, time: u64) -> Option<&'static str> {
        let schedule = self.given("blobSchedule").and_then(Value::as_object);
        if self.given("optimism").is_some() {
            return schedule.map(|_| "no blobSchedule beside optimism");
        }
        let is_active = |fork: &&str| {
            let from = self.given(&format!("{fork}Time")).and_then(Value::as_u64);
            from.is_some_and(|from| from <= time)
        };
        let entry = |fork: &str| schedule?.get(fork).filter(|entry| !entry.is_null());
        let london = self.given("londonBlock");
        let newest =
            PRICED.iter().copied().filter(is_active).find_map(entry).filter(|_| london.is_some());
        match newest {
            None => Some(
                "londonBlock, and the time and the blobSchedule of a fork from Cancun on that is active",
            ),
            Some(entry) if entry["baseFeeUpdateFraction"].as_u64().unwrap_or_default() == 0 => {
                Some("a baseFeeUpdateFraction above 0 for the fork that is active")
            }
            Some(_) => None,
        }
    }
}

fn wrong(field: &str, expected: &'static str) -> L1ConfigError {
    L1ConfigError::Field { field: field.to_owned(), expected }
}

fn field(name: &str, value: &Value) -> Result<(), L1ConfigError> {
    match name {
        "blobSchedule" => blob_schedule(value),
        "optimism" => numbers(name, value, &OPTIMISM),
        "clique" => numbers(name, value, &["period", "epoch"]),
        "ethash" => numbers(name, value, &[]),
        "depositContractAddress" => Hex::<Address>::deserialize(value)
            .map(drop)
            .map_err(|_| wrong(name, "0x and 40 hex digits")),
        "enableVerkleAtGenesis" | "daoForkSupport" if value.is_boolean() || value.is_null() => {
            Ok(())
        }
        "enableVerkleAtGenesis" | "daoForkSupport" => Err(wrong(name, "true or false")),
        // Not every release knows Lagoon, and no L1 has it.
        _ if name == "lagoonTime" || !CONFIG.contains(&name) && !NUMBERS.contains(&name) => {
            Err(wrong(name, "a name that op-node knows"))
        }
        _ => number(name, value),
    }
}

fn number(name: &str, value: &Value) -> Result<(), L1ConfigError> {
    if value.is_null() || value.is_u64() { Ok(()) } else { Err(wrong(name, "a number")) }
}

/// An object of numbers with these names.
fn numbers(place: &str, value: &Value, known: &[&str]) -> Result<(), L1ConfigError> {
    for (name, value) in object(place, value)?.into_iter().flatten() {
        let place = format!("{place}.{name}");
        if !known.contains(&name.as_str()) {
            return Err(wrong(&place, "a name that op-node knows"));
        }
        number(&place, value)?;
    }
    Ok(())
}

fn blob_schedule(value: &Value) -> Result<(), L1ConfigError> {
    for (fork, value) in object("blobSchedule", value)?.into_iter().flatten() {
        let place = format!("blobSchedule.{fork}");
        if !BLOB_FORKS.contains(&fork.as_str()) {
            return Err(wrong(&place, "a fork that op-node knows"));
        }
        numbers(&place, value, &BLOB_FIELDS)?;
    }
    Ok(())
}

/// `None` for null, which is as good as no such field.
fn object<'a>(
    place: &str,
    value: &'a Value,
) -> Result<Option<&'a Map<String, Value>>, L1ConfigError> {
    match value {
        Value::Null => Ok(None),
        Value::Object(members) => Ok(Some(members)),
        _ => Err(wrong(place, "an object")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Result<u64, String> {
        let read = L1Config::read(value.to_string().as_bytes());
        read.map(|config| config.chain_id).map_err(|error| error.to_string())
    }

    #[test]
    fn it_is_a_genesis_json_or_its_config() {
        let blobs = json!({"cancun": {"target": 3, "max": 6, "baseFeeUpdateFraction": 3_338_477}});
        let config = json!({
            "chainId": 900, "cancunTime": 0, "blobSchedule": blobs, "daoForkSupport": true, "ethash": {},
            "depositContractAddress": "0x4242424242424242424242424242424242424242", "bpo1Time": null
        });
        assert_eq!(read(&config), Ok(900));
        assert_eq!(read(&json!({"config": config, "alloc": {}, "nonce": "0x0"})), Ok(900));
        for (place, value, expected) in [
            ("chainId", Value::Null, "no chainId"),
            ("chainId", json!("0x384"), "chainId: a number is expected"),
            ("blobSchedule", Value::Null, "no blobSchedule"),
            ("blobSchedule", json!([]), "blobSchedule: an object is expected"),
            (
                "blobSchedule",
                json!({"x": {}}),
                "blobSchedule.x: a fork that op-node knows is expected",
            ),
            (
                "blobSchedule",
                json!({"osaka": {"Max": 1}}),
                "blobSchedule.osaka.Max: a name that op-node knows is expected",
            ),
            ("osakaTme", json!(1), "osakaTme: a name that op-node knows is expected"),
            ("osakaTime", json!(-1), "osakaTime: a number is expected"),
            ("daoForkSupport", json!(1), "daoForkSupport: true or false is expected"),
            ("clique", json!({"period": "1"}), "clique.period: a number is expected"),
            (
                "depositContractAddress",
                json!("42"),
                "depositContractAddress: 0x and 40 hex digits is expected",
            ),
        ] {
            let mut other = config.clone();
            other[place] = value;
            assert_eq!(read(&other), Err(expected.to_owned()));
        }
        assert_eq!(read(&json!({"config": 1})), Err("config: an object is expected".to_owned()));
        let chain_of_op = json!({"chainId": 10, "optimism": {"eip1559Elasticity": 6}});
        assert_eq!(read(&chain_of_op), Ok(10));
        for text in ["", "[]", "{", "{\"chainId\": 1, \"chainId\": 2}"] {
            let read = L1Config::read(text.as_bytes());
            assert!(matches!(read, Err(L1ConfigError::Json(_))), "{text}");
        }
    }

    #[test]
    fn the_price_of_blobs_follows_from_a_fork_that_is_active() {
        let fork =
            |fraction: u64| json!({"target": 3, "max": 6, "baseFeeUpdateFraction": fraction});
        let right = json!({
            "chainId": 900, "londonBlock": 0, "cancunTime": 0, "pragueTime": 100,
            "blobSchedule": {"cancun": fork(1), "prague": fork(2)},
        });
        for (place, value, at, lacks) in [
            ("/chainId", json!(900), 50, false),
            ("/blobSchedule", json!({}), 50, true),
            ("/londonBlock", Value::Null, 50, true),
            ("/cancunTime", Value::Null, 50, true),
            ("/cancunTime", json!(60), 50, true),
            ("/blobSchedule/cancun", json!({}), 50, true),
            ("/blobSchedule/cancun", json!({}), 100, false),
            ("/blobSchedule/prague", fork(0), 50, false),
            ("/blobSchedule/prague", fork(0), 100, true),
            // Without an entry that of the fork before counts.
            ("/blobSchedule/prague", Value::Null, 100, false),
        ] {
            let mut config = right.clone();
            *config.pointer_mut(place).unwrap() = value.clone();
            let config = L1Config::read(config.to_string().as_bytes()).unwrap();
            assert_eq!(config.lacks_blob_price(at).is_some(), lacks, "{place} {value} at {at}");
        }
        let of_op = |extra: &Value| {
            let mut config = json!({"chainId": 10, "optimism": {}});
            config["blobSchedule"] = extra.clone();
            L1Config::read(config.to_string().as_bytes()).unwrap().lacks_blob_price(0).is_some()
        };
        assert!(!of_op(&Value::Null));
        assert!(of_op(&json!({})));
    }
}
