//! The challenger claims the proposer's bonds as well as its own: nobody else does.

use std::str::FromStr as _;

use alloy_primitives::Address;

use super::game_type::{Access, access};
use crate::command::Command;
use crate::finding::{Comparison, Finding, with};
use crate::{config::Service, gate::Gate, gates::keys::no_key::no_key, read::Facts};

const GATE: Gate = Gate::BondClaimants;
const FLAG: &str = "additional-bond-claimants";

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    let game = service.game_type.and_then(|game_type| facts.l1.games.get(&game_type));
    if game.is_some_and(|game| matches!(game.bond, Ok(bond) if bond.is_zero())) {
        return vec![Finding::skip(GATE, "the factory asks for no bond")];
    }
    let services = facts.config.services.iter();
    let here: Vec<Finding> = services
        .filter(|(_, other)| is_proposer(other))
        .filter_map(|(name, proposer)| of_service(command, name, proposer, facts))
        .collect();
    if here.is_empty() { vec![elsewhere(command, service, facts)] } else { here }
}

fn is_proposer(service: &Service) -> bool {
    service.command.as_ref().is_some_and(|command| command.component == "op-proposer")
}

fn of_service(command: &Command, name: &str, proposer: &Service, facts: &Facts) -> Option<Finding> {
    let (path, key) = facts.key(proposer)?;
    let account = match key {
        Ok(account) => account,
        Err(error) => {
            return Some(no_key(GATE, None, format!("key of {name}").as_str(), path, error));
        }
    };
    let source = format!("key of {name} in {}", path.display());
    Some(compare(command, account, &source).refuse_unless(claims(command, account), mend(account)))
}

/// L1 names the only proposer of a permissioned chain; whether somebody else claims for it, nobody here knows.
fn elsewhere(command: &Command, service: &Service, facts: &Facts) -> Finding {
    let of_type = service.game_type.and_then(|game_type| facts.l1.games.get_key_value(&game_type));
    let Some((game_type, game)) =
        of_type.filter(|(game_type, _)| matches!(access(**game_type), Access::Roles))
    else {
        return Finding::skip(
            GATE,
            "no op-proposer with a key in this configuration, and L1 names none",
        );
    };
    let source = format!(
        "proposer of game type {game_type}, registered in {} on {}",
        facts.config.chain.dispute_game_factory, facts.l1.endpoint
    );
    let proposer = game.roles.clone().map(|roles| roles.proposer);
    with(&proposer, GATE, "the proposer's address", &source, |proposer| {
        compare(command, proposer, &source).warn_unless(claims(command, proposer), mend(proposer))
    })
}

fn compare(command: &Command, proposer: &Address, source: &str) -> Comparison {
    let claimants = command.list(FLAG);
    let found = if claimants.is_empty() { "nobody".to_owned() } else { claimants.join(", ") };
    Comparison::new(GATE, (proposer, source), (found, format!("--{FLAG} of {}", command.component)))
}

fn claims(command: &Command, proposer: &Address) -> bool {
    command.list(FLAG).iter().any(|given| Address::from_str(given).as_ref() == Ok(proposer))
}

fn mend(proposer: &Address) -> String {
    format!(
        "op-challenger claims the bonds of these addresses and its own, and nobody else claims any: each \
         game's bond would stay in DelayedWETH. Name {proposer} (on NixOS: chain.proposer). `op-warden bonds` \
         shows what lies there, and claims it."
    )
}
