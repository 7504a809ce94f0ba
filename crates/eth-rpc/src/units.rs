//! Amounts as people read and write them.

use alloy_primitives::{
    U256,
    utils::{ParseUnits, format_ether, parse_units},
};

/// Reads ETH as a command line has them, into wei.
///
/// Errors: where it is no number, below zero, or has more digits than wei has: nothing is rounded.
pub fn parse_ether(text: &str) -> Result<U256, String> {
    const DECIMALS: usize = 18;
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
    match parse_units(text, "ether").map_err(|error| error.to_string())? {
        ParseUnits::U256(wei) if !text.is_empty() && fraction.len() <= DECIMALS => Ok(wei),
        _ => Err(format!("a number of ETH, not below zero, with {DECIMALS} decimals at most")),
    }
}

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
    fn ether_is_read_exactly_and_never_below_zero() {
        assert_eq!(parse_ether("0.5"), Ok(U256::from(5 * 10_u64.pow(17))));
        assert_eq!(parse_ether("0"), Ok(U256::ZERO));
        for wrong in ["", "-1", "-0.1", "one", "0.0000000000000000001"] {
            assert!(parse_ether(wrong).is_err(), "{wrong}");
        }
    }

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
