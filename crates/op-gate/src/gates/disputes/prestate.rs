//! The fault proof program that disputes are run with is the one that the contracts name.

use std::path::Path;

use alloy_primitives::B256;
use eth_rpc::{Reading, Unread};
use op_chain::game_args::{is_permissioned, loads_prestate};
use op_chain::prestate::{Prestate, PrestateError, STALE_DEFAULT, official};

use super::former;
use crate::finding::{Comparison, Finding, with};
use crate::read::{Facts, l1::games::Game};
use crate::{
    config::{self, Service},
    gate::Gate,
};

const GATE: Gate = Gate::Prestate;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let (Some(game_type), Some(prestate)) = (service.game_type, &service.prestate) else {
        return Vec::new();
    };
    let played = service.played();
    let loaded: Vec<u32> = played.iter().copied().filter(|it| loads_prestate(*it)).collect();
    if loaded.is_empty() && prestate.file.is_none() && prestate.folder.is_some() {
        return vec![Finding::skip(GATE, "op-challenger loads none for the games that it plays")];
    }
    let all = if loaded.is_empty() { &[game_type][..] } else { &loaded };
    // One that is not registered has no new games.
    let is_made =
        |it: &u32| *it == game_type || facts.l1.games.get(it).is_some_and(Game::may_be_made);
    let new: Vec<u32> = all.iter().copied().filter(is_made).collect();
    let mut findings: Vec<Finding> =
        new.iter().flat_map(|it| of_type(*it, prestate, facts)).collect();
    findings.extend(former::judge(&loaded, prestate, facts));
    if new.is_empty() && findings.is_empty() {
        let none = "no game that op-challenger loads one for can be made, and none is in play";
        findings.push(Finding::skip(GATE, none));
    }
    findings
}

/// What new games of a type begin with.
fn of_type(game_type: u32, prestate: &config::Prestate, facts: &Facts) -> Vec<Finding> {
    let Some(game) = facts.l1.games.get(&game_type) else { return Vec::new() };
    // op-challenger loads none for these since v1.9.4, and only resolves them.
    let optional = is_permissioned(game_type);
    if prestate.file.is_none() && prestate.folder.is_none() {
        let misfit = game.prestate.as_ref().ok().and_then(|&named| misfit(named, facts));
        return vec![none(optional, misfit)];
    }
    let path = match &game.prestate {
        Ok(hash) => prestate.path_of(*hash),
        Err(_) => prestate.file.clone(),
    };
    let findings = given(game_type, game, path.as_deref(), facts);
    // What L1 did not say is no fault of the file.
    if optional && game.prestate.is_ok() {
        findings.into_iter().map(or_leave_out).collect()
    } else {
        findings
    }
}

/// The program in the file against the one that the contracts name.
fn given(game_type: u32, game: &Game, file: Option<&Path>, facts: &Facts) -> Vec<Finding> {
    let on_chain = format!(
        "absolute prestate of game type {game_type}, registered in {} on {}",
        facts.config.chain.dispute_game_factory, facts.l1.endpoint
    );
    let Some(file) = file else {
        let read = |_: &B256| Finding::not_judged(GATE);
        return vec![with(&game.prestate, GATE, "the hash of a program", &on_chain, read)];
    };
    let source = format!("recomputed from {}", file.display());
    let state = match facts.chain.prestates.get(file) {
        Some(Ok(state)) => state,
        Some(Err(error)) => return vec![unusable(error, &on_chain, &source)],
        None => return Vec::new(),
    };
    let program = with(&game.prestate, GATE, state.hash, &on_chain, |&expected| {
        let misfit = misfit(expected, facts).or_else(|| self::misfit(state.hash, facts));
        let named = |hash| named(hash, facts);
        Comparison::new(GATE, (named(expected), &on_chain), (named(state.hash), &source))
            .refuse_unless(expected == state.hash && misfit.is_none(), differs(expected, misfit))
    });
    let version = game.state_version.as_ref().and_then(|version| executes(version, state, &source));
    std::iter::once(program).chain(version).collect()
}

/// A challenger of permissioned games is not kept from its work by a program that it does not load.
fn or_leave_out(finding: Finding) -> Finding {
    if finding.answer.starts() {
        return finding;
    }
    let mend = format!(
        "{} Or leave the prestate out: op-challenger (v1.9.4 or later) loads none for permissioned \
         games, and resolves them without it.",
        finding.mend
    );
    finding.mended_by(mend)
}

/// The VM on L1 executes states of the file's version. Older VMs do not say theirs, but revert.
fn executes(version: &Reading<u8>, state: &Prestate, source: &str) -> Option<Finding> {
    let vm = "stateVersion() of the VM that gameArgs names";
    let found = format!("state version {}", state.state_version);
    match version {
        Err(Unread::Reverted(_)) => None,
        reading => Some(with(reading, GATE, &found, vm, |&version| {
            Comparison::new(GATE, (format!("state version {version}"), vm), (&found, source))
                .refuse_unless(
                    version == state.state_version,
                    "The VM that the contracts dispute with cannot execute this program: build \
                     the prestate with the release of cannon that the contracts are made for.",
                )
        })),
    }
}

