//! Whole numbers and those of Prometheus and charts.

/// Rounded above 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "rounding is what is meant")]
pub(super) const fn float(value: u64) -> f64 {
    value as f64
}

/// The whole part; nothing below zero.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
pub(super) const fn whole(value: f64) -> u64 {
    value as u64
}
