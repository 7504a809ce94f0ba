//! The proposer can put down the bond that each game demands, and pay for gas.

use alloy_primitives::U256;
use eth_rpc::units::ether;
use op_util::text::span;

use crate::command::duration;
use crate::finding::{Comparison, Finding, with};
use crate::{config::Service, gate::Gate, gates::keys::no_key::no_key, read::Facts};

const GATE: Gate = Gate::Bond;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
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
    let l1 = &facts.l1.endpoint;
    let on_chain = format!(
        "DisputeGameFactory.initBonds({game_type}) at {} on {l1}",
        facts.config.chain.dispute_game_factory
    );
    let source = format!("eth_getBalance of {account} on {l1}");
    let gas = service.min_balance.unwrap_or_default();
    let one = with(&game.bond, GATE, "the bond of a game", &on_chain, |&bond| {
        let needed = bond.saturating_add(gas);
        let expected = format!(
            "at least {} ETH: {} of bond, {} for gas",
            ether(needed),
            ether(bond),
            ether(gas)
        );
        with(balance, GATE, &expected, &source, |&balance| {
            Comparison::new(
                GATE,
                (&expected, &on_chain),
                (format!("{} ETH", ether(balance)), &source),
            )
            .wait_unless(
                balance >= needed,
                format!(
                    "Send ETH on L1 to {account}: a game that is made without the bond fails \
                     (IncorrectBondAmount), and each bond comes back only when its game is final \
                     and somebody claims it (`op-warden bonds`). The factory's owner can set another bond with \
                     setInitBond({game_type}, …)."
                ),
            )
        })
    });
    let float = match (&game.bond, balance) {
        (Ok(bond), Ok(balance)) => float(service, facts, *bond, *balance, &source),
        _ => None,
    };
    std::iter::once(one).chain(float).collect()
}

/// Until the first bond is back, each further game needs another.
fn float(
    service: &Service,
    facts: &Facts,
    bond: U256,
    balance: U256,
    source: &str,
) -> Option<Finding> {
    let cycle = *facts.l1.bond_cycles.get(&service.game_type?)?;
    let interval = duration(service.command.as_ref()?.value("proposal-interval")?)?.as_secs();
    let away = U256::from(cycle.div_ceil(interval.max(1)));
    // Those that were made are paid for.
    let made = facts.l1.contracts.games.as_ref().ok()?;
    let needed = bond.saturating_mul(away.saturating_sub(*made).max(U256::ONE));
    let expected = format!(
        "at least {} ETH until the first bond is back: {away} bonds are away at a time, {} ETH \
         (each for {}, a game every {})",
        ether(needed),
        ether(bond.saturating_mul(away)),
        span(cycle),
        span(interval)
    );
    let found = format!("{} ETH", ether(balance));
    Some(
        Comparison::new(
            GATE,
            (expected, "delays of L1's contracts, --proposal-interval"),
            (found, source),
        )
        .warn_unless(
            balance >= needed,
            "The proposer will be out of ETH before the first bond is back: send more, or \
                 propose less often (--proposal-interval; on NixOS proposer.interval).",
        ),
    )
}
