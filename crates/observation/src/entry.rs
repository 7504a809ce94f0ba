//! One entry of an archive, and its hash.

use std::borrow::Cow;

use alloy_primitives::{B256, keccak256};

use crate::merkle;

/// What an archive's line says of a chunk of media. Nothing else of the line is part of any hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The stream's name.
    pub stream: Cow<'a, str>,
    /// The epoch's name.
    pub epoch: Cow<'a, str>,
    /// Its place in the epoch.
    pub sequence: u64,
    /// When it was recorded: milliseconds since the Unix epoch.
    pub unix_ms: u64,
    /// The chunk's hash, written as the archive writes it.
    pub chunk_hash: Cow<'a, str>,
    /// Where the chunk can be found.
    pub locator: Cow<'a, str>,
}

impl Entry<'_> {
    /// The hash of its locator.
    #[must_use]
    pub fn locator_hash(&self) -> B256 {
        keccak256(self.locator.as_bytes())
    }

    /// The leaf of the epoch's tree: `keccak256(0x00 ‖ sequence ‖ unixMs ‖ keccak256(locator) ‖ chunkHash)`,
    /// numbers of eight bytes, the highest first. Stream and epoch are in the header.
    #[must_use]
    pub fn leaf(&self, locator_hash: &B256) -> B256 {
        merkle::leaf(&[
            &self.sequence.to_be_bytes(),
            &self.unix_ms.to_be_bytes(),
            locator_hash.as_slice(),
            self.chunk_hash.as_bytes(),
        ])
    }
}
