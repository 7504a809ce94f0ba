//! What is read from the running chain and its host, each kind once, in as few requests as can be.
//!
//! [`engine`] and [`node`] ask a node, [`l1`] asks L1 ([`games`], [`withdrawals`], [`control`] of the contracts),
//! [`programs`] and [`units`] this host. Nothing here waits, remembers or judges: that is op-health's.

pub mod control;
pub mod engine;
mod exposition;
pub mod games;
pub mod l1;
pub mod node;
mod pool;
pub mod programs;
pub mod units;
pub mod withdrawals;
