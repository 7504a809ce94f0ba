//! The host's clock while the facts are gathered.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What the host's clock did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Seconds since the Unix epoch when the facts were gathered.
    pub now: u64,
    /// Milliseconds by which the time of day moved more than the time that passed.
    pub jump: i64,
}

/// A moment by the two clocks of the host.
pub(super) struct Moment {
    day: SystemTime,
    passed: Instant,
}

impl Moment {
    pub(super) fn now() -> Self {
        Self { day: SystemTime::now(), passed: Instant::now() }
    }

    /// What the clock did between the two moments.
    pub(super) fn until(&self, end: &Self) -> Clock {
        let since = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let (begin, now) = (since(self.day), since(end.day));
        let passed = end.passed.duration_since(self.passed);
        let millis = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Clock {
            now: now.as_secs(),
            jump: millis(now).saturating_sub(millis(begin)).saturating_sub(millis(passed)),
        }
    }
}

/// Seconds since the Unix epoch by the host's clock.
pub(super) fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_has_jumped() {
        let begin = Moment { day: UNIX_EPOCH + Duration::from_secs(1_000), passed: Instant::now() };
        for (day, passed, jump) in [
            (1_000_000, 0, 0),
            (1_002_500, 2_500, 0),
            (1_010_000, 2_000, 8_000),
            (990_000, 2_000, -12_000),
        ] {
            let end = Moment {
                day: UNIX_EPOCH + Duration::from_millis(day),
                passed: begin.passed + Duration::from_millis(passed),
            };
            assert_eq!(begin.until(&end), Clock { now: day / 1_000, jump }, "{day} {passed}");
        }
    }
}
