//! The role's account can pay for its L1 transactions.

use alloy_primitives::{Address, U256, uint, utils::format_ether};

use crate::config::Service;
use crate::{
    Finding, Gate,
    finding::with,
    gates::keys::role::no_key,
    read::{Facts, Spending},
};

/// Less than this many hours to go on, and the operator should act today.
const SHORT: U256 = uint!(24_U256);

pub(crate) fn balance(service: &Service, facts: &Facts) -> Vec<Finding> {
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
        let runway = runway(balance, account, facts);
        let told = runway.map_or_else(String::new, |hours| {
            format!(", enough for {hours} h at the rate of late")
        });
        Finding::compare(
            GATE,
            (&expected, "minBalance of the service"),
            (format!("{} ETH{told}", ether(balance)), &source),
        )
        .warn_unless(
            runway.is_none_or(|hours| hours >= SHORT),
            format!("Send ETH on L1 to {account} soon: without it the service stops."),
        )
        .wait_unless(balance >= least, format!("Send ETH on L1 to {account}."))
    });
    vec![finding]
}

/// A proposer can also put down the bond that each game demands.
pub(crate) fn bond(service: &Service, facts: &Facts) -> Vec<Finding> {
    const GATE: Gate = Gate::Bond;
    let (Some((path, key)), Some(game_type)) = (facts.key(service), service.game_type) else {
        return Vec::new();
    };
    let account = match key {
        Ok(account) => account,
        Err(error) => return vec![no_key(GATE, None, "the bond of a game", path, error)],
    };
    let (Some(game), Some(balance)) =
        (facts.l1.games.get(&game_type), facts.l1.balances.get(account))
    else {
        return Vec::new();
    };
    let l1 = &facts.l1.shown;
    let on_chain = format!(
        "DisputeGameFactory.initBonds({game_type}) at {} on {l1}",
        facts.config.chain.dispute_game_factory
    );
    let source = format!("eth_getBalance of {account} on {l1}");
    let gas = service.min_balance.unwrap_or_default();
    let finding = with(&game.bond, GATE, "the bond of a game", &on_chain, |&bond| {
        let needed = bond.saturating_add(gas);
        let expected = format!(
            "at least {} ETH: {} of bond, {} for gas",
            ether(needed),
            ether(bond),
            ether(gas)
        );
        with(balance, GATE, &expected, &source, |&balance| {
            Finding::compare(GATE, (&expected, &on_chain), (format!("{} ETH", ether(balance)), &source))
                .wait_unless(
                    balance >= needed,
                    format!("Send ETH on L1 to {account}: a game that is made without the bond fails (IncorrectBondAmount), and each bond comes back only when its game is resolved. The factory's owner can set another bond with setInitBond({game_type}, …)."),
                )
        })
    });
    vec![finding]
}

/// Hours that the balance lasts at the rate of late; `None` while nothing was spent, or more came in.
fn runway(balance: U256, account: &Address, facts: &Facts) -> Option<U256> {
    let latest = facts.l1.latest.as_ref().ok()?.as_ref()?;
    let spending: &Spending = facts.l1.spending.get(account)?;
    spending.iter().find_map(|past| {
        let spent = past.balance.checked_sub(balance).filter(|spent| !spent.is_zero())?;
        let seconds = U256::from(latest.timestamp.to::<u64>().checked_sub(past.timestamp)?);
        balance.checked_mul(seconds)?.checked_div(spent.checked_mul(uint!(3600_U256))?)
    })
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
