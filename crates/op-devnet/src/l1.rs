//! The private L1: anvil with blocks every two seconds.

use std::{collections::BTreeMap, ffi::OsString, path::PathBuf, time::Duration};

use alloy_primitives::{Address, B256, Bytes};
use anyhow::{Context, Result};
use eth_rpc::Rpc;
use rustix::process::Signal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::supervisor::{
    process::Spec,
    unit::{self, Unit},
};
use crate::{home::Home, saved::Saved, stack::Ready};

/// The L1's name among the services.
pub(crate) const L1: &str = "l1";

/// An L1 as a service. It goes on from its saved state, or begins now.
pub(crate) fn unit(
    home: &Home,
    name: &str,
    anvil: PathBuf,
    port: u16,
    chain_id: u64,
    saved: Saved,
) -> Unit {
    let args = [
        "--silent",
        "--host=127.0.0.1",
        &format!("--port={port}"),
        &format!("--chain-id={chain_id}"),
        // See `blocks`.
        "--no-mining",
        // Finalises after eight blocks, which is longer than any block may be unsaved.
        "--slots-in-an-epoch=4",
        // The newest that it has: of Amsterdam it knows the name only.
        "--hardfork=osaka",
        "--gas-limit=60000000",
        // The states of so many blocks stay in memory: two minutes, for who reads at an earlier block.
        "--prune-history=64",
    ]
    .map(OsString::from)
    .to_vec();
    let spec = Spec {
        program: anvil,
        args,
        environment: BTreeMap::new(),
        home: home.dir().to_owned(),
        log: home.log(name),
        at_end: Signal::TERM,
    };
    Unit {
        ready: Some(Ready { url: url(port), method: "eth_chainId".to_owned() }),
        l1: Some(unit::L1 { url: url(port), saved }),
        // It writes its state at its end.
        ..Unit::outside(name, spec, Duration::from_mins(1))
    }
}

/// A transaction in a block.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transaction {
    pub(crate) from: Address,
    pub(crate) to: Option<Address>,
    pub(crate) input: Bytes,
    #[serde(default)]
    pub(crate) blob_versioned_hashes: Vec<B256>,
}

/// The transactions of a block: of a number, or "latest".
pub(crate) async fn transactions(l1: &Rpc, block: impl Serialize) -> Result<Vec<Transaction>> {
    #[derive(Deserialize)]
    struct Block {
        transactions: Vec<Transaction>,
    }

    let block: Option<Block> = l1.request("eth_getBlockByNumber", (block, true)).await?;
    Ok(block.context("the L1 does not have the block")?.transactions)
}

/// What the L1 goes on from.
pub(crate) fn saved(home: &Home, name: &str) -> Saved {
    Saved::new(home.l1(), name.to_owned())
}

pub(crate) fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// The L1's fork schedule in geth's format, which op-node needs for a chain id that it does not know.
pub(crate) fn chain_config(chain_id: u64) -> Result<Value> {
    let mut config: Value = serde_json::from_str(include_str!("../l1-chain-config.json"))?;
    config["chainId"] = json!(chain_id);
    Ok(config)
}
