//! The key files of all services.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, Metadata},
    io,
    os::unix::fs::MetadataExt as _,
    path::{self, Path, PathBuf},
};

use alloy_primitives::Address;
use eth_rpc::key::{KeyError, SecretKey};

use crate::config::{Config, Service};

#[derive(Debug)]
pub struct KeyFile {
    pub address: Result<Address, KeyError>,
    /// Who may use it; `None` where there is no file.
    pub access: Option<Access>,
}

/// Who may read a file or put another in its place.
#[derive(Debug)]
pub struct Access {
    /// Permission bits.
    pub mode: u32,
    /// The user whose file it is.
    pub owner: u32,
    /// The user who reads it now.
    pub reader: u32,
    /// A folder on the way to it that others than its owner and root may write to.
    pub loose: Option<PathBuf>,
}

/// All services' keys: whether one is used twice shows only together.
pub(super) fn read(config: &Config) -> BTreeMap<PathBuf, KeyFile> {
    let paths: BTreeSet<&PathBuf> =
        config.services.values().filter_map(|service| service.key.as_ref()).collect();
    paths.into_iter().map(|path| (path.clone(), key(path))).collect()
}

fn key(path: &Path) -> KeyFile {
    let address = SecretKey::from_file(path).map(|key| key.address());
    KeyFile { address, access: access(path).ok() }
}

fn access(path: &Path) -> io::Result<Access> {
    let file = fs::metadata(path)?;
    // A link's own folders count as well as those of what it points to.
    let (written, real) = (path::absolute(path)?, path.canonicalize()?);
    let mut folders = written.ancestors().skip(1).chain(real.ancestors().skip(1));
    Ok(Access {
        mode: file.mode() & 0o7777,
        owner: file.uid(),
        reader: rustix::process::geteuid().as_raw(),
        loose: folders
            .find(|folder| fs::metadata(folder).is_ok_and(|at| is_loose(&at)))
            .map(Path::to_owned),
    })
}

/// Whether others may replace what is in the folder. A sticky folder lets nobody replace what is
/// another's, and a group of the owner's own is the owner.
fn is_loose(folder: &Metadata) -> bool {
    const STICKY: u32 = 0o1000;
    let own_group = folder.gid() == 0 || folder.gid() == folder.uid();
    let others = if own_group { 0o002 } else { 0o022 };
    folder.mode() & others != 0 && folder.mode() & STICKY == 0
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
