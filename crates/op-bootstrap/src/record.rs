//! `bootstrap.json`: what was done to a chain's folder, and whether the chain is locked.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::{io, path::Path, path::PathBuf};

use alloy_primitives::B256;
use op_chain::bundle::FileEntry;
use op_util::{file, time::unix_now};
use serde::{Deserialize, Serialize};

const NAME: &str = "bootstrap.json";
const LOCK: &str = ".lock";
const VERSION: u64 = 1;
const MAX_RECORD: u64 = 1 << 20;

/// A step that was done, and what it left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    /// When, in seconds since the Unix epoch.
    pub at: u64,
    /// What was found.
    pub found: String,
    /// The files that it made, by their paths in the folder.
    #[serde(default)]
    pub files: BTreeMap<String, FileEntry>,
}

/// What is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    version: u64,
    /// Chain id of the L2.
    pub l2_chain_id: u64,
    /// The genesis block that the chain has for ever, once it is locked.
    #[serde(default)]
    pub locked: Option<B256>,
    /// What was done, by the steps' names.
    #[serde(default)]
    pub steps: BTreeMap<String, Done>,
}

/// Why the folder cannot be worked in.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Another run works in it.
    #[error("another op-warden bootstrap works in {0}: wait for its end")]
    Locked(String),
    /// Not of this program.
    #[error("{0} cannot be read: {1}. It says what was paid for: do not remove it, look at it")]
    Format(String, serde_json::Error),
    /// Of a later release.
    #[error("{0} is of version {1}, this program knows version {VERSION}")]
    Version(String, u64),
    /// Of another chain.
    #[error(
        "expected: the chain {expected}, whose folder {path} is; found: the chain {found}. Choose another --dir"
    )]
    Chain {
        /// The folder.
        path: String,
        /// Whose it is.
        expected: u64,
        /// Which was asked for.
        found: u64,
    },
    /// The chain was made anew.
    #[error(
        "expected: the genesis block {old}, with which the chain {chain} is locked; found: {new}. Whoever follows the \
         chain would fork. Give the new chain another id and another --dir"
    )]
    Genesis {
        /// The chain.
        chain: u64,
        /// What it is locked with.
        old: B256,
        /// What came.
        new: B256,
    },
}

/// The record of a folder, for this process alone.
#[derive(Debug)]
pub struct Record {
    folder: PathBuf,
    state: State,
    _lock: File,
}

impl Record {
    /// Opens the folder of a chain, or makes it.
    pub fn open(folder: &Path, l2_chain_id: u64) -> Result<Self, RecordError> {
        let shown = |path: &Path| path.display().to_string();
        let failed = |source| RecordError::File { path: shown(folder), source };
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = file::lock(&folder.join(LOCK)).map_err(failed)?;
        let lock = lock.ok_or_else(|| RecordError::Locked(shown(folder)))?;
        let path = folder.join(NAME);
        let state = match file::read(&path, MAX_RECORD) {
            Ok(text) => serde_json::from_slice(&text)
                .map_err(|error| RecordError::Format(shown(&path), error))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                State { version: VERSION, l2_chain_id, locked: None, steps: BTreeMap::new() }
            }
            Err(source) => return Err(RecordError::File { path: shown(&path), source }),
        };
        let State { version, l2_chain_id: expected, .. } = state;
        if version != VERSION {
            return Err(RecordError::Version(shown(&path), version));
        }
        if expected != l2_chain_id {
            return Err(RecordError::Chain { path: shown(folder), expected, found: l2_chain_id });
        }
        Ok(Self { folder: folder.to_owned(), state, _lock: lock })
    }

    /// What is known.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The step, if it was done and what it made is still as it left it.
    #[must_use]
    pub fn done(&self, step: &str) -> Option<&Done> {
        let done = self.state.steps.get(step)?;
        let same = |(name, entry): (&String, &FileEntry)| {
            FileEntry::of_file(&self.folder.join(name)).is_ok_and(|found| found == *entry)
        };
        done.files.iter().all(same).then_some(done)
    }

    /// Notes that a step was done, and which files it made.
    pub fn note(&mut self, step: &str, found: &str, files: &[&str]) -> Result<(), RecordError> {
        let entry = |name: &&str| -> Result<(String, FileEntry), RecordError> {
            let path = self.folder.join(name);
            let entry = FileEntry::of_file(&path)
                .map_err(|source| RecordError::File { path: path.display().to_string(), source })?;
            Ok(((*name).to_owned(), entry))
        };
        let files = files.iter().map(entry).collect::<Result<_, _>>()?;
        let done = Done { at: unix_now(), found: found.to_owned(), files };
        self.state.steps.insert(step.to_owned(), done);
        self.write()
    }

    /// Refuses another genesis than the chain is locked with.
    pub fn check_genesis(&self, new: B256) -> Result<(), RecordError> {
        match self.state.locked {
            Some(old) if old != new => {
                Err(RecordError::Genesis { chain: self.state.l2_chain_id, old, new })
            }
            _ => Ok(()),
        }
    }

    /// Locks the chain: it keeps this genesis.
    pub fn lock(&mut self, genesis: B256) -> Result<(), RecordError> {
        self.check_genesis(genesis)?;
        self.state.locked = Some(genesis);
        self.write()
    }

    fn write(&self) -> Result<(), RecordError> {
        let path = self.folder.join(NAME);
        let shown = path.display().to_string();
        let text = serde_json::to_vec_pretty(&self.state)
            .map_err(|error| RecordError::Format(shown.clone(), error))?;
        file::replace(&path, &text).map_err(|source| RecordError::File { path: shown, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_counts_while_its_files_are_as_it_left_them() {
        let dir = tempfile::tempdir().unwrap();
        let mut record = Record::open(dir.path(), 901).unwrap();
        fs::write(dir.path().join("genesis.json"), "one").unwrap();
        record.note("inspect", "made", &["genesis.json"]).unwrap();
        assert!(record.note("inspect", "made", &["nothing.json"]).is_err());
        assert!(matches!(Record::open(dir.path(), 901), Err(RecordError::Locked(_))));
        drop(record);
        let record = Record::open(dir.path(), 901).unwrap();
        assert_eq!(record.done("inspect").unwrap().found, "made");
        assert_eq!(record.done("verify"), None);
        fs::write(dir.path().join("genesis.json"), "two").unwrap();
        assert_eq!(record.done("inspect"), None);
    }

    #[test]
    fn a_locked_chain_keeps_its_genesis() {
        let dir = tempfile::tempdir().unwrap();
        let mut record = Record::open(dir.path(), 901).unwrap();
        let (old, new) = (B256::repeat_byte(1), B256::repeat_byte(2));
        record.check_genesis(new).unwrap();
        record.lock(old).unwrap();
        record.lock(old).unwrap();
        assert!(matches!(record.lock(new), Err(RecordError::Genesis { .. })));
        drop(record);
        assert_eq!(Record::open(dir.path(), 901).unwrap().state().locked, Some(old));
        assert!(matches!(Record::open(dir.path(), 902), Err(RecordError::Chain { .. })));
        for (text, expected) in
            [("{", "do not remove it"), (r#"{"version": 9, "l2ChainId": 901}"#, "version 9")]
        {
            fs::write(dir.path().join(NAME), text).unwrap();
            let error = Record::open(dir.path(), 901).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
