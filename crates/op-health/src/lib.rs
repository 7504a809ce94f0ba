//! The health of the running chain.
//!
//! Data flows one way: [`observe`] reads nodes, L1 and programs; [`watch`] takes the news and keeps what
//! it knows, the lasting part in [`memory`]; [`judge`] tells from that which conditions hold; the
//! [`status`] document tells all of it, and [`metrics`] tells it to Prometheus.

mod clock;
pub mod condition;
mod judge;
mod known;
pub mod maintenance;
mod memory;
pub mod metrics;
mod number;
mod observe;
pub mod page;
mod plan;
mod report;
pub mod runbook;
pub mod serve;
pub mod status;
mod watch;
mod watcher;

pub use self::watcher::{WatchError, run};
