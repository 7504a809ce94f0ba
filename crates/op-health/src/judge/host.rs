//! The host's clock.

use crate::judge::Verdict;
use crate::{
    condition::{Name, State},
    watch::Watch,
};

/// Blocks are refused beyond a few seconds; a correction of less is common.
const SKEW: f64 = 10.0;

pub(super) fn judge(watch: &Watch) -> Vec<Verdict> {
    let skew = watch.skew();
    let verdict = Verdict::holds(
        Name::Clock,
        "host",
        format!("right to {SKEW:.0} s"),
        if skew == 0.0 { "no error is seen".to_owned() } else { format!("{skew:+.0} s") },
    );
    vec![verdict.unless(
        skew.abs() <= SKEW,
        State::Failed,
        "The sequencer makes blocks by this clock: see timedatectl, and set it by NTP.",
    )]
}
