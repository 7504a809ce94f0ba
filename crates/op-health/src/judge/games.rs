//! Dispute games.

use std::time::Duration;

use op_chain::game_args::is_permissioned;
use op_gate::command::duration;
use op_util::text::span;

use crate::{figures::games, watch::Watch};
use op_observe::programs::Program;
use op_status::condition::{Condition, Name, State};
use op_status::status::Games;
use op_util::number::{float, whole};

/// Rounds in which op-dispute-mon may fail to judge a game: its op-node is often a block behind the one
/// that a new game was made in.
const UNJUDGED: u32 = 3;
/// Between two rounds, unless `--monitor-interval` says otherwise.
const ROUND: Duration = Duration::from_secs(30);
/// So many rounds, and so much time, may pass without one that ends well.
const ROUNDS: u32 = 10;
const STALE: Duration = Duration::from_mins(10);
/// Rounds after the start until the first must have ended well.
const FIRST_ROUND: u32 = 3;

const AGREES: &str = "it agrees with every game";

const NO_GAMES: &str = "No new output root is claimed, so no newer withdrawal can be proven: see the proposer's log, \
                        its balance and the bond, and whether the safe head moves.";
const WRONG_TYPE: &str = "Withdrawals cannot be proven against these games: set the proposer's --game-type to the \
                          respected one, or have the guardian respect this one.";
const LOST: &str = "A claim of ours was found to be false, and its bond is gone: stop the proposer and find out \
                    whether its op-node, or the fault proof program, is wrong. Once that is known: op-warden accept \
                    game-disputed --why TEXT.";
const DISPUTED: &str = "Somebody disputes an output root of ours: compare it with optimism_outputAtBlock of another \
                        node at once. If ours is right, see that the challenger defends it; if not, stop the proposer.";
const OVERDUE: &str = "Nobody resolves them, so withdrawals wait and bonds stay locked: see whether the challenger \
                       runs and can pay.";
const NOBODY: &str = "Only the challenger of a permissioned chain resolves its games: enable op-challenger \
                      (challenger.enable), or no withdrawal ends and no bond comes back. If it runs \
                      elsewhere, this ends with the next game that it resolves: see that it does.";
const SEE_L1: &str = "See L1, and whether the contracts are the chain's.";
const UNREAD: &str = "A reorganisation of L1 may have taken them, or they are of a kind that is not known: look at them.";
const BLIND: &str = "What it reported last is old, and says nothing of the games of now: see its log for L1 or its op-node.";
const DISAGREES: &str = "A false claim stands, or a true one is losing: see op-dispute-mon's log for the game, and the \
                         challenger's for why it does not act.";
const NOT_JUDGED: &str =
    "It cannot judge some games: see its log; often its op-node does not have their blocks.";

/// Of the proposer: new games, their type, and whether they are disputed. Of who plays them: whether they
/// are resolved. Which of these there are follows from the configuration alone.
pub(super) fn judge(watch: &Watch) -> Vec<Condition> {
    let proposer = watch.setup.service_of("op-proposer");
    let player = watch.setup.service_of("op-challenger").or(proposer);
    let mut conditions = Vec::new();
    if let Some(games) = games::games(watch) {
        conditions.extend(proposer.into_iter().flat_map(|proposer| {
            [
                newest(watch, proposer, &games),
                kind(watch, proposer, &games),
                disputed(watch, proposer, &games),
            ]
        }));
        conditions.extend(player.map(|player| unresolved(watch, player, &games)));
    } else {
        let reason = games::unread(watch);
        let unknown = |name: Name, service: &str| {
            Condition::unknown(name, service, name.holds_when(), &reason, SEE_L1)
        };
        conditions.extend(proposer.into_iter().flat_map(|proposer| {
            [Name::NewestGame, Name::GameType, Name::GameDisputed]
                .map(|name| unknown(name, proposer))
        }));
        conditions.extend(player.map(|player| unknown(Name::GameUnresolved, player)));
    }
    conditions.extend(agreement(watch));
    conditions
}

fn newest(watch: &Watch, proposer: &str, games: &Games) -> Condition {
    const NAME: Name = Name::NewestGame;
    let limit = watch.setup.plan.limits.game_age;
    let expected = format!("a new game within {}", span(limit));
    // The first one of a new chain may take as long.
    let begin = games.newest_at.map_or(watch.setup.watching_since, float);
    let age = (watch.seen.now - begin).max(0.0);
    let found = match games.newest_at {
        Some(_) => format!("{} games, the newest {} old", games.count, span(whole(age))),
        None => format!("none yet, watched for {}", span(whole(age))),
    };
    Condition::holds(NAME, proposer, expected, found).unless(
        age <= float(limit),
        State::Failed,
        NO_GAMES,
    )
}

