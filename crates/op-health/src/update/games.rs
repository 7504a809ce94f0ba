//! Dispute games in play.

use std::collections::BTreeMap;

use alloy_primitives::Address;

use crate::memory::{Game, Games};
use crate::observe::l1::GameAnswers;

/// Games that are looked at in one poll: the newest half always, the others in turn.
const A_POLL: usize = 32;
/// Lost games that are remembered.
const LOST: usize = 100;

pub(crate) fn take(games: &mut Games, answers: &GameAnswers, proposer: Option<Address>) {
    for (&index, game) in &answers.new {
        let open =
            Game { proxy: game.proxy, created: game.created, creator: None, claims: 1, clock: 0 };
        games.open.insert(index, open);
        games.newest = Some((game.created, game.kind));
        games.next = Some(index + 1);
    }
    // Of a factory without games the first is still to come.
    games.next = games.next.or(Some(0).filter(|_| answers.count == 0));
    for (&index, state) in &answers.states {
        if state.status == 0 {
            let Some(game) = games.open.get_mut(&index) else { continue };
            game.creator = Some(state.creator);
            game.claims = state.claims;
            game.clock = state.clock;
            continue;
        }
        games.open.remove(&index);
        if state.status == 1 && Some(state.creator) == proposer && games.lost.len() < LOST {
            games.lost.push(index);
        }
    }
}

/// The games whose state is read next.
pub(crate) fn to_ask(games: &Games, polls: u64) -> BTreeMap<u64, Address> {
    let all = games.open.iter().map(|(&index, game)| (index, game.proxy));
    if games.open.len() <= A_POLL {
        return all.collect();
    }
    let old = games.open.len() - A_POLL / 2;
    let turn = usize::try_from(polls).unwrap_or(0) * (A_POLL / 2) % old;
    let others = all.clone().take(old).cycle().skip(turn).take(A_POLL / 2);
    all.clone().skip(old).chain(others).collect()
}
