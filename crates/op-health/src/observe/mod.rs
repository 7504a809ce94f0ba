//! What is read from the running chain and its host. Each kind is polled at its own pace.

pub(crate) mod control;
pub(crate) mod engine;
mod exposition;
pub(crate) mod games;
pub(crate) mod l1;
pub(crate) mod node;
mod pool;
pub(crate) mod programs;
pub(crate) mod units;
pub(crate) mod withdrawals;
