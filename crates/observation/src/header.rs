//! The header of an observation, as the contracts define it.

use alloy_primitives::{B256, keccak256};
use alloy_sol_types::{SolValue, sol};

sol! {
    /// What a witness derived from one epoch of one stream. The data stays off chain.
    #[derive(Debug, PartialEq, Eq)]
    struct ObservationHeader {
        /// Which stream.
        bytes32 streamHash;
        /// Which epoch of it.
        bytes32 epochHash;
        /// The stream's observation before this one; zero of its first one.
        bytes32 parentObservationHash;
        /// Merkle root over the epoch's entries.
        bytes32 dataRoot;
        /// Where the data can be found.
        bytes32 locatorHash;
        /// When it was observed: milliseconds since the Unix epoch.
        uint64 observedUnixMs;
        /// Its place in the stream, from zero on.
        uint64 sequence;
    }
}

impl ObservationHeader {
    /// What witnesses attest to: `keccak256(abi.encode(header))`, of seven words.
    #[must_use]
    pub fn observation_hash(&self) -> B256 {
        keccak256(self.abi_encode())
    }

    /// What is finalised once: `keccak256(abi.encode(streamHash, epochHash))`.
    #[must_use]
    pub fn slot(&self) -> B256 {
        keccak256((self.streamHash, self.epochHash).abi_encode())
    }
}
