//! The chain's files and the keys.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use alloy_primitives::Address;
use eth_rpc::key::{KeyError, SecretKey};
use op_chain::{
    genesis::{Fallback, GenesisBlock, GenesisError},
    rollup::RollupConfig,
};

use crate::config::Config;
use crate::read::FactsError;

/// A key file.
#[derive(Debug)]
pub struct KeyFile {
    /// The address of the key, or why there is none.
    pub address: Result<Address, KeyError>,
    /// Permission bits; `None` where there is no file.
    pub mode: Option<u32>,
}

/// Reads rollup.json, which must be a regular file.
pub fn rollup(path: &Path) -> Result<RollupConfig, FactsError> {
    let shown = path.display().to_string();
    match regular(path).and_then(|()| fs::read(path)) {
        Ok(text) => serde_json::from_slice(&text)
            .map_err(|source| FactsError::Rollup { path: shown, source }),
        Err(reason) => Err(FactsError::Absent { path: shown, reason }),
    }
}

pub(super) fn genesis(path: &Path, rollup: &RollupConfig) -> Result<GenesisBlock, FactsError> {
    let shown = || path.display().to_string();
    regular(path).map_err(|reason| FactsError::Absent { path: shown(), reason })?;
    let fallback = Fallback { chain_id: rollup.l2_chain_id, forks: rollup.forks.clone() };
    GenesisBlock::from_file(path, Some(&fallback)).map_err(|error| match error {
        GenesisError::Read { path, source } => FactsError::Absent { path, reason: source },
        source => FactsError::Genesis { path: shown(), source },
    })
}

/// All services' keys: whether one is used twice shows only together.
pub(super) fn keys(config: &Config) -> BTreeMap<PathBuf, KeyFile> {
    let paths: BTreeSet<&PathBuf> =
        config.services.values().filter_map(|service| service.key.as_ref()).collect();
    paths.into_iter().map(|path| (path.clone(), key(path))).collect()
}

fn key(path: &Path) -> KeyFile {
    use std::os::unix::fs::PermissionsExt as _;
    let address = SecretKey::from_file(path).map(|key| key.address());
    KeyFile { address, mode: path.metadata().ok().map(|metadata| metadata.permissions().mode()) }
}

/// A pipe would be silent beyond every deadline.
pub(super) fn regular(path: &Path) -> io::Result<()> {
    if path.metadata()?.is_file() {
        return Ok(());
    }
    Err(io::Error::other("it is not a regular file"))
}
