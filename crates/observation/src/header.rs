//! The header of an observation and its two hashes.

use alloy_primitives::{B256, keccak256};
use alloy_sol_types::SolValue;

pub use crate::contracts::EveryChannelObservationLedger::ObservationHeader;

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
