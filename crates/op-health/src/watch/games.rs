//! Dispute games in play.

use std::collections::BTreeMap;

use alloy_primitives::Address;

use crate::watch::Watch;
use crate::{
    memory::Game,
    number::{float, whole},
    observe::l1::GameAnswers,
    status::Games,
};

/// Games that are looked at in one poll: the newest half always, the others in turn.
const A_POLL: usize = 32;
/// Lost games that are remembered.
const LOST: usize = 100;
/// What a resolution may take beyond the clocks, in seconds.
const MARGIN: u64 = 120;

impl Watch {
    pub(super) fn take_games(&mut self, answers: &GameAnswers) {
        let proposer = self.service_of("op-proposer").and_then(|name| self.accounts.get(name));
        let proposer = proposer.copied();
        let games = &mut self.memory.games;
        for (&index, game) in &answers.new {
            let open = Game {
                proxy: game.proxy,
                created: game.created,
                creator: None,
                claims: 1,
                clock: 0,
            };
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

    /// The games whose state is to be read next.
    pub(super) fn games_to_ask(&self) -> BTreeMap<u64, Address> {
        let open = &self.memory.games.open;
        let all = open.iter().map(|(&index, game)| (index, game.proxy));
        if open.len() <= A_POLL {
            return all.collect();
        }
        let old = open.len() - A_POLL / 2;
        let turn = usize::try_from(self.l1_polls).unwrap_or(0) * (A_POLL / 2) % old;
        let others = all.clone().take(old).cycle().skip(turn).take(A_POLL / 2);
        all.clone().skip(old).chain(others).collect()
    }

    /// What is known of all games; `None` where nobody here makes or watches any.
    pub(crate) fn games(&self) -> Option<Games> {
        let answers = self.l1.get().ok()?.games.as_ref()?.as_ref().ok()?;
        let memory = &self.memory.games;
        let proposer = self.service_of("op-proposer").and_then(|name| self.accounts.get(name));
        let ours = |game: &&Game| game.creator.is_some() && game.creator.as_ref() == proposer;
        let overdue = |game: &&Game| {
            // Disputed, each side has its whole clock.
            let clocks = if game.claims > 1 { 2 } else { 1 };
            let due = game.created + clocks * game.clock + MARGIN.max(game.clock / 10);
            game.creator.is_some() && self.now > float(due)
        };
        let count = |games: usize| games as u64;
        let watched = self.service_of("op-dispute-mon").and_then(|name| self.program(name));
        Some(Games {
            count: answers.count,
            newest_at: memory.newest.map(|(at, _)| at),
            newest_type: memory.newest.map(|(_, kind)| kind),
            respected_type: answers.respected,
            open: count(memory.open.len()),
            overdue: count(memory.open.values().filter(overdue).count()),
            disputed: count(
                memory.open.values().filter(ours).filter(|game| game.claims > 1).count(),
            ),
            lost: count(memory.lost.len()),
            disagreements: watched.and_then(|program| program.get().ok()?.disagreements).map(whole),
        })
    }
}
