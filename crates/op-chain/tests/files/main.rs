//! What op-chain reads of a chain's files: against the official programs, published hashes and rules
//! that are written out a second time.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod fuzz_corpus;
mod genesis;
mod mutations;
mod prestate;
mod properties;
mod registry;
