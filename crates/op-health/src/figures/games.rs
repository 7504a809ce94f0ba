//! All dispute games in a few numbers.

use crate::{memory::Game, watch::Watch};
use op_status::condition::Name;
use op_status::status::Games;
use op_util::number::{float, whole};

/// What a resolution may take beyond the clocks, in seconds.
const MARGIN: u64 = 120;

/// What op-dispute-mon reports, as long as it answers.
pub(crate) fn disagreements(watch: &Watch) -> Option<u64> {
    let program = watch.seen.programs.get(watch.setup.service_of("op-dispute-mon")?)?;
    program.get().ok()?.disagreements.map(whole)
}

/// `None` where they were not read; [`unread`] says why.
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
        game.clock > 0 && seen.now > float(due)
    };
    let count = |games: usize| games as u64;
    let disputed = memory.open.values().filter(ours).filter(|game| game.claims > 1);
    // Whoever pays the bond makes games too.
    let newest = match proposer {
        Some(_) => memory.newest_ours,
        None => memory.newest.map(|(at, kind)| (at, Some(kind))),
    };
    Some(Games {
        count: answers.count,
        newest_at: newest.map(|(at, _)| at),
        newest_type: newest.and_then(|(_, kind)| kind),
        respected_type: answers.respected,
        open: count(memory.open.len()),
        overdue: count(memory.open.values().filter(overdue).count()),
        disputed: count(disputed.count()),
        unread: count(memory.unread.len()),
        lost: count(lost(watch).filter(|is_accepted| !is_accepted).count()),
    })
}

/// Our games that were lost: whether each is accepted.
pub(crate) fn lost(watch: &Watch) -> impl Iterator<Item = bool> {
    let lost = watch.memory.games.lost_at.values();
    lost.map(|at| watch.seen.is_accepted(Name::GameDisputed, *at))
}

/// Why nothing is known of the games.
pub(crate) fn unread(watch: &Watch) -> String {
    match watch.seen.l1.get().map(|l1| l1.games.as_ref()) {
        Err(reason) => reason.to_owned(),
        Ok(Some(Err(unread))) => unread.to_string(),
        Ok(_) => "they were not read yet".to_owned(),
    }
}
