//! The host's clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds since the Unix epoch by the host's clock.
#[must_use]
pub fn unix_now() -> u64 {
    since_epoch().as_secs()
}

/// The time since the Unix epoch by the host's clock; nothing for a clock that is set before it.
#[must_use]
pub fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
