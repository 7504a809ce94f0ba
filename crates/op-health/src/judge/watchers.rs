//! Whether those who watch the games do, and what op-dispute-mon finds wrong with bonds.

use op_util::text::span;

use crate::last_reading::LastReading;
use crate::memory::Alarm;
use crate::plan::SLOT;
use crate::watch::Watch;
use op_gate::command::duration;
use op_observe::programs::Program;
use op_status::condition::{Condition, Name, State};
use op_util::number::{float, whole};

/// L1 blocks after which a challenger that has not acted on any newer one does not act: ten minutes of Ethereum.
const BEHIND: f64 = 50.0;

const ACTS: &str = "it acts at L1's head";
const AGREE: &str = "its nodes agree about every game, and it ignores none";
const BONDS: &str = "bonds are there, nobody's credit is off, and no claim of ours is invalid";

const STANDS: &str = "It runs and does nothing: false roots stand unattacked, games unresolved. See its log for the call that does \
                      not end: its op-node, its engine, or its L1 endpoint.";
const DIFFER: &str = "Its nodes have different roots for one block, so one of them is wrong: compare them (op-warden prove \
                      heads) before anything else.";
const IGNORED: &str = "Games that it was told to ignore are judged by nobody: see --ignored-games.";
const BOND: &str = "See op-warden bonds, and op-dispute-mon's log for the game. A claim of ours that is invalid was made by a \
                    wrong program, or by somebody who has the key. Once it is understood: op-warden accept bonds --why TEXT.";
const SEE: &str = "See whether it runs, and its log.";

pub(super) fn judge(watch: &Watch) -> Vec<Condition> {
    let of = |component: &str| {
        let service = watch.setup.service_of(component)?;
        watch.setup.plan.programs.contains_key(service).then_some(service)
    };
    let challenger = of("op-challenger").map(|service| acts(watch, service));
    let monitor = of("op-dispute-mon").into_iter();
    let monitor = monitor.flat_map(|service| [agree(watch, service), bonds(watch, service)]);
    challenger.into_iter().chain(monitor).collect()
}

fn program<'a>(watch: &'a Watch, service: &str) -> Result<&'a Program, &'a str> {
    watch.seen.programs.get(service).map_or(Err("it was not read yet"), LastReading::get)
}

fn acts(watch: &Watch, service: &str) -> Condition {
    const NAME: Name = Name::Watchers;
    let unknown = |reason: &str| Condition::unknown(NAME, service, ACTS, reason, SEE);
    let acted = match program(watch, service) {
        Err(reason) => return unknown(reason),
        Ok(program) => program.acted_on,
    };
    let (acted, l1) = match (acted, watch.seen.l1.get()) {
        (None, _) => return unknown("its metrics do not say on which block it acted"),
        (_, Err(reason)) => return unknown(&format!("L1: {reason}")),
        (Some(acted), Ok(l1)) => (acted, l1.head.number),
    };
    let behind = (float(l1) - acted).max(0.0);
    let found = format!("it acted on L1 block {acted}, {behind} behind");
    let most = may_be_behind(watch, service);
    Condition::holds(NAME, service, ACTS, found).unless(behind <= most, State::Failed, STANDS)
}

/// In L1 blocks: it may be told to act less often.
fn may_be_behind(watch: &Watch, service: &str) -> f64 {
    let blocks = pause(watch, service, "min-update-interval", 0.0) / float(SLOT);
    (2.0 * blocks).max(BEHIND)
}

/// What a flag of the service's command says, in seconds.
fn pause(watch: &Watch, service: &str, flag: &str, default: f64) -> f64 {
    let command = watch.setup.config.services.get(service).and_then(|it| it.command.as_ref());
    let given = command.and_then(|command| duration(command.value(flag)?));
    given.map_or(default, |pause| pause.as_secs_f64())
}

fn agree(watch: &Watch, service: &str) -> Condition {
    const NAME: Name = Name::Watchers;
    let unknown = |reason: &str| Condition::unknown(NAME, service, AGREE, reason, SEE);
    let monitor = match program(watch, service) {
        Err(reason) => return unknown(reason),
        Ok(program) => program.monitor,
    };
    let Some(monitor) = monitor else {
        return first_round(watch, service, NAME, AGREE);
    };
    let (differ, ignored) = (monitor.different_roots, monitor.ignored);
    let found = format!("its nodes differ about {differ} games, it ignores {ignored}");
    Condition::holds(NAME, service, AGREE, found)
        .unless(differ == 0.0, State::Failed, DIFFER)
        .unless(ignored == 0.0, State::Warn, IGNORED)
}

fn bonds(watch: &Watch, service: &str) -> Condition {
    const NAME: Name = Name::Bonds;
    let unknown = |reason: &str| Condition::unknown(NAME, service, BONDS, reason, SEE);
    if let Err(reason) = program(watch, service) {
        return unknown(reason);
    }
    let Some(Alarm { count, at }) = watch.memory.bonds else {
        return first_round(watch, service, NAME, BONDS);
    };
    let is_accepted = watch.seen.is_accepted(NAME, at);
    let passed = (watch.seen.now - at).max(0.0);
    let found = match count {
        0 => "nothing is wrong".to_owned(),
        count => format!("{count} things are wrong, the last since {}", span(whole(passed))),
    };
    // A node that has just been started again knows the newest games not yet: its next round does.
    let is_settled = passed >= 2.0 * pause(watch, service, "monitor-interval", 30.0);
    let condition = Condition::holds(NAME, service, BONDS, found);
    let is_well = count == 0 || is_accepted || !is_settled;
    let condition = condition.unless(is_well, State::Failed, BOND);
    let accepted = watch.seen.accepted(NAME).filter(|_| count > 0 && is_accepted).cloned();
    Condition { accepted, ..condition }
}

/// Its gauges are there after its first round.
fn first_round(watch: &Watch, service: &str, name: Name, expected: &str) -> Condition {
    const ROUNDS: f64 = 120.0;
    let started = program(watch, service).ok().and_then(|program| program.started);
    let ran = started.map_or(f64::INFINITY, |at| watch.seen.now - at);
    if ran <= ROUNDS {
        return Condition::holds(name, service, expected, "its first round comes after its start");
    }
    let reason = "it has not judged the games since its start";
    Condition::unknown(name, service, expected, reason, SEE)
}
