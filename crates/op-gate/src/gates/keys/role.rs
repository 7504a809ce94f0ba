//! Whether a role's key is the one that the contracts name.

use alloy_primitives::Address;
use eth_rpc::Reading;
use op_chain::game_args::GameRoles;

use crate::finding::{Comparison, Finding, with};
use crate::gates::disputes::game_type::{self, Access};
use crate::read::Facts;
use crate::{config::Service, gate::Gate, gates::keys::no_key::no_key};

pub(crate) fn game_role(
    gate: Gate,
    service: &Service,
    game_type: u32,
    facts: &Facts,
    role: &str,
    address: fn(&GameRoles) -> Address,
) -> Vec<Finding> {
    let Some((game_type, found)) = facts.l1.games.get_key_value(&game_type) else {
        return Vec::new();
    };
    match (game_type::access(*game_type), facts.key(service)) {
        (Access::Roles, _) => {}
        (Access::Everyone, Some((_, Ok(_)))) => {
            return vec![Finding::skip(
                gate,
                format!("game type {game_type} is open to every key"),
            )];
        }
        (Access::Everyone, Some((path, Err(error)))) => {
            return vec![no_key(gate, None, "the service's game type", path, error)];
        }
        (Access::Unknown, Some((path, _))) => {
            return vec![
                Comparison::new(
                    gate,
                    (
                        "a game type of which op-warden knows who may use it",
                        "the service's game type",
                    ),
                    (format!("game type {game_type}"), format!("key file {}", path.display())),
                )
                .wait(
                    "Make sure yourself that this key may use it, and take the gate off the \
                     service's list.",
                ),
            ];
        }
        (_, None) => return Vec::new(),
    }
    let on_chain = format!(
        "{role} of game type {game_type}, registered in {} on {}",
        facts.config.chain.dispute_game_factory, facts.l1.endpoint
    );
    let expected = found.roles.clone().map(|roles| address(&roles));
    let mend = format!(
        "Give the {role} the key of the expected address: game type {game_type} accepts no other \
         (BadAuth)."
    );
    key_is(gate, service, facts, &expected, &on_chain, &mend)
}

/// The service's key is there and its address is the one on chain.
pub(crate) fn key_is(
    gate: Gate,
    service: &Service,
    facts: &Facts,
    expected: &Reading<Address>,
    on_chain: &str,
    mend: &str,
) -> Vec<Finding> {
    let Some((path, key)) = facts.key(service) else { return Vec::new() };
    vec![match key {
        Ok(found) => with(expected, gate, found, on_chain, |expected| {
            let key_file = format!("key file {}", path.display());
            Comparison::new(gate, (expected, on_chain), (found, key_file))
                .refuse_unless(found == expected, mend)
        }),
        Err(error) => no_key(gate, expected.as_ref().ok(), on_chain, path, error),
    }]
}
