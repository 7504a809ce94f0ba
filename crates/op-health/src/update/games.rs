//! Dispute games in play.

use std::{collections::BTreeMap, mem};

use alloy_primitives::Address;

use crate::memory::{Game, Games};
use crate::update::roots;
use op_observe::games::{Asked, GameAnswers, GameState, NewGame, Questions};

/// Games that are looked at in one poll: the newest half always, the others in turn. As many as are in play where
/// one is made each hour: all of them in one request.
const A_POLL: usize = 96;
/// Games whose address is read again in one poll.
const AGAIN: usize = 8;
/// Lost games that are remembered.
const LOST: usize = 100;
/// Seconds for which a lost game counts: what was wrong is mended, or known, by then.
const LOST_COUNTS: f64 = 28.0 * 24.0 * 3600.0;

/// What was read `now`, in seconds since the Unix epoch.
pub(crate) fn take(games: &mut Games, answers: &GameAnswers, proposer: Option<Address>, now: f64) {
    for (&index, game) in &answers.new {
        meet(games, index, game);
    }
    // Of a factory without games the first is still to come.
    games.next = games.next.or(Some(0).filter(|_| answers.count == 0));
    for (&index, state) in &answers.states {
        match state {
            Ok(state) => {
                games.unread.remove(&index);
                look(games, index, state, answers.respected, proposer, now);
            }
            Err(_) => drop(games.unread.insert(index)),
        }
    }
    let ours = games.open.values().filter(|game| proposer.is_some() && game.creator == proposer);
    let newest = ours.max_by_key(|game| game.created).map(|game| (game.created, game.kind));
    games.newest_ours = games.newest_ours.max(newest);
    // Of a former version, which did not write when.
    games.lost_at.extend(mem::take(&mut games.lost).into_iter().map(|index| (index, now)));
    games.lost_at.retain(|_, at| now - *at <= LOST_COUNTS);
}

/// A game that was not known, or has another address than it had.
fn meet(games: &mut Games, index: u64, game: &NewGame) {
    let NewGame { kind, created, proxy } = *game;
    games.next = games.next.max(Some(index + 1));
    if games.open.get(&index).is_some_and(|known| known.proxy == proxy) {
        return;
    }
    games.unread.remove(&index);
    games.roots.remove(&index);
    let kind_of = Some(kind);
    let open =
        Game { proxy, created, kind: kind_of, creator: None, claims: 1, clock: 0, is_read: false };
    games.open.insert(index, open);
    games.newest = games.newest.max(Some((created, kind)));
}

fn look(
    games: &mut Games,
    index: u64,
    state: &GameState,
    respected: u32,
    proposer: Option<Address>,
    now: f64,
) {
    let Some(game) = games.open.get_mut(&index) else { return };
    game.claims = state.claims.unwrap_or(game.claims);
    if let Some(constants) = &state.constants {
        game.creator = Some(constants.creator);
        game.clock = constants.clock.unwrap_or_default();
        let is_new = !mem::replace(&mut game.is_read, true);
        let game = *game;
        // Against a game of another type no withdrawal can be proven.
        if is_new && game.kind.is_none_or(|kind| kind == respected) {
            roots::meet(games, index, &game, constants, now);
        }
    }
    roots::stands(games, index, state.status, now);
    let Some(game) = games.open.get(&index).copied() else { return };
    if state.status == 0 {
        return;
    }
    let ours = game.creator.is_some() && game.creator == proposer;
    if ours {
        games.newest_ours = games.newest_ours.max(Some((game.created, game.kind)));
    }
    games.open.remove(&index);
    if state.status == 1 && ours && games.lost_at.len() < LOST {
        games.lost_at.insert(index, now);
    }
}

pub(crate) fn questions(games: &Games, polls: u64) -> Questions {
    Questions {
        next: games.next,
        open: to_ask(games, polls),
        again: games.unread.iter().copied().take(AGAIN).collect(),
    }
}

/// The games whose state is read next.
fn to_ask(games: &Games, polls: u64) -> BTreeMap<u64, Asked> {
    let asked = |game: &Game| Asked { proxy: game.proxy, is_new: !game.is_read };
    let all = games.open.iter().map(|(&index, game)| (index, asked(game)));
    if games.open.len() <= A_POLL {
        return all.collect();
    }
    let old = games.open.len() - A_POLL / 2;
    let turn = usize::try_from(polls).unwrap_or(0) * (A_POLL / 2) % old;
    let others = all.clone().take(old).cycle().skip(turn).take(A_POLL / 2);
    all.clone().skip(old).chain(others).collect()
}