fn kind(watch: &Watch, proposer: &str, games: &Games) -> Condition {
    const NAME: Name = Name::GameType;
    let expected = format!("type {}, which withdrawals are proven against", games.respected_type);
    let made = games.newest_type;
    let service = watch.setup.config.services.get(proposer);
    let configured = service.and_then(|service| service.game_type);
    let found = match (made, configured) {
        (Some(kind), _) => format!("the newest game is of type {kind}"),
        (None, Some(kind)) => format!("none yet; the proposer makes type {kind}"),
        (None, None) => "none yet; the proposer makes type ?".to_owned(),
    };
    let right = made.or(configured).is_none_or(|kind| kind == games.respected_type);
    Condition::holds(NAME, proposer, expected, found).unless(right, State::Failed, WRONG_TYPE)
}

fn disputed(watch: &Watch, proposer: &str, games: &Games) -> Condition {
    const NAME: Name = Name::GameDisputed;
    const EXPECTED: &str = "nobody disputes our games";
    let accepted = games::lost(watch).filter(|is_accepted| *is_accepted).count();
    let and_accepted =
        if accepted == 0 { String::new() } else { format!(", {accepted} more accepted") };
    let found = format!("{} disputed, {} lost{and_accepted}", games.disputed, games.lost);
    let condition = Condition::holds(NAME, proposer, EXPECTED, found)
        .unless(games.lost == 0, State::Failed, LOST)
        .unless(games.disputed == 0, State::Failed, DISPUTED);
    Condition { accepted: watch.seen.accepted(NAME).filter(|_| accepted > 0).cloned(), ..condition }
}

fn unresolved(watch: &Watch, service: &str, games: &Games) -> Condition {
    const NAME: Name = Name::GameUnresolved;
    const EXPECTED: &str = "games are resolved in time";
    let unread = match games.unread {
        0 => String::new(),
        unread => format!(", {unread} not readable"),
    };
    let found = format!("{} in play, {} overdue{unread}", games.open, games.overdue);
    let condition = Condition::holds(NAME, service, EXPECTED, found).unless(
        games.unread == 0,
        State::Warn,
        UNREAD,
    );
    if !is_left_alone(watch) {
        return condition.unless(games.overdue == 0, State::Failed, OVERDUE);
    }
    // Known before the first one is overdue, days later. Of those that follow, the next is never far.
    if games.open == games.count {
        let found = format!("no challenger on this host, none of {} games resolved", games.count);
        return Condition { found, ..condition }.is(State::Failed, NOBODY);
    }
    condition.unless(games.overdue == 0, State::Failed, NOBODY)
}

/// The games are permissioned, and no challenger is here.
fn is_left_alone(watch: &Watch) -> bool {
    let setup = &watch.setup;
    let proposer = setup.service_of("op-proposer").and_then(|name| setup.config.services.get(name));
    let game_type = proposer.and_then(|proposer| proposer.game_type);
    setup.service_of("op-challenger").is_none() && game_type.is_some_and(is_permissioned)
}

fn agreement(watch: &Watch) -> Option<Condition> {
    const NAME: Name = Name::DisputeMon;
    let (setup, seen) = (&watch.setup, &watch.seen);
    let service = setup.service_of("op-dispute-mon")?;
    setup.plan.programs.get(service)?;
    let program = seen.programs.get(service).map_or(Err("it was not read yet"), |last| last.get());
    Some(match program {
        Err(reason) => Condition::unknown(NAME, service, AGREES, reason, "Start op-dispute-mon."),
        Ok(program) => judged(watch, service, program),
    })
}

/// Its gauges are set at the end of a round, and stand as they were while rounds fail.
fn judged(watch: &Watch, service: &str, program: &Program) -> Condition {
    const NAME: Name = Name::DisputeMon;
    let seen = &watch.seen;
    let command = watch.setup.config.services.get(service).and_then(|it| it.command.as_ref());
    let round = command.and_then(|command| duration(command.value("monitor-interval")?));
    let round = round.unwrap_or(ROUND).max(ROUND);
    let Some(wrong) = program.disagreements else {
        let ran = program.started.map_or(f64::INFINITY, |at| seen.now - at);
        // The first round is one interval after the start.
        if ran <= (round * FIRST_ROUND).as_secs_f64() {
            let found = format!("its first round comes {} after its start", span(round.as_secs()));
            return Condition::holds(NAME, service, AGREES, found);
        }
        let reason = "it has not judged the games since its start";
        return Condition::unknown(NAME, service, AGREES, reason, BLIND);
    };
    let age = program.judged_at.map_or(0.0, |at| seen.now - at);
    if age > STALE.max(round * ROUNDS).as_secs_f64() {
        let reason = format!("its round of {} ago is the last", span(whole(age)));
        return Condition::unknown(NAME, service, AGREES, &reason, BLIND);
    }
    let failed = program.failed_games.unwrap_or_default();
    let since = seen.unjudged_games_since.unwrap_or(seen.now);
    let limit = (round * UNJUDGED).as_secs_f64();
    let found = format!("{wrong} games go the wrong way, {failed} could not be judged");
    Condition::holds(NAME, service, AGREES, found)
        .unless(wrong == 0.0, State::Failed, DISAGREES)
        .unless(failed == 0.0 || seen.now - since <= limit, State::Warn, NOT_JUDGED)
}
