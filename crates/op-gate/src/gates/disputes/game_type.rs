//! The dispute game type that proposer, challenger and dispute-mon work with.

use alloy_primitives::Address;
use eth_rpc::Reading;

use super::{game_args, in_play};
use crate::finding::{Comparison, Finding, with};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::GameType;

/// Who may propose and challenge with a game type.
pub(crate) enum Access {
    /// The two accounts that the contracts name.
    Roles,
    /// Everyone who pays the bond.
    Everyone,
    /// Not one of the fault proof games.
    Unknown,
}

/// The game types of contracts-bedrock (`LibUDT`/`Types.sol`): 1 and 5 are the permissioned fault
/// proof games, the open ones are their siblings. Others (`OP_SUCCINCT`, `KAILUA` …) have rules of their own.
pub(crate) const fn access(game_type: u32) -> Access {
    match game_type {
        1 | 5 => Access::Roles,
        0 | 2 | 3 | 4 | 7 | 8 | 9 | 254 | 255 => Access::Everyone,
        _ => Access::Unknown,
    }
}

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some((&game_type, game)) =
        service.game_type.and_then(|game_type| facts.l1.games.get_key_value(&game_type))
    else {
        return Vec::new();
    };
    let l1 = &facts.l1.endpoint;
    let given = facts.config.chain.dispute_game_factory;
    let factory = format!(
        "SystemConfig.disputeGameFactory() at {} on {l1}",
        facts.rollup.l1_system_config_address
    );
    let implementation = format!("DisputeGameFactory.gameImpls({game_type}) at {given} on {l1}");
    let portal = format!(
        "OptimismPortal.respectedGameType() at {} on {l1}",
        facts.rollup.deposit_contract_address
    );
    let respected = |reading: &Reading<u32>, source: &str| {
        with(reading, GATE, game_type, source, |&respected| {
            Comparison::new(GATE, (respected, source), (game_type, "the service's game type"))
                .refuse_unless(
                    respected == game_type,
                    format!(
                        "Withdrawals are proven against game type {respected} only: set the \
                         service's game type to it."
                    ),
                )
        })
    };
    let mut findings = vec![
        with(&facts.l1.dispute_game_factory, GATE, given, &factory, |&own| {
            Comparison::new(
                GATE,
                (own, &factory),
                (given, "disputeGameFactory of the configuration"),
            )
            .refuse_unless(own == given, "Give the services the factory of this chain.")
        }),
        with(&game.implementation, GATE, "an implementation", &implementation, |&found| {
            Comparison::new(
                GATE,
                ("an implementation", "the service's game type"),
                (found, &implementation),
            )
            .refuse_unless(
                found != Address::ZERO,
                format!(
                    "Game type {game_type} is not registered on this chain, so no game of it \
                         can be made (NoImplementation): use the respected type."
                ),
            )
        }),
        respected(&facts.l1.respected_game_type, &portal),
        game_args::bond(game_type, game, facts),
    ];
    findings.extend(game_args::registered(facts, respected));
    findings.extend(game_args::arguments(game_type, game, facts));
    findings.extend(in_play::judge(service, facts));
    findings
}
