//! Whether everybody can send transactions to an L1.

use crate::config::L1;

/// What private L1s use: an OP Stack devnet, geth's `--dev`, anvil and Hardhat, Kurtosis.
const PRIVATE: [u64; 4] = [900, 1337, 31337, 3_151_908];

/// An L1 is public unless the operator says that it is not, or its id is one that no public chain has.
pub(crate) fn is_public(l1: &L1, chain_id: u64) -> bool {
    !l1.private && !PRIVATE.contains(&chain_id)
}
