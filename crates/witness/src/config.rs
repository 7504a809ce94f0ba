//! The configuration, written by the NixOS module or by hand.

use std::path::{Path, PathBuf};
use std::{env, net::SocketAddr, time::Duration};

use alloy_primitives::{Address, U256};
use anyhow::{Context as _, ensure};
use eth_rpc::Rpc;
use op_exec::secret;
use op_util::file;
use serde::Deserialize;

/// The most that is read, in bytes.
const MOST: u64 = 1 << 20;
/// How long a node may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A path that begins with no slash is a credential of the unit (`$CREDENTIALS_DIRECTORY`).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    pub chain_id: u64,
    /// JSON-RPC of a node of the chain.
    #[serde(default)]
    pub rpc: Option<String>,
    /// File with its URL, in the place of `rpc`.
    #[serde(default)]
    pub rpc_file: Option<PathBuf>,
    pub ledger: Address,
    /// Whose key signs.
    pub witness: Address,
    pub key_file: PathBuf,
    /// Files of the archive.
    pub archives: Vec<PathBuf>,
    #[serde(default)]
    pub mapping: Option<PathBuf>,
    /// Folder of the journal: what the key has signed.
    pub journal: PathBuf,
    /// Least balance of the witness, in wei.
    pub min_balance: U256,
    #[serde(default)]
    pub propose: bool,
    /// Seconds for which a stream goes on before an epoch is taken for closed.
    #[serde(default = "default_settle")]
    pub settle_seconds: u64,
    pub serve: Serve,
}

/// The health service.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Serve {
    pub listen: SocketAddr,
    pub interval_seconds: u64,
    /// A slot that a witness attested to is final within so long.
    pub not_final_seconds: u64,
    /// This witness attests within so long to a slot that another one attested to.
    pub silent_seconds: u64,
    /// How many blocks back events are read when the service starts.
    pub look_back_blocks: u64,
    /// The unit that signs.
    #[serde(default)]
    pub unit: Option<String>,
}

const fn default_settle() -> u64 {
    60
}

impl Config {
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let text = file::read(path, MOST)
            .with_context(|| format!("cannot read the configuration {}", path.display()))?;
        let config: Self = serde_json::from_slice(&text)
            .with_context(|| format!("the configuration {} is not valid", path.display()))?;
        ensure!(
            config.rpc.is_some() != config.rpc_file.is_some(),
            "{}: expected one of rpc and rpcFile",
            path.display()
        );
        ensure!(!config.archives.is_empty(), "{}: archives names no file", path.display());
        ensure!(config.serve.interval_seconds > 0, "{}: intervalSeconds is 0", path.display());
        Ok(config)
    }

    /// The URL of the node, which may hold a secret.
    pub fn url(&self) -> anyhow::Result<String> {
        if let Some(url) = &self.rpc {
            return Ok(url.clone());
        }
        let path = credential(self.rpc_file.as_deref().unwrap_or_else(|| Path::new("rpc")));
        secret::line(&path)
            .with_context(|| format!("cannot read the node's URL in {}", path.display()))
    }

    pub fn node(&self) -> anyhow::Result<Rpc> {
        Rpc::new(&self.url()?, PATIENCE).context("cannot use the node's URL")
    }

    #[must_use]
    pub fn key_path(&self) -> PathBuf {
        credential(&self.key_file)
    }
}

/// Where a credential of this unit lies.
fn credential(path: &Path) -> PathBuf {
    match env::var_os("CREDENTIALS_DIRECTORY") {
        Some(folder) if path.is_relative() => PathBuf::from(folder).join(path),
        _ => path.to_owned(),
    }
}