/// A program that disputes of this chain cannot be played with, whoever names it.
#[derive(Clone, Copy)]
enum Misfit {
    Stale,
    /// It knows the registry's chains only.
    Official(B256),
}

fn misfit(hash: B256, facts: &Facts) -> Option<Misfit> {
    let registered = official::is_registered(facts.rollup.l2_chain_id);
    match official::releases(hash) {
        _ if hash == STALE_DEFAULT => Some(Misfit::Stale),
        Some(_) if !registered => Some(Misfit::Official(hash)),
        _ => None,
    }
}

/// There is no program for this chain yet.
fn none(optional: bool, on_chain: Option<Misfit>) -> Finding {
    let also = match on_chain {
        Some(Misfit::Stale) => format!(
            " The contracts must name it too: {STALE_DEFAULT}, which they name now, is \
             op-deployer's stale default."
        ),
        Some(Misfit::Official(hash)) => format!(
            " The contracts must name it too: {hash}, which they name now, is an official \
             release ({}) that does not know this chain.",
            official::releases(hash).unwrap_or_default()
        ),
        None => String::new(),
    };
    let source = "prestate.file of the service";
    if optional {
        return Comparison::new(
            GATE,
            ("none is needed: op-challenger only resolves permissioned games", "the service's game type"),
            ("none", source),
        )
        .warn(format!(
            "Nothing stops now. Before games are opened to everyone (game type 8) this chain needs \
             a fault proof program of its own: build it from rollup.json and genesis.json, register \
             the type with its hash, and name its file.{also}"
        ));
    }
    Comparison::new(
        GATE,
        ("the absolute prestate of this chain", "the service's game type"),
        ("none", source),
    )
    .wait(format!(
        "The challenger stays gated off until a prestate for this chain is provided, and no false \
         claim is disputed meanwhile; the core rollup runs without it. Build it from this chain's \
         rollup.json and genesis.json, and name its file.{also}"
    ))
}

pub(super) fn unusable(error: &PrestateError, on_chain: &str, source: &str) -> Finding {
    let comparison =
        Comparison::new(GATE, ("a state of the fault proof VM", on_chain), (error, source));
    match error {
        PrestateError::Read(_) => comparison.wait(
            "The challenger stays gated off until the prestate is there, readable by op-warden; the \
             core rollup runs without it.",
        ),
        PrestateError::Version(_) => comparison.refuse(
            "Build the prestate with a release of cannon and of the program that the chain's \
             contracts are made for.",
        ),
        _ => comparison.refuse(
            "Fetch or build the prestate again: the .bin.gz that cannon load-elf writes, whole \
             and under that name.",
        ),
    }
}

/// The hash, and what it is known for.
fn named(hash: B256, facts: &Facts) -> String {
    match misfit(hash, facts) {
        Some(Misfit::Stale) => format!("{hash} (op-deployer's stale default, a cannon32 program)"),
        Some(Misfit::Official(_)) => {
            format!("{hash} (official release: {})", official::releases(hash).unwrap_or_default())
        }
        None => hash.to_string(),
    }
}

fn differs(on_chain: B256, misfit: Option<Misfit>) -> &'static str {
    match misfit {
        Some(Misfit::Stale) if on_chain == STALE_DEFAULT => {
            "The contracts name op-deployer's stale default, a cannon32 program that the \
             deployed 64-bit VM cannot execute, so no dispute can be played to its end: set \
             faultGameAbsolutePrestate, or register the game type again with the prestate of \
             this chain."
        }
        Some(Misfit::Stale) => {
            "The file is op-deployer's stale default, a cannon32 program that the deployed \
             64-bit VM cannot execute: give the prestate of this chain."
        }
        Some(Misfit::Official(hash)) if hash == on_chain => {
            "The contracts name the program of an official release. It knows the chains of the \
             superchain registry and not this one, so no dispute can be played: build the \
             prestate from this chain's rollup.json and genesis.json (KONA_CUSTOM_CONFIGS_DIR \
             must be absolute, or the build silently yields the official one) and register the \
             game type with it."
        }
        Some(Misfit::Official(_)) => {
            "The file is the program of an official release, which knows the chains of the \
             superchain registry and not this one: give the prestate that the contracts name, \
             built from this chain's rollup.json and genesis.json."
        }
        _ if on_chain.is_zero() => {
            "The contracts name no prestate for this game type: register it with one, or give \
             the service another game type."
        }
        _ => {
            "Give the service the prestate that the contracts name: built from this chain's \
             rollup.json and genesis.json and of the same release. With another one the \
             challenger disagrees with every game, its own included."
        }
    }
}
