//! The key files of all services.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use alloy_primitives::Address;
use eth_rpc::key::{KeyError, SecretKey};

use crate::config::{Config, Service};

#[derive(Debug)]
pub struct KeyFile {
    pub address: Result<Address, KeyError>,
    /// Permission bits; `None` where there is no file.
    pub mode: Option<u32>,
}

/// All services' keys: whether one is used twice shows only together.
pub(super) fn read(config: &Config) -> BTreeMap<PathBuf, KeyFile> {
    let paths: BTreeSet<&PathBuf> =
        config.services.values().filter_map(|service| service.key.as_ref()).collect();
    paths.into_iter().map(|path| (path.clone(), key(path))).collect()
}

fn key(path: &Path) -> KeyFile {
    use std::os::unix::fs::PermissionsExt as _;
    let address = SecretKey::from_file(path).map(|key| key.address());
    KeyFile { address, mode: path.metadata().ok().map(|metadata| metadata.permissions().mode()) }
}

pub(super) fn account(keys: &BTreeMap<PathBuf, KeyFile>, service: &Service) -> Option<Address> {
    keys.get(service.key.as_ref()?)?.address.as_ref().ok().copied()
}

/// The addresses of the services' keys, where there is a key.
#[must_use]
pub fn accounts(config: &Config) -> BTreeMap<String, Address> {
    let keys = read(config);
    let services = config.services.iter();
    services.filter_map(|(name, service)| Some((name.clone(), account(&keys, service)?))).collect()
}
