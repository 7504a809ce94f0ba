//! Entries in order become epochs: what is there twice is dropped, the rest are the leaves of a tree.

use std::{io, path::Path, thread};

use alloy_primitives::{B256, keccak256};
use crossbeam_channel::{Receiver, Sender, bounded};

use super::{
    DeriveError,
    record::{EntryRecord, EpochRecord, Fields},
    sort::{Sorter, merge},
};
use crate::{
    archive::{Input, Position},
    merkle::Tree,
};

/// Leaves that are handed on at a time.
const BATCH: usize = 8192;

/// Leaves of one epoch, as many as came at once.
#[derive(Debug, Default)]
struct Leaves {
    leaves: Vec<B256>,
    /// The epoch, without its root, when these are its last.
    end: Option<EpochRecord>,
}

/// Merges the entries on this thread and hashes the trees on another.
pub(super) fn epochs(
    entries: Vec<Sorter>,
    budget: usize,
    scratch: &Path,
    input: &Input,
) -> Result<(Sorter, u64), DeriveError> {
    let (to_trees, leaves) = bounded(8);
    thread::scope(|scope| {
        let trees = scope.spawn(move || grow(&leaves, budget, scratch));
        let grouped = Grouping::new(to_trees, input).all(entries);
        let grown = match trees.join() {
            Ok(grown) => grown?,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        Ok((grown, grouped?))
    })
}

fn grow(leaves: &Receiver<Leaves>, budget: usize, scratch: &Path) -> io::Result<Sorter> {
    let mut epochs = Sorter::new(budget, scratch)?;
    let mut tree = Tree::default();
    for Leaves { leaves, end } in leaves {
        for leaf in leaves {
            tree.push(leaf);
        }
        if let Some(mut epoch) = end {
            epoch.entries = tree.leaves();
            epoch.data_root = tree.root().unwrap_or_default();
            tree = Tree::default();
            epochs.push(|bytes| epoch.write(bytes))?;
        }
    }
    Ok(epochs)
}

/// The epoch whose entries are coming.
struct Grouping<'a> {
    to_trees: Sender<Leaves>,
    input: &'a Input,
    names: Vec<u8>,
    batch: Leaves,
    epoch: Option<Open>,
    duplicates: u64,
}

/// What is known of an epoch before its last entry.
struct Open {
    observed_unix_ms: u64,
    locator_hash: B256,
    first_sequence: u64,
    last: (u64, B256, Position),
}

impl<'a> Grouping<'a> {
    fn new(to_trees: Sender<Leaves>, input: &'a Input) -> Self {
        let (names, batch) = (Vec::new(), Leaves::default());
        Self { to_trees, input, names, batch, epoch: None, duplicates: 0 }
    }

    /// How many entries were there more than once.
    fn all(mut self, entries: Vec<Sorter>) -> Result<u64, DeriveError> {
        merge(entries, |record| self.take(&EntryRecord::read(record)))?;
        self.close();
        Ok(self.duplicates)
    }

    fn take(&mut self, entry: &EntryRecord<'_>) -> Result<(), DeriveError> {
        if self.names != entry.names {
            self.close();
            self.names.clear();
            self.names.extend_from_slice(entry.names);
        }
        let last = (entry.sequence, entry.leaf, entry.position);
        match &mut self.epoch {
            None => {
                self.epoch = Some(Open {
                    observed_unix_ms: entry.unix_ms,
                    locator_hash: keccak256(entry.locator),
                    first_sequence: entry.sequence,
                    last,
                });
            }
            Some(epoch) => {
                let (sequence, leaf, position) = epoch.last;
                if sequence == entry.sequence {
                    if leaf == entry.leaf {
                        self.duplicates += 1;
                        return Ok(());
                    }
                    return Err(self.conflict(entry, position));
                }
                epoch.observed_unix_ms = epoch.observed_unix_ms.max(entry.unix_ms);
                epoch.last = last;
            }
        }
        self.batch.leaves.push(entry.leaf);
        if self.batch.leaves.len() == BATCH {
            self.hand_on();
        }
        Ok(())
    }

    fn conflict(&self, entry: &EntryRecord<'_>, other: Position) -> DeriveError {
        let mut names = Fields(&self.names);
        let (stream, epoch) = (names.name(), names.name());
        DeriveError::conflict(self.input, &stream, &epoch, entry.sequence, [other, entry.position])
    }

    fn close(&mut self) {
        let Some(epoch) = self.epoch.take() else { return };
        let mut names = Fields(&self.names);
        self.batch.end = Some(EpochRecord {
            stream: names.name(),
            observed_unix_ms: epoch.observed_unix_ms,
            epoch: names.name(),
            data_root: B256::ZERO,
            locator_hash: epoch.locator_hash,
            entries: 0,
            first_sequence: epoch.first_sequence,
            last_sequence: epoch.last.0,
        });
        self.hand_on();
    }

    /// The other side is gone only if it failed, which its own result tells.
    fn hand_on(&mut self) {
        let _ = self.to_trees.send(std::mem::take(&mut self.batch));
    }
}
