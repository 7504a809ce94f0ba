//! What users pay for their data on L1: the scalars of `SystemConfig`, as Ecotone reads them.

use alloy_primitives::B256;

/// Weights of L1's two base fees in the price of a byte, with six decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeScalars {
    /// Of the base fee.
    pub base: u32,
    /// Of the blob base fee.
    pub blob: u32,
}

impl FeeScalars {
    /// For batches in blobs: what op-deployer v0.7.1 deploys (`standard/standard.go`).
    pub const BLOBS: Self = Self { base: 1368, blob: 801_949 };
    /// For batches in calldata: Bedrock's 684,000, times the 10/4 that a byte costs more since Pectra
    /// (EIP-7623; docs chain-operators, "Using blobs" and "Pectra fees").
    pub const CALLDATA: Self = Self { base: 1_710_000, blob: 0 };

    /// Reads the packed word. Before version 1 it was a number, of which op-node takes the last four bytes
    /// (op-service `eth/types.go`, `DecodeScalar`).
    #[must_use]
    pub fn unpack(word: B256) -> Self {
        let number = |at: usize| {
            let mut bytes = [0; 4];
            bytes.copy_from_slice(&word[at..at + 4]);
            u32::from_be_bytes(bytes)
        };
        Self { base: number(28), blob: if word[0] == 1 { number(24) } else { 0 } }
    }

    /// The packed word, of version 1.
    #[must_use]
    pub fn pack(self) -> B256 {
        let mut word = B256::ZERO;
        word[0] = 1;
        word[24..28].copy_from_slice(&self.blob.to_be_bytes());
        word[28..].copy_from_slice(&self.base.to_be_bytes());
        word
    }

    /// L1 gas that users pay for a compressed byte (Fjord: 16 gas, weighted).
    #[must_use]
    pub fn gas_a_byte(self) -> f64 {
        f64::from(self.base) * 16.0 / 1e6
    }

    /// Blob gas that users pay for a compressed byte.
    #[must_use]
    pub fn blob_gas_a_byte(self) -> f64 {
        f64::from(self.blob) / 1e6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_op_deployer_is_read_and_written() {
        let mut word = B256::ZERO;
        word[0] = 1;
        word[24..].copy_from_slice(&[0x00, 0x0c, 0x3c, 0x9d, 0, 0, 0x05, 0x58]);
        assert_eq!(FeeScalars::unpack(word), FeeScalars::BLOBS);
        assert_eq!(FeeScalars::BLOBS.pack(), word);
        assert!((FeeScalars::BLOBS.gas_a_byte() - 0.0219).abs() < 1e-4);
        assert!((FeeScalars::CALLDATA.gas_a_byte() - 27.36).abs() < 1e-9);
        word[0] = 0;
        assert_eq!(FeeScalars::unpack(word), FeeScalars { base: 1368, blob: 0 });
    }
}
