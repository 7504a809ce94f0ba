//! op-node and its engine: P2P, admin API, shared secret.

pub(crate) mod jwt;
pub(crate) mod node;
pub(crate) mod peers;
