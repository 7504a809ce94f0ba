//! The host's clock while the facts are gathered.

use std::time::{Duration, Instant};

use op_util::time::since_epoch;

/// What the host's clock did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Seconds since the Unix epoch when the facts were gathered.
    pub now: u64,
    /// Milliseconds by which the time of day moved more than the time that passed.
    pub jump: i64,
}

/// The two clocks of the host at one moment.
pub(super) struct Clocks {
    /// Since the Unix epoch.
    wall: Duration,
    monotonic: Instant,
}

impl Clocks {
    pub(super) fn now() -> Self {
        Self { wall: since_epoch(), monotonic: Instant::now() }
    }

    pub(super) fn until(&self, end: &Self) -> Clock {
        let (begin, now) = (self.wall, end.wall);
        let passed = end.monotonic.duration_since(self.monotonic);
        let millis = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Clock {
            now: now.as_secs(),
            jump: millis(now).saturating_sub(millis(begin)).saturating_sub(millis(passed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_has_jumped() {
        let begin = Clocks { wall: Duration::from_secs(1_000), monotonic: Instant::now() };
        for (wall, passed, jump) in [
            (1_000_000, 0, 0),
            (1_002_500, 2_500, 0),
            (1_010_000, 2_000, 8_000),
            (990_000, 2_000, -12_000),
        ] {
            let end = Clocks {
                wall: Duration::from_millis(wall),
                monotonic: begin.monotonic + Duration::from_millis(passed),
            };
            assert_eq!(begin.until(&end), Clock { now: wall / 1_000, jump }, "{wall} {passed}");
        }
    }
}
