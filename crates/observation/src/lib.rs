//! Observation consensus: what witnesses derive from a broadcast's archive, and agree on.
//!
//! * [`header`]: an observation's header and its two hashes
//!
//! The contracts are in `contracts/`.

pub mod header;
