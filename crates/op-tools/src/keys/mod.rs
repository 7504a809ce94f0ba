//! Keys of roles and nodes: fresh ones, written encrypted, and what of them is public.
//!
//! * [`recipient`]: encrypted for age recipients, as agenix reads it
//! * [`sops`]: encrypted by the `sops` program, by the creation rules of the repository
//! * [`file`]: a new file, whole or not at all, never over another

pub mod file;
pub mod recipient;
pub mod sops;

use alloy_primitives::Address;
use eth_rpc::key::SecretKey;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

/// The recipient of `secrets/throw-away.age`, an identity that is published with the project.
pub const THROW_AWAY: &str = "age157u65ugzmkxw9nd0dqhrev76j574x9e539dga8ezml4vsnapz40sqmakh0";

/// What everybody may know of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The account of a role that sends transactions or signs blocks.
    #[serde(serialize_with = "checksummed")]
    pub address: Address,
    /// The node, for a key that is a P2P identity: what follows `/p2p/` in a multiaddr.
    pub peer_id: String,
    /// The node's engine: what follows `enode://`.
    pub enode_id: String,
}

impl From<&SecretKey> for Identity {
    fn from(key: &SecretKey) -> Self {
        Self { address: key.address(), peer_id: key.peer_id(), enode_id: key.enode_id() }
    }
}

/// As wallets and block explorers show it.
fn checksummed<S: Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(address)
}

/// What a key file holds: 64 hex digits and a newline.
#[must_use]
pub fn content(key: &SecretKey) -> Zeroizing<Vec<u8>> {
    // One allocation: growing would leave a copy that nothing zeroes.
    let mut content = Zeroizing::new(Vec::with_capacity(65));
    content.extend_from_slice(key.to_hex().as_bytes());
    content.push(b'\n');
    content
}
