//! genesis.json and rollup.json.

use std::{io::ErrorKind, path::Path};

use op_chain::{
    genesis::{Fallback, GenesisBlock, GenesisError},
    other_file,
    rollup::RollupConfig,
};
use op_util::file;

use crate::read::error::FactsError;

/// The most of a rollup.json that is read: it has 2 kB.
const MAX_ROLLUP: u64 = 1 << 20;

/// Reads rollup.json, which must be a regular file.
pub fn rollup(path: &Path) -> Result<RollupConfig, FactsError> {
    let shown = path.display().to_string();
    match file::read(path, MAX_ROLLUP) {
        Ok(text) => serde_json::from_slice(&text)
            .map_err(|source| not(path, "rollup.json", FactsError::Rollup { path: shown, source })),
        Err(error) if error.kind() == ErrorKind::FileTooLarge => {
            let (found, expected) = ("a file of more than 1 MiB", "rollup.json");
            Err(FactsError::Other { path: shown, found, expected })
        }
        Err(reason) => Err(FactsError::Absent { path: shown, reason }),
    }
}

pub(crate) fn genesis(path: &Path, rollup: &RollupConfig) -> Result<GenesisBlock, FactsError> {
    let shown = || path.display().to_string();
    file::open(path).map_err(|reason| FactsError::Absent { path: shown(), reason })?;
    let fallback = Fallback { chain_id: rollup.l2_chain_id, forks: rollup.forks.clone() };
    GenesisBlock::from_file(path, Some(&fallback)).map_err(|error| match error {
        GenesisError::Read { path, source } => FactsError::Absent { path, reason: source },
        source => not(path, "genesis.json", FactsError::Genesis { path: shown(), source }),
    })
}

/// A file that cannot be read as what it should be is named by what it is, where that is known.
fn not(path: &Path, expected: &'static str, error: FactsError) -> FactsError {
    match other_file::kind(path).filter(|found| !found.ends_with(expected)) {
        Some(found) => FactsError::Other { path: path.display().to_string(), found, expected },
        None => error,
    }
}
