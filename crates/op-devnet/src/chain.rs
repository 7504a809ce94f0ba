//! The chain of a devnet: its files, its contracts, its keys.

use std::fs::{self, Permissions};
use std::{io::Write as _, os::unix::fs::PermissionsExt as _, path::Path};

use alloy_primitives::{Address, B256, hex};
use anyhow::{Context, Result};
use eth_rpc::key::SecretKey;
use op_util::file::replace_with;
use serde::{Deserialize, Serialize};

use crate::accounts;
use crate::home::{self, Home};

/// What runners and proofs need to know about the chain. Its file is written last, so a chain that
/// has one is complete.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Chain {
    pub(crate) contracts: String,
    pub(crate) l1_chain_id: u64,
    pub(crate) l2_chain_id: u64,
    pub(crate) optimism_portal: Address,
    pub(crate) dispute_game_factory: Address,
    pub(crate) batcher: Address,
    pub(crate) proposer: Address,
    pub(crate) challenger: Address,
    /// op-challenger's names of the registered game types.
    pub(crate) game_types: Vec<String>,
    /// The type that op-proposer makes.
    pub(crate) game_type: u32,
}

impl Chain {
    /// The chain of the folder, `None` when there is none or when it was not finished.
    pub(crate) fn load(home: &Home) -> Result<Option<Self>> {
        let path = home.chain().join("chain.json");
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_slice(&text).map(Some).with_context(|| {
            format!("{} is not of this version: op-devnet reset makes a new chain", path.display())
        })
    }

    /// Marks the chain as complete.
    pub(crate) fn save(&self, home: &Home) -> Result<()> {
        home::write(&home.chain().join("chain.json"), &serde_json::to_vec_pretty(self)?)
    }
}

/// Writes the keys of batcher, proposer, challenger and sequencer. A file that is there already is left
/// alone, so that an operator can bring keys of a deployment of their own.
pub(crate) fn write_role_keys(home: &Home, signers: [Address; 4]) -> Result<()> {
    for (role, address) in ["batcher", "proposer", "challenger", "sequencer"].iter().zip(signers) {
        let path = home.keys().join(format!("{role}.key"));
        if path.exists() {
            continue;
        }
        let key = accounts::key_of(address).with_context(|| {
            format!(
                "the deployment's {role} is {address}, none of anvil's accounts: put its key into {}",
                path.display()
            )
        })?;
        write_secret(&path, &key.to_hex())?;
    }
    Ok(())
}

/// The P2P identity of an op-node, made when it is not there.
pub(crate) fn p2p_identity(home: &Home, node: &str) -> Result<SecretKey> {
    let path = home.keys().join(format!("p2p-{node}.key"));
    if !path.exists() {
        // Any 32 random bytes are a key but for a chance of 2^-128.
        write_secret(&path, &hex::encode(B256::random()))?;
    }
    SecretKey::from_file(&path).with_context(|| format!("{} is not a key", path.display()))
}

/// The secret that an engine and its op-node share, made when it is not there.
pub(crate) fn jwt_secret(home: &Home, engine: &str) -> Result<()> {
    let path = home.keys().join(format!("{engine}.jwt"));
    if path.exists() { Ok(()) } else { write_secret(&path, &hex::encode(B256::random())) }
}

/// Writes a file that only its owner can read.
fn write_secret(path: &Path, text: &str) -> Result<()> {
    let only_owner = Some(Permissions::from_mode(0o600));
    replace_with(path, only_owner, |file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write {}", path.display()))
}
