//! The role's account can pay for its L1 transactions.

use alloy_primitives::{U256, utils::format_ether};

use super::{Finding, Gate, facts::Facts, finding::with, keys::no_key};
use crate::config::Service;

pub(super) fn balance(service: &Service, facts: &Facts) -> Vec<Finding> {
    const GATE: Gate = Gate::Funding;
    let (Some(least), Some((path, key))) = (service.min_balance, facts.key(service)) else {
        return Vec::new();
    };
    let account = match key {
        Ok(account) => account,
        Err(error) => return vec![no_key(GATE, None, "minBalance of the service", path, error)],
    };
    let source = format!("eth_getBalance of {account} on {}", facts.l1.shown);
    let expected = format!("at least {} ETH", ether(least));
    let Some(balance) = facts.l1.balances.get(account) else { return Vec::new() };
    let finding = with(balance, GATE, &expected, &source, |&balance| {
        Finding::compare(
            GATE,
            (&expected, "minBalance of the service"),
            (format!("{} ETH", ether(balance)), &source),
        )
        .wait_unless(balance >= least, format!("Send ETH on L1 to {account}."))
    });
    vec![finding]
}

/// Wei as ETH, without trailing zeros.
fn ether(wei: U256) -> String {
    format_ether(wei).trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ether_is_short_and_exact() {
        for (wei, shown) in [
            (0_u64, "0"),
            (1, "0.000000000000000001"),
            (100_000_000_000_000_000, "0.1"),
            (10_000_000_000_000_000_000, "10"),
        ] {
            assert_eq!(ether(U256::from(wei)), shown);
        }
    }
}
