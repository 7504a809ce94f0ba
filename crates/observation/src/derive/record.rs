//! What is sorted: entries by epoch and place, epochs by stream and time.

use std::hash::{DefaultHasher, Hasher as _};

use alloy_primitives::B256;

use crate::{archive::Position, entry::Entry};

/// Bits of a line's number beside the file's, 24 for the latter.
const LINE_BITS: u32 = 40;
/// Bytes of the hash of an entry's names.
const HASH: usize = 8;

/// An entry, as far as its epoch's header needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EntryRecord<'a> {
    /// `stream ‖ 0 ‖ epoch ‖ 0`. Neither holds a NUL. Before them is a hash of them, which sorts faster.
    pub(super) names: &'a [u8],
    pub(super) sequence: u64,
    pub(super) leaf: B256,
    pub(super) position: Position,
    pub(super) unix_ms: u64,
    pub(super) locator: &'a [u8],
}

/// Appends an entry's record.
pub(super) fn write_entry(bytes: &mut Vec<u8>, entry: &Entry<'_>, position: Position) {
    let start = bytes.len();
    bytes.extend_from_slice(&[0; HASH]);
    write_name(bytes, &entry.stream);
    write_name(bytes, &entry.epoch);
    let mut hasher = DefaultHasher::new();
    hasher.write(&bytes[start + HASH..]);
    bytes[start..start + HASH].copy_from_slice(&hasher.finish().to_be_bytes());
    bytes.extend_from_slice(&entry.sequence.to_be_bytes());
    bytes.extend_from_slice(entry.leaf().as_slice());
    let position = u64::from(position.file) << LINE_BITS | position.line;
    bytes.extend_from_slice(&position.to_be_bytes());
    bytes.extend_from_slice(&entry.unix_ms.to_be_bytes());
    bytes.extend_from_slice(entry.locator.as_bytes());
}

fn write_name(bytes: &mut Vec<u8>, name: &str) {
    bytes.extend_from_slice(name.as_bytes());
    bytes.push(0);
}

impl<'a> EntryRecord<'a> {
    /// Reads what [`write_entry`] wrote.
    pub(super) fn read(record: &'a [u8]) -> Self {
        let record = &record[HASH..];
        let names_end = memchr::memchr_iter(0, record).nth(1).map_or(record.len(), |end| end + 1);
        let (names, tail) = record.split_at(names_end);
        let mut tail = Fields(tail);
        let (sequence, leaf) = (tail.number(), tail.hash());
        let position = tail.number();
        let file = u32::try_from(position >> LINE_BITS).unwrap_or(u32::MAX);
        let position = Position { file, line: position & ((1 << LINE_BITS) - 1) };
        Self { names, sequence, leaf, position, unix_ms: tail.number(), locator: tail.0 }
    }
}

/// An epoch, as far as its header needs it. Records are sorted by stream, first time and epoch, of which a shorter
/// name comes before a longer one: 9 before 10.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EpochRecord {
    pub(super) stream: String,
    /// The time of the entry with the least sequence.
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
}

impl EpochRecord {
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        write_name(bytes, &self.stream);
        for number in [self.first_unix_ms, self.epoch.len() as u64] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        write_name(bytes, &self.epoch);
        for number in [self.last_unix_ms, self.observed_unix_ms] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(self.data_root.as_slice());
        bytes.extend_from_slice(self.locator_hash.as_slice());
        for number in [self.entries, self.first_sequence, self.last_sequence] {
            bytes.extend_from_slice(&number.to_be_bytes());
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
        }
    }
}

/// Takes fields from the front of a record that this process wrote.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl Fields<'_> {
    fn number(&mut self) -> u64 {
        let (number, rest) = self.0.split_at(8);
        self.0 = rest;
        number.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn hash(&mut self) -> B256 {
        let (hash, rest) = self.0.split_at(32);
        self.0 = rest;
        B256::from_slice(hash)
    }

    pub(super) fn name(&mut self) -> String {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len() - 1);
        let name = String::from_utf8_lossy(&self.0[..end]).into_owned();
        self.0 = &self.0[end + 1..];
        name
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

        let epoch = EpochRecord {
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
        };
        bytes.clear();
        epoch.write(&mut bytes);
        assert_eq!(EpochRecord::read(&bytes), epoch);
    }
}
