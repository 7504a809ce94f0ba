//! Proofs over whole chains.

pub mod heads;
