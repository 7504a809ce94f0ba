//! The chain configurations that op-nodes are given for an L1 that they do not know.

use std::collections::{BTreeMap, BTreeSet};
use std::{io, path::Path, path::PathBuf};

use op_chain::l1_config::{L1Config, L1ConfigError};
use op_util::file;

use crate::read::{blocking::on_a_thread, request::Request};
use crate::{config::Service, gate::Gate};

/// op-node's flag.
pub const FLAG: &str = "rollup.l1-chain-config";

/// The most that is read: an L1's genesis.json has its accounts too.
const MAX_BYTES: u64 = 64 << 20;

/// What each file says, or why op-node cannot use it.
pub type L1Configs = BTreeMap<PathBuf, io::Result<Result<L1Config, L1ConfigError>>>;

pub(super) async fn read(request: &Request<'_>) -> L1Configs {
    let of = |service: &Service| {
        let command = service.command.as_ref().filter(|_| service.is_node())?;
        Some(PathBuf::from(command.value(FLAG)?))
    };
    let paths: BTreeSet<PathBuf> = request.judged_by(Gate::Flags).filter_map(of).collect();
    let mut read = L1Configs::new();
    for path in paths {
        let file = path.clone();
        let found = on_a_thread("L1 configs", request.patience(), move || config(&file)).await;
        read.insert(path, found.flatten());
    }
    read
}

fn config(path: &Path) -> io::Result<Result<L1Config, L1ConfigError>> {
    // op-warden and the program have different folders to begin at.
    if !path.is_absolute() {
        return Err(io::Error::other("the path is not absolute"));
    }
    Ok(L1Config::read(&file::read(path, MAX_BYTES)?))
}
