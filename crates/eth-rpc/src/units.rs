//! Amounts as people read them.

use alloy_primitives::{U256, utils::format_ether};

/// Wei as a number of ETH to the sixth decimal, never rounded to nothing: `0.1`, `under 0.000001`.
#[must_use]
pub fn ether(wei: U256) -> String {
    let exact = format_ether(wei);
    let (whole, fraction) = exact.split_once('.').unwrap_or((&exact, ""));
    match (whole, fraction.get(..6).unwrap_or(fraction).trim_end_matches('0')) {
        ("0", "") if !wei.is_zero() => "under 0.000001".to_owned(),
        (whole, "") => whole.to_owned(),
        (whole, shown) => format!("{whole}.{shown}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ether_is_short_and_never_rounded_to_nothing() {
        for (wei, shown) in [
            (0_u64, "0"),
            (1, "under 0.000001"),
            (1_000_000_000_000, "0.000001"),
            (100_000_000_000_000_000, "0.1"),
            (99_999_999_999_999_999, "0.099999"),
            (10_000_000_000_000_000_000, "10"),
        ] {
            assert_eq!(ether(U256::from(wei)), shown);
        }
        assert!(ether(U256::MAX).starts_with("1157920892373161954235709850086879078532"));
    }
}
