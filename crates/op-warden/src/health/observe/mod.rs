//! Reads of the host that the watched services run on.

pub mod units;
