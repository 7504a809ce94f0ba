//! genesis.json and rollup.json.

use std::{fs, io, path::Path};

use op_chain::genesis::{Fallback, GenesisBlock, GenesisError};
use op_chain::rollup::RollupConfig;

use crate::read::error::FactsError;

/// Reads rollup.json, which must be a regular file.
pub fn rollup(path: &Path) -> Result<RollupConfig, FactsError> {
    let shown = path.display().to_string();
    match regular(path).and_then(|()| fs::read(path)) {
        Ok(text) => serde_json::from_slice(&text)
            .map_err(|source| FactsError::Rollup { path: shown, source }),
        Err(reason) => Err(FactsError::Absent { path: shown, reason }),
    }
}

pub(crate) fn genesis(path: &Path, rollup: &RollupConfig) -> Result<GenesisBlock, FactsError> {
    let shown = || path.display().to_string();
    regular(path).map_err(|reason| FactsError::Absent { path: shown(), reason })?;
    let fallback = Fallback { chain_id: rollup.l2_chain_id, forks: rollup.forks.clone() };
    GenesisBlock::from_file(path, Some(&fallback)).map_err(|error| match error {
        GenesisError::Read { path, source } => FactsError::Absent { path, reason: source },
        source => FactsError::Genesis { path: shown(), source },
    })
}

/// A pipe would be silent beyond every deadline.
fn regular(path: &Path) -> io::Result<()> {
    if path.metadata()?.is_file() {
        return Ok(());
    }
    Err(io::Error::other("it is not a regular file"))
}
