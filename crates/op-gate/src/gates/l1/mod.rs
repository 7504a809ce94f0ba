//! The L1 that the chain settles on, and its contracts there.

pub(crate) mod agreement;
pub(crate) mod beacon;
pub(crate) mod contracts;
pub(crate) mod head;
pub(crate) mod proofs;
pub(crate) mod rate_limit;
