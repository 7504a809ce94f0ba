//! The file: its accounts one by one, the rest as a whole.

use std::io::Read;

use alloy_primitives::{Address, B256, Bytes, U256};
use serde::Deserialize;
use serde::de::{self, IgnoredAny};

use super::alloc::{Alloc, State};
use super::{GenesisError, config::Config, number::Quantity, window::Window};
use crate::json::{self, Hex};

/// Fields of a genesis.json (op-geth, `core/gen_genesis.go`).
const FILE: [&str; 16] = [
    "config",
    "nonce",
    "timestamp",
    "extraData",
    "gasLimit",
    "difficulty",
    "mixHash",
    "coinbase",
    "alloc",
    "number",
    "gasUsed",
    "parentHash",
    "baseFeePerGas",
    "excessBlobGas",
    "blobGasUsed",
    "stateHash",
];

/// All of a genesis.json but its accounts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct File {
    #[serde(default)]
    pub(super) config: Option<Config>,
    #[serde(default)]
    pub(super) nonce: Option<Quantity<u64>>,
    pub(super) timestamp: Quantity<u64>,
    #[serde(default)]
    pub(super) extra_data: Hex<Bytes>,
    pub(super) gas_limit: Quantity<u64>,
    pub(super) difficulty: Quantity<U256>,
    #[serde(default)]
    pub(super) mix_hash: Hex<B256>,
    #[serde(default)]
    pub(super) coinbase: Hex<Address>,
    #[serde(default)]
    pub(super) number: Option<Quantity<u64>>,
    #[serde(default)]
    pub(super) gas_used: Option<Quantity<u64>>,
    #[serde(default)]
    pub(super) parent_hash: Hex<B256>,
    #[serde(default)]
    pub(super) base_fee_per_gas: Option<Quantity<u64>>,
    #[serde(default)]
    pub(super) excess_blob_gas: Option<Quantity<u64>>,
    #[serde(default)]
    pub(super) blob_gas_used: Option<Quantity<u64>>,
    #[serde(default)]
    pub(super) state_hash: Option<Hex<B256>>,
    /// There must be one. It is empty here, as [`read`] has taken the accounts out.
    #[serde(rename = "alloc")]
    _alloc: IgnoredAny,
}

/// Reads `alloc` account by account, then the rest of the file as a whole.
pub(super) fn read<R: Read>(mut window: Window<R>) -> Result<(File, State), GenesisError> {
    let mut alloc = Alloc::default();
    window.members(|window, key| {
        json::spelled_right::<serde_json::Error>(key, &FILE)?;
        if key == "alloc" {
            window.set_aside(|window| {
                window.members(|window, address| alloc.take_account(window, address))
            })
        } else {
            window.value(|json| IgnoredAny::deserialize(json)).map(drop)
        }
    })?;
    window.end()?;
    let file = serde_json::from_slice(&window.outline).map_err(|error| {
        <serde_json::Error as de::Error>::custom(format_args!("{error}, with alloc as {{}}"))
    })?;
    Ok((file, alloc.state()?))
}
