//! What is sorted: entries by epoch and place, epochs by stream and time.

use std::hash::{DefaultHasher, Hasher as _};

use alloy_primitives::B256;
use op_util::foreign::clean;

use super::bytes::{Fields, write_name, write_number, write_position};
use super::flaw::Flaw;
use crate::archive::{Broken, Origin, Position};
use crate::entry::Entry;

/// Bytes of the hash of an entry's names.
const HASH: usize = 8;

/// An entry, as far as its epoch's header needs it, or a line that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EntryRecord<'a> {
    /// `stream ‖ 0 ‖ epoch ‖ 0`. Neither holds a NUL. Before them is a hash of them, which sorts faster.
    pub(super) names: &'a [u8],
    pub(super) sequence: u64,
    /// Zero for a line that is no entry.
    pub(super) leaf: B256,
    pub(super) position: Position,
    pub(super) unix_ms: u64,
    /// For a line that is no entry, what is wrong with it.
    pub(super) locator: &'a [u8],
}

/// Appends an entry's record.
pub(super) fn write_entry(bytes: &mut Vec<u8>, entry: &Entry<'_>, position: Position) {
    write_names(bytes, &entry.stream, &entry.epoch);
    write_number(bytes, entry.sequence);
    bytes.extend_from_slice(entry.leaf().as_slice());
    write_position(bytes, position);
    write_number(bytes, entry.unix_ms);
    bytes.extend_from_slice(entry.locator.as_bytes());
}

/// Appends the record of a line that is no entry. What it does not say may be anything: it is taken for the first
/// one of its epoch, and of the first moment. An epoch that it does not name has the empty name.
pub(super) fn write_broken(bytes: &mut Vec<u8>, broken: &Broken, position: Position) {
    let Origin { stream, epoch, sequence, unix_ms } = &broken.origin;
    write_names(bytes, stream, epoch.as_deref().unwrap_or_default());
    write_number(bytes, sequence.unwrap_or_default());
    bytes.extend_from_slice(B256::ZERO.as_slice());
    write_position(bytes, position);
    let unix_ms = unix_ms.filter(|_| epoch.is_some());
    write_number(bytes, unix_ms.unwrap_or_default());
    bytes.extend_from_slice(clean(&broken.reason).as_bytes());
}

fn write_names(bytes: &mut Vec<u8>, stream: &str, epoch: &str) {
    let start = bytes.len();
    bytes.extend_from_slice(&[0; HASH]);
    write_name(bytes, stream);
    write_name(bytes, epoch);
    let mut hasher = DefaultHasher::new();
    hasher.write(&bytes[start + HASH..]);
    bytes[start..start + HASH].copy_from_slice(&hasher.finish().to_be_bytes());
}

impl<'a> EntryRecord<'a> {
    /// Reads what [`write_entry`] wrote.
    pub(super) fn read(record: &'a [u8]) -> Self {
        let record = &record[HASH..];
        let names_end = memchr::memchr_iter(0, record).nth(1).map_or(record.len(), |end| end + 1);
        let (names, tail) = record.split_at(names_end);
        let mut tail = Fields(tail);
        let (sequence, leaf) = (tail.number(), tail.hash());
        let position = tail.position();
        Self { names, sequence, leaf, position, unix_ms: tail.number(), locator: tail.0 }
    }

    /// What is wrong with a line that is no entry.
    pub(super) fn broken(&self) -> Option<String> {
        self.leaf.is_zero().then(|| String::from_utf8_lossy(self.locator).into_owned())
    }
}

/// An epoch, as far as its header needs it. Records are sorted by stream, first time and epoch, of which a shorter
/// name comes before a longer one: 9 before 10.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EpochRecord {
    pub(super) stream: String,
    /// The time of the entry with the least sequence. With a flaw, the least that it may be, whatever is right.
    pub(super) first_unix_ms: u64,
    pub(super) epoch: String,
    /// The time of the entry with the highest sequence.
    pub(super) last_unix_ms: u64,
    /// The latest time among its entries.
    pub(super) observed_unix_ms: u64,
    pub(super) data_root: B256,
    /// Of its first entry.
    pub(super) locator_hash: B256,
    pub(super) entries: u64,
    pub(super) first_sequence: u64,
    pub(super) last_sequence: u64,
    pub(super) flaw: Option<Flaw>,
}

impl EpochRecord {
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        write_name(bytes, &self.stream);
        for number in [self.first_unix_ms, self.epoch.len() as u64] {
            write_number(bytes, number);
        }
        write_name(bytes, &self.epoch);
        for number in [self.last_unix_ms, self.observed_unix_ms] {
            write_number(bytes, number);
        }
        bytes.extend_from_slice(self.data_root.as_slice());
        bytes.extend_from_slice(self.locator_hash.as_slice());
        for number in [self.entries, self.first_sequence, self.last_sequence] {
            write_number(bytes, number);
        }
        if let Some(flaw) = &self.flaw {
            flaw.write(bytes);
        }
    }

    pub(super) fn read(record: &[u8]) -> Self {
        let mut fields = Fields(record);
        let (stream, first_unix_ms, _length) = (fields.name(), fields.number(), fields.number());
        Self {
            stream,
            first_unix_ms,
            epoch: fields.name(),
            last_unix_ms: fields.number(),
            observed_unix_ms: fields.number(),
            data_root: fields.hash(),
            locator_hash: fields.hash(),
            entries: fields.number(),
            first_sequence: fields.number(),
            last_sequence: fields.number(),
            flaw: Flaw::read(fields.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_as_they_were_written() {
        let entry = Entry {
            stream: "s".into(),
            epoch: "e".into(),
            sequence: 1 << 60,
            unix_ms: 5,
            chunk_hash: B256::ZERO,
            locator: "l".into(),
        };
        let position = Position { file: 3, line: 1 << 39 };
        let mut bytes = Vec::new();
        write_entry(&mut bytes, &entry, position);
        let found = EntryRecord::read(&bytes);
        assert_eq!((found.names, found.sequence), (&b"s\0e\0"[..], 1 << 60));
        assert_eq!((found.position, found.unix_ms), (position, 5));
        assert_eq!((found.leaf, found.locator), (entry.leaf(), &b"l"[..]));

        let mut epoch = EpochRecord {
            stream: "s".to_owned(),
            first_unix_ms: 1,
            epoch: "é".to_owned(),
            last_unix_ms: 2,
            observed_unix_ms: 3,
            data_root: B256::repeat_byte(1),
            locator_hash: B256::repeat_byte(2),
            entries: 3,
            first_sequence: 4,
            last_sequence: 5,
            flaw: None,
        };
        let other = Position { file: 0, line: 1 };
        for flaw in [
            None,
            Some(Flaw::Conflict { sequence: 1 << 60, positions: [position, other] }),
            Some(Flaw::Broken { position, reason: "é".to_owned() }),
            Some(Flaw::Again { entries: 1 << 60 }),
        ] {
            epoch.flaw = flaw;
            bytes.clear();
            epoch.write(&mut bytes);
            assert_eq!(EpochRecord::read(&bytes), epoch);
        }
    }
}
