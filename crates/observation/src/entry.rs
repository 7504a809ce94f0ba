//! One entry of an archive, and its hash.

use std::borrow::Cow;

use alloy_primitives::{B256, hex, keccak256};

use crate::merkle;

/// The 32 bytes that an archive's text for a chunk's hash stands for: 64 hex digits, with or without `0x`, are
/// these bytes; of any other text it is `keccak256`.
#[must_use]
pub fn chunk_hash(text: &str) -> B256 {
    let mut hash = B256::ZERO;
    match hex::decode_to_slice(text, hash.as_mut_slice()) {
        Ok(()) => hash,
        Err(_) => keccak256(text),
    }
}

/// What an archive's line says of a chunk of media. Nothing else of the line is part of any hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    pub stream: Cow<'a, str>,
    pub epoch: Cow<'a, str>,
    /// Its place in the epoch.
    pub sequence: u64,
    /// When it was recorded: milliseconds since the Unix epoch.
    pub unix_ms: u64,
    pub chunk_hash: B256,
    /// Where the chunk can be found.
    pub locator: Cow<'a, str>,
}

impl Entry<'_> {
    /// The leaf of the epoch's tree: `keccak256(0x00 ‖ sequence ‖ unixMs ‖ chunkHash ‖ locator)`, numbers of
    /// eight bytes, the highest first. Stream and epoch are in the header.
    #[must_use]
    pub fn leaf(&self) -> B256 {
        merkle::leaf(&[
            &self.sequence.to_be_bytes(),
            &self.unix_ms.to_be_bytes(),
            self.chunk_hash.as_slice(),
            self.locator.as_bytes(),
        ])
    }
}
