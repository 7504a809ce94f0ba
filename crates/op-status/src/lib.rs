//! What is known of the running chain, and how it is told.
//!
//! A [`condition`] is what has to hold, with its alert and its [`runbook`]. The [`status`] document holds
//! them and every figure; [`metrics`] renders it for Prometheus, [`page`] for people. op-health fills it in.

pub mod condition;
pub mod metrics;
pub mod page;
pub mod runbook;
pub mod status;
