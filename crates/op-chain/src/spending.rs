//! How fast an account is used up.

use alloy_primitives::U256;

/// Less time says nothing about a rate, in seconds.
pub const SHORT: u64 = 300;
/// Seconds an hour.
const HOUR: u64 = 3_600;

/// Wei an hour, from balances with their times in seconds, the oldest first, which must be `needed` seconds
/// apart at least: a service that pays once in that time has no rate yet.
///
/// What came in is left out, and so is a drop that took most of the account at once and is more than the
/// service pays: it was sent away, and the balance itself shows it. `None` while too little is known.
#[must_use]
pub fn an_hour(balances: &[(u64, U256)], needed: u64) -> Option<U256> {
    let ((first, _), (last, _)) = (balances.first()?, balances.last()?);
    let seconds = last.checked_sub(*first).filter(|&seconds| seconds >= needed.max(SHORT))?;
    let drops = || {
        let pairs = balances.windows(2).map(|pair| (pair[0].1, pair[1].1));
        pairs.filter(|(before, after)| after < before)
    };
    let is_small = |(before, after): &(U256, U256)| *after >= *before / U256::from(2);
    let drop = |(before, after): (U256, U256)| before - after;
    // A bond is as large as the one before it, also where it is the last that can be paid.
    let usual = drops().filter(is_small).map(drop).max().unwrap_or_default();
    let is_paid = |pair: &(U256, U256)| is_small(pair) || drop(*pair) <= usual * U256::from(2);
    let spent: U256 = drops().filter(is_paid).map(drop).sum();
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
        an_hour(&balances, 0).map(|rate| rate.to())
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
    fn the_last_bonds_are_spent_too() {
        let bonds = [(0, 320), (900, 240), (1_800, 160), (2_700, 80), (3_600, 0)];
        assert_eq!(rate(&bonds), Some(320));
    }

    #[test]
    fn one_payment_is_no_rate_before_the_next_could_come() {
        let balances = [(0, U256::from(1_000)), (60, U256::from(900)), (599, U256::from(900))];
        assert_eq!(an_hour(&balances, 600), None);
        let balances = [balances[0], balances[1], (600, U256::from(900))];
        assert_eq!(an_hour(&balances, 600), Some(U256::from(600)));
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
