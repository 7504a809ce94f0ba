//! The health of the running chain.

pub mod condition;
pub mod maintenance;
pub mod metrics;
pub mod observe;
pub mod status;
