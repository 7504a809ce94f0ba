//! The host's clock, and time that goes on evenly beside it.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A step of the time of day that is no mere correction, in seconds.
const STEP: f64 = 2.0;

/// Compares the time of day with the time that passes.
#[derive(Debug)]
pub(super) struct Clock {
    day: f64,
    passed: Instant,
}

/// What happened between two looks at the clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tick {
    /// Seconds since the Unix epoch, by the host's clock.
    pub(super) now: f64,
    /// Seconds that passed, whatever the clock says.
    pub(super) passed: f64,
    /// Seconds by which the clock was set, forward or back.
    pub(super) step: f64,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self { day: unix(), passed: Instant::now() }
    }

    /// The time since the last look.
    pub(super) fn tick(&mut self) -> Tick {
        let next = Self::start();
        let tick = self.until(&next);
        *self = next;
        tick
    }

    fn until(&self, next: &Self) -> Tick {
        let passed = next.passed.duration_since(self.passed).as_secs_f64();
        let step = next.day - self.day - passed;
        let step = if step.abs() > STEP { step } else { 0.0 };
        Tick { now: next.day, passed, step }
    }
}

fn unix() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_that_is_set_does_not_stop_time() {
        let begin = Clock { day: 1_000.0, passed: Instant::now() };
        for (day, passed, step) in
            [(1_002.0, 2, 0.0), (1_003.5, 2, 0.0), (4_602.0, 2, 3_600.0), (402.0, 2, -600.0)]
        {
            let next = Clock { day, passed: begin.passed + Duration::from_secs(passed) };
            assert_eq!(begin.until(&next), Tick { now: day, passed: 2.0, step });
        }
    }
}
