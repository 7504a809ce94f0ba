//! How fast an account is used up.

use alloy_primitives::U256;

/// Less time says nothing about a rate, in seconds.
const SHORT: u64 = 300;
/// Seconds an hour.
const HOUR: u64 = 3_600;

/// Wei an hour, from balances with their times in seconds, the oldest first.
///
/// What came in is left out, and so is a drop that took most of the account at once: no service spends
/// at that rate, and the balance itself shows it. `None` while too little is known.
#[must_use]
pub fn an_hour(balances: &[(u64, U256)]) -> Option<U256> {
    let ((first, _), (last, _)) = (balances.first()?, balances.last()?);
    let seconds = last.checked_sub(*first).filter(|&seconds| seconds >= SHORT)?;
    let spent: U256 = balances
        .windows(2)
        .map(|pair| (pair[0].1, pair[1].1))
        .filter(|(before, after)| *after >= *before / U256::from(2))
        .map(|(before, after)| before.saturating_sub(after))
        .sum();
    Some(spent.saturating_mul(U256::from(HOUR)) / U256::from(seconds))
}

/// Seconds that a balance lasts at that rate; `None` while nothing is spent.
#[must_use]
pub fn runway(balance: U256, an_hour: U256) -> Option<u64> {
    let seconds = balance.saturating_mul(U256::from(HOUR)).checked_div(an_hour)?;
    Some(seconds.saturating_to())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(balances: &[(u64, u64)]) -> Option<u64> {
        let balances: Vec<_> =
            balances.iter().map(|&(at, balance)| (at, U256::from(balance))).collect();
        an_hour(&balances).map(|rate| rate.to())
    }

    #[test]
    fn what_is_spent_counts_and_what_comes_in_does_not() {
        assert_eq!(rate(&[(0, 1_000), (3_600, 900)]), Some(100));
        assert_eq!(rate(&[(0, 1_000), (1_800, 900), (1_801, 5_000), (3_600, 4_900)]), Some(200));
        assert_eq!(rate(&[(0, 1_000), (3_600, 1_000)]), Some(0));
    }

    #[test]
    fn an_account_that_is_emptied_at_once_is_no_rate() {
        assert_eq!(rate(&[(0, 1_000), (1_800, 100), (3_600, 90)]), Some(10));
    }

    #[test]
    fn too_little_is_no_rate() {
        assert_eq!(rate(&[]), None);
        assert_eq!(rate(&[(0, 1_000)]), None);
        assert_eq!(rate(&[(0, 1_000), (299, 900)]), None);
        assert_eq!(rate(&[(3_600, 1_000), (0, 900)]), None);
    }

    #[test]
    fn a_balance_lasts_for_its_hours() {
        assert_eq!(runway(U256::from(500), U256::from(100)), Some(5 * HOUR));
        assert_eq!(runway(U256::from(500), U256::ZERO), None);
        assert_eq!(runway(U256::MAX, U256::from(1)), Some(u64::MAX));
    }
}
