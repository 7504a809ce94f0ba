//! When the next poll of a kind is due.

use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval};

/// Never due while the last poll is under way.
pub(super) struct Pace {
    ticks: Interval,
    busy: bool,
}

impl Pace {
    pub(super) fn of(pause: Duration) -> Self {
        let mut ticks = interval(pause);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { ticks, busy: false }
    }

    pub(super) async fn due(&mut self) {
        if self.busy {
            std::future::pending::<()>().await;
        }
        self.ticks.tick().await;
        self.busy = true;
    }

    pub(super) const fn done(&mut self) {
        self.busy = false;
    }
}
