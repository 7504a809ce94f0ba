//! What is read from the running chain and its host. Each kind is polled at its own pace.

pub(super) mod engine;
mod exposition;
pub(super) mod l1;
pub(super) mod node;
pub(super) mod programs;
pub(super) mod units;
