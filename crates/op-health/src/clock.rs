//! The host's clock, and time that goes on evenly beside it.

use std::time::Instant;

use op_util::time::since_epoch;

/// A step of the time of day that is no mere correction, in seconds.
const STEP: f64 = 2.0;

/// Compares the time of day with the time that passes.
#[derive(Debug)]
pub(crate) struct Clock {
    day: f64,
    passed: Instant,
}

/// What happened between two looks at the clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Tick {
    /// Seconds since the Unix epoch, by the host's clock.
    pub(crate) now: f64,
    /// Seconds that passed, whatever the clock says.
    pub(crate) passed: f64,
    /// Seconds by which the clock was set, forward or back.
    pub(crate) step: f64,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { day: since_epoch().as_secs_f64(), passed: Instant::now() }
    }

    pub(crate) fn tick(&mut self) -> Tick {
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
