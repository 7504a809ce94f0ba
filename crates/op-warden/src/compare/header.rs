//! A block's hash, recomputed from its header.

use alloy_consensus::Header;
use alloy_primitives::B256;
use serde_json::value::RawValue;

/// Checks that a block as a node writes it has the hash that it claims.
pub fn verify(block: &RawValue, claimed: B256) -> Result<(), String> {
    let header: Header = serde_json::from_str(block.get())
        .map_err(|error| format!("the header cannot be read: {error}"))?;
    let hash = header.hash_slow();
    if hash == claimed {
        return Ok(());
    }
    Err(format!(
        "the endpoint lies: it says that block {} is {claimed}, its header is {hash}",
        header.number
    ))
}
