//! The programs that games in play began with are still there: a game keeps its own.

use std::collections::BTreeSet;

use alloy_primitives::B256;

use super::{in_play, prestate::unusable};
use crate::finding::{Comparison, Finding};
use crate::{config::Prestate, gate::Gate, read::Facts};

const GATE: Gate = Gate::Prestate;

/// One for each program that is not the one of new games.
pub(super) fn judge(loaded: &[u32], prestate: &Prestate, facts: &Facts) -> Vec<Finding> {
    // Of games without a program nothing is asked.
    let Some(in_play) = facts.l1.in_play.as_ref().filter(|_| !loaded.is_empty()) else {
        return Vec::new();
    };
    let source = in_play::source(in_play, facts);
    let games = match &in_play.games {
        Ok(games) => games,
        Err(unread) => return vec![Finding::unread(GATE, "games in play", source, unread)],
    };
    let of_new = |hash: &B256| {
        loaded
            .iter()
            .filter_map(|it| facts.l1.games.get(it))
            .any(|it| it.prestate.as_ref() == Ok(hash))
    };
    let played = games.iter().filter(|game| loaded.contains(&game.game_type));
    let former: BTreeSet<B256> =
        played.filter_map(|game| game.prestate).filter(|hash| !of_new(hash)).collect();
    former.iter().map(|hash| of_program(*hash, prestate, &source, facts)).collect()
}

fn of_program(hash: B256, prestate: &Prestate, source: &str, facts: &Facts) -> Finding {
    let expected = format!("{hash}, the absolute prestate of games in play");
    let Some(path) = prestate.path_of(hash) else {
        let none = Comparison::new(GATE, (expected, source), ("none", "prestate of the service"));
        let mend = format!(
            "Nobody disputes a false claim of those games meanwhile: put the program as {hash}.bin.gz into a \
             folder, and name it (on NixOS challenger.prestates)."
        );
        return none.wait(mend);
    };
    let file = format!("recomputed from {}", path.display());
    match facts.chain.prestates.get(&path) {
        None => Finding::not_judged(GATE),
        Some(Err(error)) => unusable(error, &format!("games in play, of {source}"), &file),
        Some(Ok(state)) => Comparison::new(GATE, (expected, source), (state.hash, &file)).refuse_unless(
            state.hash == hash,
            format!(
                "op-challenger cannot play games that began with another program: keep the former one \
                 beside the new one, each as HASH.bin.gz ({hash}.bin.gz), in the folder of \
                 --cannon-kona-prestates-url (on NixOS challenger.prestates, in the place of \
                 chain.prestateFile)."
            ),
        ),
    }
}
