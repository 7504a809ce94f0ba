//! The parts of op-deployer's `state.json` that a chain is made from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use alloy_genesis::GenesisAccount;
use alloy_primitives::{Address, B256, U256};
use anyhow::{Context, anyhow, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;

pub(super) type Alloc = BTreeMap<Address, GenesisAccount>;

/// A state file of exactly one chain, laid out for a genesis.
#[derive(Debug)]
pub(super) struct State {
    pub(super) intent: Intent,
    pub(super) chain_intent: ChainIntent,
    pub(super) contracts: Contracts,
    pub(super) l1_alloc: Alloc,
}

/// What the chain's owner asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Intent {
    #[serde(rename = "l1ChainID")]
    pub(super) l1_chain_id: u64,
    chains: Vec<ChainIntent>,
    #[serde(default, rename = "globalDeployOverrides")]
    overrides: Option<Value>,
}

impl Intent {
    pub(super) fn game_clock_seconds(&self) -> Option<u64> {
        self.overrides.as_ref()?.get("faultGameMaxClockDuration")?.as_u64()
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ChainIntent {
    id: B256,
    pub(super) roles: Roles,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Roles {
    pub l1_proxy_admin_owner: Address,
    pub l2_proxy_admin_owner: Address,
    pub system_config_owner: Address,
    pub unsafe_block_signer: Address,
    pub batcher: Address,
    pub proposer: Address,
    pub challenger: Address,
}

/// The chain's own contracts on the L1: their proxies.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Contracts {
    #[serde(rename = "SystemConfigProxy")]
    pub system_config: Address,
    #[serde(rename = "OptimismPortalProxy")]
    pub optimism_portal: Address,
    #[serde(rename = "DisputeGameFactoryProxy")]
    pub dispute_game_factory: Address,
    #[serde(rename = "AnchorStateRegistryProxy")]
    pub anchor_state_registry: Address,
}

/// The file as op-deployer writes it, at any stage of a deployment.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StateFile {
    applied_intent: Option<Intent>,
    op_chain_deployments: Option<Vec<Contracts>>,
    l1_state_dump: Option<String>,
}

impl State {
    pub(super) fn parse(file: &Value) -> anyhow::Result<Self> {
        let file = StateFile::deserialize(file).context("it is not a state of op-deployer")?;
        let mut intent =
            file.applied_intent.context("its intent was never applied: run `op-deployer apply`")?;
        let chain_intent = only("intent", std::mem::take(&mut intent.chains))?;
        let contracts = only("deployment", file.op_chain_deployments.unwrap_or_default())?;
        let dump = file.l1_state_dump.context(
            "it has no l1StateDump: only a deployment made with `op-deployer apply \
             --deployment-target genesis` has one",
        )?;
        let l1_alloc = decode_alloc(&dump).context("its l1StateDump is malformed")?;
        Ok(Self { intent, chain_intent, contracts, l1_alloc })
    }
}

impl ChainIntent {
    pub(super) fn id(&self) -> anyhow::Result<u64> {
        u64::try_from(U256::from_be_bytes(self.id.0))
            .with_context(|| format!("no node takes a chain id as large as {}", self.id))
    }
}

/// `state.json` in a work directory, or the only file that is named like it.
pub(super) fn find(dir: &Path) -> anyhow::Result<PathBuf> {
    let entries = fs::read_dir(dir)
        .with_context(|| format!("cannot read the deployment folder {}", dir.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let Some(name) = name.to_str() else { continue };
        match name.strip_suffix(".json") {
            Some("state") => return Ok(dir.join(name)),
            Some(stem) if stem.starts_with("state") => found.push(name.to_owned()),
            _ => {}
        }
    }
    match found.as_slice() {
        [name] => Ok(dir.join(name)),
        [] => bail!("{} is no work directory of op-deployer: no state.json in it", dir.display()),
        _ => bail!(
            "{} has several states ({}): name the wanted one state.json",
            dir.display(),
            found.join(", ")
        ),
    }
}

fn only<T>(what: &str, chains: Vec<T>) -> anyhow::Result<T> {
    let [chain] = <[T; 1]>::try_from(chains).map_err(|chains| {
        anyhow!("its {what} has {} chains, but a devnet has one", chains.len())
    })?;
    Ok(chain)
}

/// Base64 of gzip of the accounts in geth's genesis format.
fn decode_alloc(dump: &str) -> anyhow::Result<Alloc> {
    let compressed = STANDARD.decode(dump).context("it is not base64")?;
    let text = std::io::read_to_string(GzDecoder::new(compressed.as_slice()))
        .context("it is not gzip of text")?;
    serde_json::from_str(&text).context("it does not list accounts")
}
