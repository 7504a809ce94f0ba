//! All dispute games in a few numbers.

use crate::number::{float, whole};
use crate::{memory::Game, status::Games, watch::Watch};

/// What a resolution may take beyond the clocks, in seconds.
const MARGIN: u64 = 120;

/// `None` where no service here makes or watches games, or L1 was not read.
pub(crate) fn games(watch: &Watch) -> Option<Games> {
    let Watch { setup, seen, memory, .. } = watch;
    let answers = seen.l1.get().ok()?.games.as_ref()?.as_ref().ok()?;
    let memory = &memory.games;
    let proposer = setup.service_of("op-proposer").and_then(|name| seen.accounts.get(name));
    let ours = |game: &&Game| game.creator.is_some() && game.creator.as_ref() == proposer;
    let overdue = |game: &&Game| {
        // Disputed, each side has its whole clock.
        let clocks = if game.claims > 1 { 2 } else { 1 };
        let clocks = game.clock.saturating_mul(clocks);
        let due = game.created.saturating_add(clocks).saturating_add(MARGIN.max(game.clock / 10));
        game.creator.is_some() && seen.now > float(due)
    };
    let count = |games: usize| games as u64;
    let disputed = memory.open.values().filter(ours).filter(|game| game.claims > 1);
    let monitor = setup.service_of("op-dispute-mon").and_then(|name| seen.programs.get(name));
    Some(Games {
        count: answers.count,
        newest_at: memory.newest.map(|(at, _)| at),
        newest_type: memory.newest.map(|(_, kind)| kind),
        respected_type: answers.respected,
        open: count(memory.open.len()),
        overdue: count(memory.open.values().filter(overdue).count()),
        disputed: count(disputed.count()),
        lost: count(memory.lost.len()),
        disagreements: monitor.and_then(|program| program.get().ok()?.disagreements).map(whole),
    })
}
