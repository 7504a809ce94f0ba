//! A challenger plays every game that is not resolved yet, of whatever type it was made.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::Address;
use op_release::words;

use crate::finding::{Comparison, Finding};
use crate::read::l1::in_play::{GameInPlay, InPlay, NEWEST};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::GameType;

pub(super) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let is_challenger =
        service.command.as_ref().is_some_and(|command| command.component == "op-challenger");
    let Some(in_play) = facts.l1.in_play.as_ref().filter(|_| is_challenger) else {
        return Vec::new();
    };
    let source = source(in_play, facts);
    let games = match &in_play.games {
        Ok(games) => games,
        Err(unread) => return vec![Finding::unread(GATE, "games in play", source, unread)],
    };
    let played = service.played();
    let missed = missed(games, &played);
    let names = played.iter().filter_map(|game_type| words::game_type(*game_type));
    let flag = format!("--game-types={}", names.collect::<Vec<_>>().join(","));
    let compare = |found: &str| Comparison::new(GATE, (&flag, "op-challenger"), (found, &source));
    if missed.is_empty() {
        return vec![compare("no game in play is of another type").holds()];
    }
    missed.into_iter().map(|(game_type, games)| of_type(game_type, &games, compare)).collect()
}

/// Which games were looked at.
pub(super) fn source(in_play: &InPlay, facts: &Facts) -> String {
    let which = if in_play.count > NEWEST {
        format!("the newest {NEWEST} of {} games", in_play.count)
    } else {
        format!("{} games", in_play.count)
    };
    format!("{which} of {} on {}", facts.config.chain.dispute_game_factory, facts.l1.endpoint)
}

/// Games of types that are not played.
fn missed(games: &[GameInPlay], played: &BTreeSet<u32>) -> BTreeMap<u32, Vec<Address>> {
    let mut missed = BTreeMap::<u32, Vec<Address>>::new();
    for game in games.iter().filter(|game| !played.contains(&game.game_type)) {
        missed.entry(game.game_type).or_default().push(game.address);
    }
    missed
}

fn of_type(game_type: u32, games: &[Address], compare: impl Fn(&str) -> Comparison) -> Finding {
    let count = games.len();
    let newest = games.last().map(Address::to_string).unwrap_or_default();
    let found =
        |name: &str| format!("{count} in play of type {game_type} ({name}), the newest {newest}");
    match words::game_type(game_type) {
        Some(name) => compare(&found(name)).refuse(format!(
            "Withdrawals rest on games that nobody would dispute or resolve, and their bonds would stay: add \
             {name} to --game-types (on NixOS {game_type} to challenger.gameTypes) until they are resolved."
        )),
        // It plays the others all the same.
        None => compare(&found("which op-challenger does not play")).warn(
            "Withdrawals rest on these games: run the program that is made for them beside op-challenger.",
        ),
    }
}
