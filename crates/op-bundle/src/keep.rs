//! What a follower has accepted: a folder with the newest bundle. An older bundle, another of the same
//! number and another genesis are refused.

use std::fs::{self, File};
use std::{io, path::Path};

use alloy_primitives::B256;
use op_chain::bundle::{FileEntry, MANIFEST};
use op_util::file;
use serde::{Deserialize, Serialize};

use crate::{SIGNATURE, ssh::PublicKey, verify::Verified};

const ACCEPTED: &str = "accepted.json";
const LOCK: &str = ".lock";
const MAX_ACCEPTED: u64 = 64 << 10;

/// What was accepted last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Accepted {
    /// The key that the follower was given.
    given: PublicKey,
    /// The key that it led to.
    key: PublicKey,
    l2_chain_id: u64,
    l2_genesis_hash: B256,
    serial: u64,
    manifest: FileEntry,
}

/// What a bundle is to what was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing was there.
    First,
    /// It is what was there.
    Same,
    /// It is newer than this serial number.
    Newer(u64),
}

/// Why a bundle is not taken, though it is signed.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The folder cannot be read or written.
    #[error("{path}: {source}")]
    Folder {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Not of this program.
    #[error("{0} cannot be read as what was accepted before: {1}")]
    Accepted(String, serde_json::Error),
    /// Another process writes it.
    #[error("another op-warden or op-devnet is writing {0}: try again when it is done")]
    Locked(String),
    /// Of another chain.
    #[error(
        "expected: the chain {expected}, which {path} holds; found: the chain {found}. Choose another folder"
    )]
    Chain {
        /// Which.
        path: String,
        /// What is there.
        expected: u64,
        /// What is offered.
        found: u64,
    },
    /// A replayed bundle.
    #[error(
        "expected: serial {expected} or later, as was accepted before; found: serial {found}. An older bundle is not \
         taken: somebody offers it again, or the server has an old copy"
    )]
    Older {
        /// What was accepted.
        expected: u64,
        /// What is offered.
        found: u64,
    },
    /// Two bundles of one number.
    #[error(
        "expected: the bundle of serial {0} that was accepted before; found: another one of the same number. Its \
         operator has to publish one with a higher number"
    )]
    Twin(u64),
    /// The chain was made anew.
    #[error(
        "expected: the genesis block {old}; found: {new} in serial {serial}. The chain was made anew, and what runs \
         here is of the old one: it would fork silently. If its operator says so by another way than the bundle: wipe \
         and initialise again, {old} → {new}. Stop the follower, move its data away (the engine's and op-node's \
         folders), and run the same command with --accept-genesis {new}"
    )]
    Genesis {
        /// What was accepted.
        old: B256,
        /// What is offered.
        new: B256,
        /// Of that number.
        serial: u64,
    },
}

/// A folder that holds the newest bundle, for this process alone.
#[derive(Debug)]
pub struct Kept<'a> {
    folder: &'a Path,
    accepted: Option<Accepted>,
    _lock: File,
}

impl<'a> Kept<'a> {
    /// Opens the folder, or makes it.
    pub fn open(folder: &'a Path) -> Result<Self, KeepError> {
        let failed = |source| KeepError::Folder { path: folder.display().to_string(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = file::lock(&folder.join(LOCK)).map_err(failed)?;
        let lock = lock.ok_or_else(|| KeepError::Locked(folder.display().to_string()))?;
        let path = folder.join(ACCEPTED);
        let accepted = match file::read(&path, MAX_ACCEPTED) {
            Ok(text) => Some(
                serde_json::from_slice(&text)
                    .map_err(|error| KeepError::Accepted(path.display().to_string(), error))?,
            ),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        Ok(Self { folder, accepted, _lock: lock })
    }

    /// Whom to trust: the key that the given one has led to before, else the given one.
    ///
    /// A key that was handed over signs no more, whatever a server leaves out of its bundle.
    #[must_use]
    pub fn trusted(&self, given: PublicKey) -> PublicKey {
        let known = self.accepted.as_ref().filter(|accepted| accepted.given == given);
        known.map_or(given, |accepted| accepted.key)
    }

    /// What the bundle is to what was accepted before.
    ///
    /// Errors: for what must not take its place. Another genesis may where `accept_genesis` is its hash.
    pub fn judge(
        &self,
        bundle: &Verified,
        accept_genesis: Option<B256>,
    ) -> Result<Change, KeepError> {
        let Some(accepted) = &self.accepted else { return Ok(Change::First) };
        let manifest = &bundle.head.manifest;
        let (old, new) = (accepted.l2_genesis_hash, manifest.l2_genesis_hash);
        if accepted.l2_chain_id != manifest.l2_chain_id {
            return Err(KeepError::Chain {
                path: self.folder.display().to_string(),
                expected: accepted.l2_chain_id,
                found: manifest.l2_chain_id,
            });
        }
        if manifest.serial < accepted.serial {
            return Err(KeepError::Older { expected: accepted.serial, found: manifest.serial });
        }
        if old != new && accept_genesis != Some(new) {
            return Err(KeepError::Genesis { old, new, serial: manifest.serial });
        }
        if manifest.serial > accepted.serial {
            return Ok(Change::Newer(accepted.serial));
        }
        if FileEntry::of(&bundle.files[MANIFEST]) == accepted.manifest {
            Ok(Change::Same)
        } else {
            Err(KeepError::Twin(manifest.serial))
        }
    }

    /// Writes the bundle's files, the manifest last, and remembers that it was accepted.
    pub fn take(&self, given: PublicKey, bundle: &Verified) -> Result<(), KeepError> {
        let manifest = &bundle.head.manifest;
        let write = |name: &str, content: &[u8]| {
            let path = self.folder.join(name);
            file::replace(&path, content)
                .map_err(|source| KeepError::Folder { path: path.display().to_string(), source })
        };
        let is_last = |name: &str| [MANIFEST, SIGNATURE].contains(&name);
        for (name, content) in bundle.files.iter().filter(|(name, _)| !is_last(name)) {
            write(name, content)?;
        }
        for name in [SIGNATURE, MANIFEST] {
            write(name, &bundle.files[name])?;
        }
        let accepted = Accepted {
            given,
            key: bundle.head.signed_by,
            l2_chain_id: manifest.l2_chain_id,
            l2_genesis_hash: manifest.l2_genesis_hash,
            serial: manifest.serial,
            manifest: FileEntry::of(&bundle.files[MANIFEST]),
        };
        let text = serde_json::to_vec_pretty(&accepted)
            .map_err(|error| KeepError::Accepted(ACCEPTED.to_owned(), error))?;
        write(ACCEPTED, &text)
    }
}
