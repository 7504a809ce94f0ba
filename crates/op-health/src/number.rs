//! Whole numbers and those of Prometheus and charts.

/// A whole number for Prometheus, charts and rates; rounded above 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "rounding is what is meant")]
pub(crate) const fn float(value: u64) -> f64 {
    value as f64
}

/// The whole part; nothing below zero.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
pub(crate) const fn whole(value: f64) -> u64 {
    value as u64
}

/// By how much a counter has grown. One that has fallen counts from nothing again, in a new process;
/// what was counted before the first look is not known.
pub(crate) fn increase(before: Option<f64>, now: f64) -> f64 {
    before.map_or(0.0, |before| if now < before { now } else { now - before })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_goes_on_in_a_new_process() {
        for (before, now, grown) in [
            (None, 3.0, 0.0),
            (Some(0.0), 0.0, 0.0),
            (Some(0.0), 2.0, 2.0),
            (Some(3.0), 0.0, 0.0),
            (Some(3.0), 1.0, 1.0),
        ] {
            assert!((increase(before, now) - grown).abs() < f64::EPSILON, "{before:?} to {now}");
        }
    }
}
