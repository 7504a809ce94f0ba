//! The L1s that everybody can send transactions to.

/// Mainnet, Sepolia, Holesky, Hoodi.
const PUBLIC: [u64; 4] = [1, 11_155_111, 17_000, 560_048];

pub(crate) fn is_public(l1_chain_id: u64) -> bool {
    PUBLIC.contains(&l1_chain_id)
}
