//! The proposer can put down the bond that each game demands, and pay for gas.

use eth_rpc::units::ether;

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
    vec![with(&game.bond, GATE, "the bond of a game", &on_chain, |&bond| {
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
                     (IncorrectBondAmount), and each bond comes back only when its game is \
                     resolved. The factory's owner can set another bond with \
                     setInitBond({game_type}, …)."
                ),
            )
        })
    })]
}
