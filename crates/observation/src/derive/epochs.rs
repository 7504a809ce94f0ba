//! Entries in order become epochs: what is there twice is dropped, the rest are the leaves of a tree.

use std::{io, path::Path, thread};

use alloy_primitives::{B256, keccak256};

use super::bytes::Fields;
use super::error::DeriveError;
use super::flaw::Flaw;
use super::link::Heads;
use super::record::{EntryRecord, EpochRecord};
use super::sort::{FIRST_BYTES, READ_AHEAD, Sorted, Sorter, merge};
use crate::archive::Position;
use crate::merkle::Tree;

/// The epochs of all entries, and how many entries were there more than once. As records begin with a hash, each
/// thread takes a part of the first bytes.
pub(super) fn epochs(
    entries: &[Sorted],
    threads: usize,
    memory: usize,
    scratch: &Path,
    heads: &Heads,
) -> Result<(Vec<Sorted>, u64), DeriveError> {
    let bound = |part: usize| part * FIRST_BYTES / threads;
    thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|part| {
                scope.spawn(move || {
                    let mut grouping =
                        Grouping::new(Sorter::new(memory / threads, scratch)?, heads);
                    let bytes = bound(part)..bound(part + 1);
                    merge(entries, bytes, READ_AHEAD / threads, |record| {
                        grouping.take(&EntryRecord::read(record))
                    })?;
                    grouping.finish()
                })
            })
            .collect();
        let (mut epochs, mut duplicates) = (Vec::new(), 0);
        for part in parts {
            let found = part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            let (sorted, twice) = found?;
            epochs.push(sorted);
            duplicates += twice;
        }
        Ok((epochs, duplicates))
    })
}

/// The epoch whose entries are coming.
struct Grouping<'a> {
    epochs: Sorter,
    heads: &'a Heads,
    names: Vec<u8>,
    epoch: Option<Open>,
    duplicates: u64,
}

/// What is known of an epoch before its last entry.
struct Open {
    tree: Tree,
    observed_unix_ms: u64,
    locator_hash: B256,
    first_sequence: Option<u64>,
    /// The least that the first entry's time may be.
    first_unix_ms: u64,
    last: Option<Last>,
    flaw: Option<Flaw>,
}

/// The entry that came last.
struct Last {
    sequence: u64,
    unix_ms: u64,
    leaf: B256,
    position: Position,
}

impl<'a> Grouping<'a> {
    fn new(epochs: Sorter, heads: &'a Heads) -> Self {
        Self { epochs, heads, names: Vec::new(), epoch: None, duplicates: 0 }
    }

    fn finish(mut self) -> io::Result<(Sorted, u64)> {
        self.close()?;
        Ok((self.epochs.finish()?, self.duplicates))
    }

    fn take(&mut self, entry: &EntryRecord<'_>) -> io::Result<()> {
        if self.names != entry.names {
            self.close()?;
            self.names.clear();
            self.names.extend_from_slice(entry.names);
        }
        let is_new = self.epoch.get_or_insert_with(Open::default).take(entry);
        self.duplicates += u64::from(!is_new);
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        let Some(mut epoch) = self.epoch.take() else { return Ok(()) };
        let mut names = Fields(&self.names);
        let (stream, name) = (names.name(), names.name());
        if let Some(entries) = self.heads.observed(&stream, &name) {
            // If something of it is new, nothing that follows the observations there are is right.
            epoch.flaw = Some(Flaw::Again { entries });
            epoch.first_unix_ms = 0;
        }
        let record = epoch.record(stream, name);
        self.epochs.push(|bytes| record.write(bytes))
    }
}

impl Default for Open {
    fn default() -> Self {
        Self {
            tree: Tree::default(),
            observed_unix_ms: 0,
            locator_hash: B256::ZERO,
            first_sequence: None,
            first_unix_ms: u64::MAX,
            last: None,
            flaw: None,
        }
    }
}

impl Open {
    /// Takes the next entry; says whether it is there for the first time.
    fn take(&mut self, entry: &EntryRecord<'_>) -> bool {
        let &EntryRecord { sequence, unix_ms, leaf, position, .. } = entry;
        // Whichever of several lines is right, or none of those that are no entries: it does not begin before.
        if self.first_sequence.is_none_or(|first| first == sequence) {
            self.first_unix_ms = self.first_unix_ms.min(unix_ms);
        }
        if let Some(reason) = entry.broken() {
            self.flaw.get_or_insert(Flaw::Broken { position, reason });
            return true;
        }
        if let Some(last) = self.last.as_ref().filter(|last| last.sequence == sequence) {
            if last.leaf == leaf {
                return false;
            }
            let positions = [last.position, position];
            self.flaw.get_or_insert(Flaw::Conflict { sequence, positions });
            return true;
        }
        if self.first_sequence.is_none() {
            self.first_sequence = Some(sequence);
            self.locator_hash = keccak256(entry.locator);
        }
        self.observed_unix_ms = self.observed_unix_ms.max(unix_ms);
        self.last = Some(Last { sequence, unix_ms, leaf, position });
        self.tree.push(leaf);
        true
    }

    fn record(self, stream: String, epoch: String) -> EpochRecord {
        let last = self.last.as_ref();
        EpochRecord {
            stream,
            first_unix_ms: self.first_unix_ms,
            epoch,
            last_unix_ms: last.map_or(0, |last| last.unix_ms),
            observed_unix_ms: self.observed_unix_ms,
            data_root: self.tree.root().unwrap_or_default(),
            locator_hash: self.locator_hash,
            entries: self.tree.leaves(),
            first_sequence: self.first_sequence.unwrap_or_default(),
            last_sequence: last.map_or(0, |last| last.sequence),
            flaw: self.flaw,
        }
    }
}
