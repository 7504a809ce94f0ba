//! The health of the running chain.

pub mod condition;
pub mod metrics;
pub mod status;
