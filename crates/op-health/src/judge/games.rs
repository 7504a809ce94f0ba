//! Dispute games.

use crate::judge::{Verdict, span};
use crate::{
    condition::{Name, State},
    number::float,
    status::Games,
    watch::Watch,
};

/// Seconds for which op-dispute-mon may fail to judge a game: its op-node is often a block behind the one
/// that a new game was made in, and it looks again every half minute.
const UNJUDGED: f64 = 90.0;

pub(super) fn judge(watch: &Watch) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    if let Some(games) = watch.games() {
        verdicts.extend(watch.service_of("op-proposer").into_iter().flat_map(|proposer| {
            [
                newest(watch, proposer, &games),
                kind(watch, proposer, &games),
                disputed(proposer, &games),
            ]
        }));
        let judge = watch.service_of("op-challenger").or_else(|| watch.service_of("op-proposer"));
        verdicts.extend(judge.map(|service| unresolved(service, &games)));
    }
    verdicts.extend(agreement(watch));
    verdicts
}

fn newest(watch: &Watch, proposer: &str, games: &Games) -> Verdict {
    let limit = float(watch.plan.limits.game_age);
    let expected = format!("a new game within {}", span(limit));
    // The first one of a new chain may take as long.
    let begin = games.newest_at.map_or(watch.watching_since, float);
    let age = (watch.now - begin).max(0.0);
    let found = match games.newest_at {
        Some(_) => format!("{} games, the newest {} old", games.count, span(age)),
        None => format!("none yet, watched for {}", span(age)),
    };
    Verdict::holds(Name::NewestGame, proposer, expected, found).unless(
        age <= limit,
        State::Failed,
        "No new output root is claimed, so no newer withdrawal can be proven: see the proposer's log, its balance and the bond, and whether the safe head moves.",
    )
}

fn kind(watch: &Watch, proposer: &str, games: &Games) -> Verdict {
    let expected = format!("type {}, which withdrawals are proven against", games.respected_type);
    let made = games.newest_type;
    let configured = watch.config.services.get(proposer).and_then(|service| service.game_type);
    let found = made.map_or_else(
        || {
            format!(
                "none yet; the proposer makes type {}",
                configured.map_or_else(|| "?".to_owned(), |kind| kind.to_string())
            )
        },
        |kind| format!("the newest game is of type {kind}"),
    );
    let right = made.or(configured).is_none_or(|kind| kind == games.respected_type);
    Verdict::holds(Name::GameType, proposer, expected, found).unless(
        right,
        State::Failed,
        "Withdrawals cannot be proven against these games: set the proposer's --game-type to the respected one, or have the guardian respect this one.",
    )
}

fn disputed(proposer: &str, games: &Games) -> Verdict {
    let found = format!("{} disputed, {} lost", games.disputed, games.lost);
    Verdict::holds(Name::GameDisputed, proposer, "nobody disputes our games", found)
        .unless(
            games.lost == 0,
            State::Failed,
            "A claim of ours was found to be false, and its bond is gone: stop the proposer and find out whether its op-node, or the fault proof program, is wrong.",
        )
        .unless(
            games.disputed == 0,
            State::Failed,
            "Somebody disputes an output root of ours: compare it with optimism_outputAtBlock of another node at once. If ours is right, see that the challenger defends it; if not, stop the proposer.",
        )
}

fn unresolved(service: &str, games: &Games) -> Verdict {
    let found = format!("{} in play, {} overdue", games.open, games.overdue);
    Verdict::holds(Name::GameUnresolved, service, "games are resolved in time", found).unless(
        games.overdue == 0,
        State::Failed,
        "Nobody resolves them, so withdrawals wait and bonds stay locked: see whether the challenger runs and can pay.",
    )
}

fn agreement(watch: &Watch) -> Option<Verdict> {
    const NAME: Name = Name::DisputeMon;
    const EXPECTED: &str = "it agrees with every game";
    let service = watch.service_of("op-dispute-mon")?;
    Some(match watch.program(service)?.get() {
        Err(reason) => Verdict::unknown(NAME, service, EXPECTED, reason, "Start op-dispute-mon."),
        Ok(program) => {
            let wrong = program.disagreements.unwrap_or_default();
            let failed = program.failed_games.unwrap_or_default();
            let found = format!("{wrong} games go the wrong way, {failed} could not be judged");
            Verdict::holds(NAME, service, EXPECTED, found)
                .unless(
                    wrong == 0.0,
                    State::Failed,
                    "A false claim stands, or a true one is losing: see op-dispute-mon's log for the game, and the challenger's for why it does not act.",
                )
                .unless(
                    failed == 0.0 || watch.games_unjudged() <= UNJUDGED,
                    State::Warn,
                    "It cannot judge some games: see its log; often its op-node does not have their blocks.",
                )
        }
    })
}
