//! Whole numbers as fractions, and back.

/// A whole number for Prometheus, charts and rates; rounded above 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "rounding is what is meant")]
#[must_use]
pub const fn float(value: u64) -> f64 {
    value as f64
}

/// The whole part; nothing below zero.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
#[must_use]
pub const fn whole(value: f64) -> u64 {
    value as u64
}
