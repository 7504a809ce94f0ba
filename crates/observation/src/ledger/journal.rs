//! The transaction that an account has on its way, on disk before any node has it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::{io, time::Duration};

use alloy_primitives::{Address, B256, Bytes};
use eth_rpc::transaction::Signed;
use op_util::file;
use serde::{Deserialize, Serialize};

use super::error::LedgerError;

/// The most of a journal that is read, in bytes: a transaction has a few ten thousand.
const MOST: u64 = 1 << 20;

/// A transaction that may or may not have reached a node.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Pending {
    pub(super) nonce: u64,
    pub(super) transaction: B256,
    /// Those with the same nonce that it takes the place of: one of them may be in a block as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<B256>,
    /// Signed: whoever sends it again sends the same.
    pub(super) raw: Bytes,
    /// What it does, in words.
    pub(super) what: String,
}

impl Pending {
    pub(super) fn new(nonce: u64, signed: Signed, what: &str) -> Self {
        let (transaction, raw) = (signed.hash, signed.raw);
        Self { nonce, transaction, earlier: Vec::new(), raw, what: what.to_owned() }
    }

    /// All that may be in a block.
    pub(super) fn hashes(&self) -> impl Iterator<Item = B256> {
        [self.transaction].into_iter().chain(self.earlier.iter().copied())
    }

    /// Another one with the same nonce takes its place.
    pub(super) fn replace(&mut self, signed: Signed) {
        self.earlier.push(self.transaction);
        (self.transaction, self.raw) = (signed.hash, signed.raw);
    }

    /// The node did not take what took the place of `before`; another node may have it.
    pub(super) fn go_back_to(&mut self, before: Self) {
        let refused = std::mem::replace(self, before);
        self.earlier.push(refused.transaction);
    }

    pub(super) fn overtaken(&self, account: Address) -> LedgerError {
        LedgerError::Overtaken { account, transaction: self.transaction, what: self.what.clone() }
    }

    pub(super) fn not_taken(&self, reason: String) -> LedgerError {
        let (transaction, what) = (self.transaction, self.what.clone());
        LedgerError::NotTaken { transaction, what, reason }
    }

    pub(super) fn waits(&self, patience: Duration) -> LedgerError {
        let (transaction, what) = (self.transaction, self.what.clone());
        LedgerError::Pending { transaction, what, seconds: patience.as_secs() }
    }
}

/// An account's journal, held by one process at a time.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    _lock: File,
}

impl Journal {
    /// The journal of an account on one chain. The genesis block is part of its name: several chains may have
    /// one id.
    pub(super) fn open(
        folder: &Path,
        chain_id: u64,
        genesis: B256,
        account: Address,
    ) -> Result<Self, LedgerError> {
        let genesis = &genesis.to_string()[..10];
        let path = folder.join(format!("{chain_id}-{genesis}-{account}.json"));
        let failed = |error| LedgerError::Journal { journal: path.clone(), error };
        fs::create_dir_all(folder).map_err(failed)?;
        match file::lock(&path.with_extension("lock")).map_err(failed)? {
            Some(lock) => Ok(Self { path, _lock: lock }),
            None => Err(LedgerError::Busy { account, journal: path }),
        }
    }

    pub(super) fn read(&self) -> Result<Option<Pending>, LedgerError> {
        match file::read(&self.path, MOST) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|error| self.failed(io::Error::other(error))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Returns when it is on disk.
    pub(super) fn write(&self, pending: &Pending) -> Result<(), LedgerError> {
        serde_json::to_vec(pending)
            .map_err(io::Error::from)
            .and_then(|json| file::replace(&self.path, &json))
            .map_err(|error| self.failed(error))
    }

    pub(super) fn clear(&self) -> Result<(), LedgerError> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed(error)),
            _ => Ok(()),
        }
    }

    fn failed(&self, error: io::Error) -> LedgerError {
        LedgerError::Journal { journal: self.path.clone(), error }
    }
}
