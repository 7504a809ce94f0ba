//! Proofs that an entry is part of an observation.

use std::{io, path::Path};

use alloy_primitives::B256;
use op_util::file;
use serde::{Deserialize, Serialize};

use crate::archive::{ArchiveError, Line, Position, Scan};
use crate::contracts::EveryChannelObservationLedger::Entry as EntryFields;
use crate::merkle::{self, Tree};
use crate::{derive::Stop, entry::Entry, observation::LONGEST, observation::Observation};

/// An entry and its way up to an observation's `dataRoot`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Proof {
    pub observation: Observation,
    /// The entry, as its hash has it.
    pub entry: EntryFields,
    /// Its place among the epoch's entries, from zero on.
    pub index: u64,
    /// The tree's other nodes, from the leaf up.
    pub path: Vec<B256>,
}

#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Two entries are at one place.
    #[error(transparent)]
    Conflict(#[from] Stop),
    #[error("the archive has no entry {sequence} in epoch {epoch:?} of stream {stream:?}")]
    NoEntry { stream: String, epoch: String, sequence: u64 },
    #[error(
        "the archive's {entries} entries come to the root {found}, the observation has {expected}: it was \
         derived from other data"
    )]
    OtherData { entries: usize, found: B256, expected: B256 },
    #[error("it holds no proof: {0}")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    File(#[from] io::Error),
}

/// The leaves of one epoch, as one thread finds them.
#[derive(Default)]
struct Found {
    leaves: Vec<(u64, B256, Position)>,
    entry: Option<EntryFields>,
}

impl Proof {
    /// Proves the entry at a place of an observation's epoch from the archive.
    pub fn make(scan: &Scan, observation: &Observation, sequence: u64) -> Result<Self, ProofError> {
        let of_epoch = |entry: &Entry<'_>| {
            entry.stream == observation.stream && entry.epoch == observation.epoch
        };
        let (found, _) = scan.run(Found::default, |found, line, position| {
            // Whether what a broken line should have been is missing, the root shows.
            if let Line::Entry(entry) = line
                && of_epoch(&entry)
            {
                found.leaves.push((entry.sequence, entry.leaf(), position));
                if entry.sequence == sequence {
                    found.entry = Some(fields(&entry));
                }
            }
            Ok(())
        })?;
        let entry = found.iter().find_map(|found| found.entry.clone());
        let mut leaves: Vec<_> = found.into_iter().flat_map(|found| found.leaves).collect();
        leaves.sort_unstable();
        leaves.dedup_by_key(|(sequence, leaf, _)| (*sequence, *leaf));
        if let Some(pair) = leaves.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let Observation { stream, epoch, .. } = observation;
            let both = [pair[0].2, pair[1].2];
            Err(Stop::conflict(&scan.input, stream, epoch, pair[0].0, both))?;
        }
        let index = leaves.iter().position(|leaf| leaf.0 == sequence);
        let (Some(entry), Some(index)) = (entry, index) else {
            let Observation { stream, epoch, .. } = observation.clone();
            return Err(ProofError::NoEntry { stream, epoch, sequence });
        };
        let leaves: Vec<B256> = leaves.into_iter().map(|(_, leaf, _)| leaf).collect();
        let found = leaves.iter().copied().collect::<Tree>().root().unwrap_or_default();
        let expected = observation.header.dataRoot;
        if found != expected {
            return Err(ProofError::OtherData { entries: leaves.len(), found, expected });
        }
        let path = merkle::path(&leaves, index);
        Ok(Self { observation: observation.clone(), entry, index: index as u64, path })
    }

    pub fn read(path: &Path) -> Result<Self, ProofError> {
        Ok(serde_json::from_slice(&file::read(path, LONGEST)?)?)
    }

    /// Whether the entry is part of the observation; the error says why not. Whether the observation is final,
    /// only the chain knows.
    pub fn check(&self) -> Result<(), String> {
        self.observation.check()?;
        let leaf = entry(&self.entry).leaf();
        match merkle::root(leaf, self.index, self.observation.entries, &self.path) {
            Some(root) if root == self.observation.header.dataRoot => Ok(()),
            Some(root) => Err(format!(
                "the entry comes to the root {root}, the observation has {}",
                self.observation.header.dataRoot
            )),
            None => Err("index, entries and path do not belong together".to_owned()),
        }
    }
}

fn fields(entry: &Entry<'_>) -> EntryFields {
    EntryFields {
        sequence: entry.sequence,
        unixMs: entry.unix_ms,
        chunkHash: entry.chunk_hash,
        locator: entry.locator.clone().into_owned(),
    }
}

/// Without the names, which are not part of its hash.
fn entry(fields: &EntryFields) -> Entry<'_> {
    Entry {
        stream: "".into(),
        epoch: "".into(),
        sequence: fields.sequence,
        unix_ms: fields.unixMs,
        chunk_hash: fields.chunkHash,
        locator: fields.locator.as_str().into(),
    }
}
