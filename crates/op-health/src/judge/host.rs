//! The host's clock.

use crate::{figures::clock, watch::Watch};
use op_status::condition::{Condition, Name, State};

/// op-node takes no block that is further in its future; a correction of less is common.
const SKEW: f64 = 5.0;

pub(super) fn judge(watch: &Watch) -> Vec<Condition> {
    const MEND: &str =
        "The sequencer makes blocks by this clock: see timedatectl, and set it by NTP.";
    let skew = clock::skew(watch);
    let expected = format!("right to {SKEW:.0} s");
    let found = if skew == 0.0 { "no error is seen".to_owned() } else { format!("{skew:+.0} s") };
    let clock = Condition::holds(Name::Clock, "host", expected, found);
    vec![clock.unless(skew.abs() <= SKEW, State::Failed, MEND)]
}
