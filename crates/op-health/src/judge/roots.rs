//! The output roots of games, and the withdrawals that were proven, against our own nodes.

use op_util::text::span;

use crate::memory::roots::Root;
use crate::memory::withdrawals::Forged;
use crate::{figures::games, watch::Watch};
use op_status::condition::{Condition, Name, State};
use op_util::number::{float, whole};

const ROOTS: &str = "every root is the one that our own nodes have";
const REAL: &str = "every withdrawal that was proven on L1 is on L2";

const FALSE_ROOT: &str = "Compare with a third node first. If ours are right: stop the proposer, see that the challenger \
                          attacks the game. If it is won nevertheless, the guardian must pause withdrawals and \
                          blacklist the game before the finality delay is over; after that: op-warden accept \
                          game-roots --why TEXT.";
const FORGED: &str = "Somebody takes out what nobody put in. Compare with a third node at once; see that the challenger \
                      attacks the game. If it is won, the guardian must pause withdrawals before the proof's delay \
                      is over; after that: op-warden accept withdrawals --why TEXT.";
const DIFFER: &str =
    "Our nodes do not agree with each other: see follower-safe, and a node of somebody else.";
const WAITS: &str = "No node here has its block as safe: see safe-head, and whether the game is about a block that is \
                     still to come.";
const SEE_L1: &str = "See L1, and whether the contracts are the chain's.";
const CATCHES_UP: &str = "It reads the past of L1, some blocks a poll.";

pub(super) fn judge(watch: &Watch) -> Vec<Condition> {
    let setup = &watch.setup;
    if setup.plan.nodes.is_empty() {
        return Vec::new();
    }
    let player = ["op-proposer", "op-challenger", "op-dispute-mon"]
        .iter()
        .find_map(|component| setup.service_of(component));
    player.map(|player| roots(watch, player)).into_iter().chain([withdrawals(watch)]).collect()
}

fn roots(watch: &Watch, subject: &str) -> Condition {
    const NAME: Name = Name::GameRoots;
    let unknown = |reason: &str, mend| Condition::unknown(NAME, subject, ROOTS, reason, mend);
    if games::games(watch).is_none() {
        return unknown(&games::unread(watch), SEE_L1);
    }
    let all = &watch.memory.games.roots;
    let is_won = |root: &Root| root.status == 2;
    let counts = |root: &Root| !is_won(root) || !watch.seen.is_accepted(NAME, root.at);
    let wrong: Vec<_> = all.iter().filter(|(_, root)| root.own.is_some()).collect();
    let waiting = all.iter().filter(|(_, root)| root.own.is_none());
    let late = |root: &Root| watch.seen.now - root.at > float(watch.setup.plan.limits.game_age);
    let held: Vec<String> = wrong
        .iter()
        .filter(|(_, root)| counts(root))
        .map(|(index, root)| {
            let own = root.own.unwrap_or_default();
            let how = if is_won(root) { "was WON" } else { "is in play" };
            let Root { claim, block, proxy, .. } = root;
            format!(
                "game {index} ({proxy}) {how}: it says {claim} of block {block}, which is {own}"
            )
        })
        .collect();
    let accepted = wrong.len() - held.len();
    if !held.is_empty() {
        return Condition::holds(NAME, subject, ROOTS, held.join("; "))
            .is(State::Failed, FALSE_ROOT);
    }
    if let Some((index, root)) = waiting.clone().find(|(_, root)| root.nodes_differ) {
        let reason = format!("game {index}: our nodes differ at block {}", root.block);
        return unknown(&reason, DIFFER);
    }
    if let Some((index, root)) = waiting.clone().find(|(_, root)| late(root)) {
        let age = span(whole(watch.seen.now - root.at));
        let reason = format!("game {index} is about block {}, not looked up for {age}", root.block);
        return unknown(&reason, WAITS);
    }
    let accepted_too =
        if accepted == 0 { String::new() } else { format!(", {accepted} false ones accepted") };
    let found = format!("no false one; {} wait for their blocks{accepted_too}", waiting.count());
    let condition = Condition::holds(NAME, subject, ROOTS, found);
    let acceptance = watch.seen.accepted(NAME).filter(|_| accepted > 0).cloned();
    Condition { accepted: acceptance, ..condition }
}

fn withdrawals(watch: &Watch) -> Condition {
    const NAME: Name = Name::Withdrawals;
    let unknown = |reason: &str, mend| Condition::unknown(NAME, "l1", REAL, reason, mend);
    let memory = &watch.memory.withdrawals;
    let counts =
        |forged: &Forged| forged.status != Some(2) || !watch.seen.is_accepted(NAME, forged.at);
    let held: Vec<String> = memory
        .forged
        .iter()
        .filter(|(_, forged)| counts(forged))
        .map(|(hash, Forged { submitter, game, status, .. })| {
            let how = if *status == Some(2) { "which was WON" } else { "which is in play" };
            let game = game.map_or_else(|| "a game".to_owned(), |game| game.to_string());
            format!("{hash} is not on L2; proven by {submitter} against {game}, {how}")
        })
        .collect();
    if !held.is_empty() {
        return Condition::holds(NAME, "l1", REAL, held.join("; ")).is(State::Failed, FORGED);
    }
    let l1 = match watch.seen.l1.get() {
        Err(reason) => return unknown(reason, SEE_L1),
        Ok(l1) => l1,
    };
    match &l1.withdrawals {
        None => return unknown("they were not read yet", SEE_L1),
        Some(Err(unread)) => return unknown(&unread.to_string(), SEE_L1),
        Some(Ok(_)) => {}
    }
    if let Some((hash, _)) = memory.waiting.iter().find(|(_, proven)| proven.nodes_differ) {
        return unknown(&format!("our nodes differ about {hash}"), DIFFER);
    }
    let late =
        |before: u64| watch.seen.now - float(before) > float(watch.setup.plan.limits.game_age);
    if let Some((hash, proven)) = memory.waiting.iter().find(|(_, proven)| late(proven.before)) {
        let age = span(whole(watch.seen.now - float(proven.before)));
        return unknown(&format!("{hash} was not looked up for {age}"), "See the nodes.");
    }
    let left = l1.head.number.saturating_sub(memory.next.unwrap_or_default());
    let behind =
        if left > 64 { format!("; {left} blocks of L1 still to be read") } else { String::new() };
    let accepted = memory.forged.len();
    let accepted_too =
        if accepted == 0 { String::new() } else { format!(", {accepted} forged ones accepted") };
    let (checked, waiting) = (memory.checked, memory.waiting.len());
    let found = format!("{checked} are, {waiting} to be looked up{accepted_too}{behind}");
    let condition = Condition::holds(NAME, "l1", REAL, found);
    let acceptance = watch.seen.accepted(NAME).filter(|_| accepted > 0).cloned();
    Condition { accepted: acceptance, ..condition }.unless(left <= 64, State::Warn, CATCHES_UP)
}
