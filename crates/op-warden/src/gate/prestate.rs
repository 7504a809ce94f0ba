//! The fault proof program that disputes are run with is the one that the contracts name.

use alloy_primitives::B256;
use op_chain::prestate::{PrestateError, STALE_DEFAULT};

use super::{Answer, Finding, Gate, facts::Facts, finding::with};
use crate::config::Service;

const GATE: Gate = Gate::Prestate;

pub(super) fn absolute(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some((game_type, game)) =
        service.game_type.and_then(|game_type| facts.l1.games.get_key_value(&game_type))
    else {
        return Vec::new();
    };
    let Some(prestate) = &service.prestate else { return Vec::new() };
    let Some(file) = &prestate.file else {
        return vec![none(game.prestate.as_ref().is_ok_and(|&on_chain| on_chain == STALE_DEFAULT))];
    };
    let on_chain = format!(
        "absolute prestate of game type {game_type}, registered in {} on {}",
        facts.config.chain.dispute_game_factory, facts.l1.shown
    );
    let source = format!("recomputed from {}", file.display());
    let finding = match facts.prestates.get(file) {
        Some(Ok(state)) => with(&game.prestate, GATE, state.hash, &on_chain, |&expected| {
            Finding::compare(GATE, (named(expected), &on_chain), (named(state.hash), &source))
                .refuse_unless(
                    expected == state.hash && expected != STALE_DEFAULT,
                    differs(expected, state.hash),
                )
        }),
        Some(Err(error)) => unusable(error, &on_chain, &source),
        None => return Vec::new(),
    };
    vec![finding]
}

/// There is no program for this chain yet.
fn none(stale: bool) -> Finding {
    let also = if stale {
        format!(
            " The contracts must name it too: {STALE_DEFAULT}, which they name now, is op-deployer's stale default."
        )
    } else {
        String::new()
    };
    Finding::compare(
        GATE,
        ("the absolute prestate of this chain", "the service's game type"),
        ("none", "prestate.file of the service"),
    )
    .wait_unless(
        false,
        format!("The dispute path (challenger, dispute-mon) stays gated off until a prestate for this chain is provided; the core rollup runs without it. Build it from this chain's rollup.json and genesis.json, and name its file.{also}"),
    )
}

fn unusable(error: &PrestateError, on_chain: &str, source: &str) -> Finding {
    let (answer, mend) = match error {
        PrestateError::Read(_) => (
            Answer::Wait,
            "The dispute path (challenger, dispute-mon) stays gated off until the prestate is there, readable by op-warden; the core rollup runs without it.",
        ),
        PrestateError::Version(_) => (
            Answer::Refuse,
            "Build the prestate with a release of cannon and of the program that the chain's contracts are made for.",
        ),
        _ => (
            Answer::Refuse,
            "Fetch or build the prestate again: the .bin.gz that cannon load-elf writes, whole and under that name.",
        ),
    };
    Finding {
        answer,
        mend: mend.to_owned(),
        ..Finding::compare(GATE, ("a state of the fault proof VM", on_chain), (error, source))
    }
}

/// The hash, and what it is known for.
fn named(hash: B256) -> String {
    if hash == STALE_DEFAULT {
        format!("{hash} (op-deployer's stale default, a cannon32 program)")
    } else {
        hash.to_string()
    }
}

fn differs(on_chain: B256, file: B256) -> &'static str {
    if on_chain == STALE_DEFAULT {
        "The contracts name op-deployer's stale default, a cannon32 program that the deployed 64-bit VM cannot execute, so no dispute can be played to its end: set faultGameAbsolutePrestate, or register the game type again with the prestate of this chain."
    } else if file == STALE_DEFAULT {
        "The file is op-deployer's stale default, a cannon32 program that the deployed 64-bit VM cannot execute: give the prestate of this chain."
    } else if on_chain.is_zero() {
        "The contracts name no prestate for this game type: register it with one, or give the service another game type."
    } else {
        "Give the service the prestate that the contracts name: built from this chain's rollup.json and genesis.json and of the same release. With another one the challenger disagrees with every game, its own included."
    }
}
