//! Entries in order become epochs: what is there twice is dropped, the rest are the leaves of a tree.

use std::{io, path::Path, thread};

use alloy_primitives::{B256, keccak256};

use super::error::DeriveError;
use super::record::{EntryRecord, EpochRecord, Fields};
use super::sort::{FIRST_BYTES, READ_AHEAD, Sorted, Sorter, merge};
use crate::archive::{Input, Position};
use crate::merkle::Tree;

/// The epochs of all entries, and how many entries were there more than once. As records begin with a hash, each
/// thread takes a part of the first bytes.
pub(super) fn epochs(
    entries: &[Sorted],
    threads: usize,
    memory: usize,
    scratch: &Path,
    input: &Input,
) -> Result<(Vec<Sorted>, u64), DeriveError> {
    let bound = |part: usize| part * FIRST_BYTES / threads;
    thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|part| {
                scope.spawn(move || {
                    let mut grouping =
                        Grouping::new(Sorter::new(memory / threads, scratch)?, input);
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
    input: &'a Input,
    names: Vec<u8>,
    epoch: Option<Open>,
    duplicates: u64,
}

/// What is known of an epoch before its last entry.
struct Open {
    tree: Tree,
    observed_unix_ms: u64,
    locator_hash: B256,
    first: (u64, u64),
    last: Last,
}

/// The entry that came last.
struct Last {
    sequence: u64,
    unix_ms: u64,
    leaf: B256,
    position: Position,
}

impl<'a> Grouping<'a> {
    fn new(epochs: Sorter, input: &'a Input) -> Self {
        Self { epochs, input, names: Vec::new(), epoch: None, duplicates: 0 }
    }

    fn finish(mut self) -> Result<(Sorted, u64), DeriveError> {
        self.close()?;
        Ok((self.epochs.finish()?, self.duplicates))
    }

    fn take(&mut self, entry: &EntryRecord<'_>) -> Result<(), DeriveError> {
        if self.names != entry.names {
            self.close()?;
            self.names.clear();
            self.names.extend_from_slice(entry.names);
        }
        let &EntryRecord { sequence, unix_ms, leaf, position, .. } = entry;
        let last = Last { sequence, unix_ms, leaf, position };
        let Some(epoch) = &mut self.epoch else {
            self.epoch = Some(Open {
                tree: [leaf].into_iter().collect(),
                observed_unix_ms: unix_ms,
                locator_hash: keccak256(entry.locator),
                first: (sequence, unix_ms),
                last,
            });
            return Ok(());
        };
        if epoch.last.sequence == sequence {
            self.duplicates += 1;
            let other = epoch.last.position;
            return if epoch.last.leaf == leaf { Ok(()) } else { Err(self.conflict(entry, other)) };
        }
        epoch.observed_unix_ms = epoch.observed_unix_ms.max(unix_ms);
        epoch.last = last;
        epoch.tree.push(leaf);
        Ok(())
    }

    fn conflict(&self, entry: &EntryRecord<'_>, other: Position) -> DeriveError {
        let mut names = Fields(&self.names);
        let (stream, epoch) = (names.name(), names.name());
        DeriveError::conflict(self.input, &stream, &epoch, entry.sequence, [other, entry.position])
    }

    fn close(&mut self) -> io::Result<()> {
        let Some(epoch) = self.epoch.take() else { return Ok(()) };
        let mut names = Fields(&self.names);
        let record = EpochRecord {
            stream: names.name(),
            first_unix_ms: epoch.first.1,
            epoch: names.name(),
            last_unix_ms: epoch.last.unix_ms,
            observed_unix_ms: epoch.observed_unix_ms,
            data_root: epoch.tree.root().unwrap_or_default(),
            locator_hash: epoch.locator_hash,
            entries: epoch.tree.leaves(),
            first_sequence: epoch.first.0,
            last_sequence: epoch.last.sequence,
        };
        self.epochs.push(|bytes| record.write(bytes))
    }
}
