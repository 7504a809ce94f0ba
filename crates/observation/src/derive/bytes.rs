//! Fields of a record, as bytes that are sorted as the fields are.

use alloy_primitives::B256;

use crate::archive::Position;

/// Bits of a line's number beside the file's, 24 for the latter.
const LINE_BITS: u32 = 40;

pub(super) fn write_name(bytes: &mut Vec<u8>, name: &str) {
    bytes.extend_from_slice(name.as_bytes());
    bytes.push(0);
}

pub(super) fn write_number(bytes: &mut Vec<u8>, number: u64) {
    bytes.extend_from_slice(&number.to_be_bytes());
}

pub(super) fn write_position(bytes: &mut Vec<u8>, Position { file, line }: Position) {
    write_number(bytes, u64::from(file) << LINE_BITS | line);
}

/// Takes fields from the front of a record that this process wrote.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl Fields<'_> {
    pub(super) fn number(&mut self) -> u64 {
        let (number, rest) = self.0.split_at(8);
        self.0 = rest;
        number.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    pub(super) fn position(&mut self) -> Position {
        let packed = self.number();
        let file = u32::try_from(packed >> LINE_BITS).unwrap_or(u32::MAX);
        Position { file, line: packed & ((1 << LINE_BITS) - 1) }
    }

    pub(super) fn hash(&mut self) -> B256 {
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
