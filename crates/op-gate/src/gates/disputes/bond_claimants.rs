//! The challenger claims the proposer's bonds as well as its own: nobody else does.

use std::str::FromStr as _;

use alloy_primitives::Address;

use crate::command::Command;
use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, gates::keys::no_key::no_key, read::Facts};

const GATE: Gate = Gate::BondClaimants;
const FLAG: &str = "additional-bond-claimants";

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    let proposers: Vec<Finding> = facts
        .config
        .services
        .iter()
        .filter(|(_, other)| is_proposer(other))
        .filter_map(|(name, proposer)| compare(command, name, proposer, facts))
        .collect();
    if proposers.is_empty() {
        return vec![Finding::skip(GATE, "no op-proposer with a key in this configuration")];
    }
    proposers
}

fn is_proposer(service: &Service) -> bool {
    service.command.as_ref().is_some_and(|command| command.component == "op-proposer")
}

fn compare(command: &Command, name: &str, proposer: &Service, facts: &Facts) -> Option<Finding> {
    let (path, key) = facts.key(proposer)?;
    let claimants = command.list(FLAG);
    let account = match key {
        Ok(account) => account,
        Err(error) => {
            return Some(no_key(GATE, None, format!("key of {name}").as_str(), path, error));
        }
    };
    let claims = claimants.iter().any(|given| Address::from_str(given).as_ref() == Ok(account));
    let found = if claimants.is_empty() { "nobody".to_owned() } else { claimants.join(", ") };
    let comparison = Comparison::new(
        GATE,
        (account, format!("key of {name} in {}", path.display())),
        (found, format!("--{FLAG} of {}", command.component)),
    );
    Some(comparison.refuse_unless(
        claims,
        format!(
            "op-challenger claims the bonds of these addresses and its own, and nobody else claims any: \
             each game's bond would stay in DelayedWETH. Name {account} (on NixOS: chain.proposer). \
             `op-warden bonds` shows what lies there, and claims it."
        ),
    ))
}
