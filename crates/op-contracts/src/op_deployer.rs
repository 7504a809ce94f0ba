//! A chain that the official op-deployer laid out with `--deployment-target genesis`.
//!
//! Its L1 contracts are not deployed by transactions: they are part of the L1's first state. The L2
//! starts from the L1's first block, whose hash is known only once that L1 runs; op-deployer then
//! derives the L2's genesis and rollup configuration from it. It is the user's own, or made here of the
//! user's [`Artifacts`].

mod apply;
mod artifacts;
mod intent;
mod program;
mod state;
#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use alloy_genesis::GenesisAccount;
use alloy_primitives::{Address, U64};
use anyhow::Context;
use eth_rpc::{Batch, BlockHead, Rpc, Slot};
use serde_json::{Value, json};

pub use self::artifacts::Artifacts;
pub use self::intent::intent;
use self::state::{Alloc, State};
pub use self::state::{Contracts, Roles};
use crate::write;

/// What a work directory says about its only chain.
#[derive(Debug, Clone)]
pub struct WorkDir {
    pub l1_chain_id: u64,
    pub l2_chain_id: u64,
    pub roles: Roles,
    pub contracts: Contracts,
    /// Seconds on each side's clock in a game, where the intent says it.
    pub game_clock_seconds: Option<u64>,
    l1_alloc: Alloc,
    /// The whole state file: op-deployer wants it back.
    state: Value,
}

/// The files that describe an L2 to its nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainFiles {
    pub genesis: PathBuf,
    pub rollup: PathBuf,
}

impl WorkDir {
    /// Reads the work directory `dir`, which is never changed.
    pub fn read(dir: &Path) -> anyhow::Result<Self> {
        let path = state::find(dir)?;
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::from_state(&text).with_context(|| format!("cannot use {}", path.display()))
    }

    fn from_state(text: &str) -> anyhow::Result<Self> {
        let raw: Value = serde_json::from_str(text).context("it is not JSON")?;
        let state = State::parse(&raw)?;
        Ok(Self {
            l1_chain_id: state.intent.l1_chain_id,
            l2_chain_id: state.chain_intent.id()?,
            roles: state.chain_intent.roles,
            contracts: state.contracts,
            game_clock_seconds: state.intent.game_clock_seconds(),
            l1_alloc: state.l1_alloc,
            state: raw,
        })
    }

    /// Puts the contracts into the state of an anvil that has mined nothing yet.
    ///
    /// Not by `anvil --init`, because that does not go with keeping the state on disk.
    pub async fn install(&self, l1: &Rpc) -> anyhow::Result<()> {
        for (address, account) in &self.l1_alloc {
            let mut batch = Batch::default();
            let slots: Vec<Slot<Value>> = installation(*address, account)
                .into_iter()
                .map(|(method, params)| batch.request(method, params))
                .collect();
            let answers = l1.send(batch).await;
            for slot in &slots {
                answers
                    .take(slot)
                    .with_context(|| format!("the L1 does not take account {address}"))?;
            }
        }
        Ok(())
    }

    /// Has `op_deployer` derive the L2's genesis and rollup configuration from the L1's first
    /// block, into `out_dir`.
    pub async fn inspect(
        &self,
        op_deployer: &Path,
        l1_block0: &BlockHead,
        out_dir: &Path,
    ) -> anyhow::Result<ChainFiles> {
        let work_dir = out_dir.join("op-deployer");
        fs::create_dir_all(&work_dir)
            .with_context(|| format!("cannot create {}", work_dir.display()))?;
        let state = serde_json::to_vec(&self.state_starting_at(l1_block0))?;
        write(&work_dir.join("state.json"), &state)?;
        let files = ChainFiles {
            genesis: out_dir.join("genesis.json"),
            rollup: out_dir.join("rollup.json"),
        };
        tokio::try_join!(
            self.inspect_one(op_deployer, "genesis", &work_dir, &files.genesis),
            self.inspect_one(op_deployer, "rollup", &work_dir, &files.rollup),
        )?;
        Ok(files)
    }

    fn state_starting_at(&self, block: &BlockHead) -> Value {
        let mut state = self.state.clone();
        state["opChainDeployments"][0]["startBlock"] = json!({
            "hash": block.hash,
            "parentHash": block.parent_hash,
            "number": block.number,
            "timestamp": block.timestamp,
        });
        state
    }

    async fn inspect_one(
        &self,
        op_deployer: &Path,
        what: &str,
        work_dir: &Path,
        out_file: &Path,
    ) -> anyhow::Result<()> {
        let chain = self.l2_chain_id.to_string();
        let args: [&OsStr; 7] = [
            "inspect".as_ref(),
            what.as_ref(),
            "--workdir".as_ref(),
            work_dir.as_ref(),
            "--outfile".as_ref(),
            out_file.as_ref(),
            chain.as_ref(),
        ];
        program::run(op_deployer, work_dir, args, None)
            .await
            .with_context(|| format!("cannot derive the L2's {what}"))
    }
}

/// The calls that give an anvil one account. Its own funded accounts keep what they have.
fn installation(address: Address, account: &GenesisAccount) -> Vec<(&'static str, Value)> {
    let mut calls = Vec::new();
    if !account.balance.is_zero() {
        calls.push(("anvil_setBalance", json!([address, account.balance])));
    }
    if let Some(nonce) = account.nonce {
        calls.push(("anvil_setNonce", json!([address, U64::from(nonce)])));
    }
    if let Some(code) = &account.code {
        calls.push(("anvil_setCode", json!([address, code])));
    }
    for (slot, value) in account.storage.iter().flatten() {
        calls.push(("anvil_setStorageAt", json!([address, slot, value])));
    }
    calls
}
