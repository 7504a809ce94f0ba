//! Which conditions follow from another that does not hold, so that a cause stands before what it brings.
//!
//! Folded is only what cannot be read, and what a stopped program always brings: its heads stand, and it
//! does not answer. A fault that was measured (a diverged follower, a rotated role) is never folded.

use op_gate::{Gate, Judgement, Subject};

use crate::watch::Watch;
use op_status::condition::{Cause, Condition, Name, State};

/// What a sequencer that does not run brings on, whomever it is judged for.
const OF_THE_SEQUENCER: [Name; 10] = [
    Name::UnsafeHead,
    Name::SafeHead,
    Name::FinalizedHead,
    Name::SafeLag,
    Name::SequencerActive,
    Name::L1Info,
    Name::BatcherProgress,
    Name::NewestGame,
    Name::FollowerUnsafe,
    Name::FollowerSafe,
];

/// Marks what follows, each by the first cause of all.
pub(crate) fn mark(watch: &Watch, conditions: &mut [Condition]) {
    let direct: Vec<Option<usize>> =
        (0..conditions.len()).map(|at| cause(watch, conditions, at)).collect();
    for at in 0..conditions.len() {
        let mut root = at;
        // A chain of causes has no circle, and is no longer than there are conditions.
        for _ in 0..conditions.len() {
            root = direct[root].unwrap_or(root);
        }
        if root != at {
            let Condition { name, ref subject, .. } = conditions[root];
            conditions[at].follows = Some(Cause { condition: name, subject: subject.clone() });
        }
    }
}

/// The condition, one that stands before it in this order, that it follows from at once: gates from the
/// first with the same finding or from L1; a program from its gates; all else from gates, programs, L1, and a chain
/// whose files are not there.
fn cause(watch: &Watch, all: &[Condition], at: usize) -> Option<usize> {
    let condition = &all[at];
    if condition.state.is_ready() {
        return None;
    }
    let wrong = |name: Name, subject: &str| {
        let is =
            |one: &Condition| one.name == name && one.subject == subject && !one.state.is_ready();
        all.iter().position(is)
    };
    let not_derived = || {
        let sequencer = watch.setup.plan.sequencer()?;
        let found = wrong(Name::DerivationLag, &sequencer.name)?;
        (all[found].state == State::Failed).then_some(found)
    };
    let l1 = || all.iter().position(|one| one.name == Name::L1 && !one.state.is_ready());
    let subject = condition.subject.as_str();
    match condition.name {
        Name::L1 => None,
        // Batches are in L1: it is not the batcher.
        Name::SafeHead | Name::SafeLag if not_derived().is_some() => not_derived(),
        Name::Gates if is_of_l1(watch, subject) => l1().or_else(|| same_gates(all, at)),
        Name::Gates => same_gates(all, at),
        Name::Service => wrong(Name::Gates, subject),
        name if may_follow(condition) => {
            let engine = watch.setup.plan.engines.get(subject).map(String::as_str);
            let sequencer = watch.setup.plan.sequencer().map(|node| node.name.as_str());
            let sequencer = sequencer.filter(|_| OF_THE_SEQUENCER.contains(&name));
            let sequencers_engine = sequencer.and_then(|node| watch.setup.plan.engines.get(node));
            let stopped =
                |service: &str| wrong(Name::Gates, service).filter(|_| is_stopped(all, service));
            let services =
                [Some(subject), engine, sequencers_engine.map(String::as_str), sequencer];
            let mut services = services.into_iter().flatten();
            let program = services
                .find_map(|service| stopped(service).or_else(|| wrong(Name::Service, service)));
            let unread = || l1().or_else(|| no_chain(watch, all));
            program.or_else(|| unread().filter(|_| condition.state == State::Unknown))
        }
        _ => None,
    }
}

/// The gates that say why there is no chain: its files say which contracts and accounts are read.
fn no_chain(watch: &Watch, all: &[Condition]) -> Option<usize> {
    let Ok(record) = &watch.seen.judgements else { return None };
    let lacks = |judgement: &Judgement| {
        let mut wrong = judgement.findings.iter().filter(|finding| !finding.answer.starts());
        wrong.any(|finding| finding.gate == Gate::ChainFiles)
    };
    let lacking = |service: &str| {
        record.services.iter().any(|judged| judged.service == service && lacks(judged))
    };
    let is = |one: &Condition| one.name == Name::Gates && lacking(&one.subject);
    all.iter().position(is).filter(|_| watch.seen.chain.is_none())
}

/// A program that runs on is no reason for anything, whatever its gates say of its next start.
fn is_stopped(all: &[Condition], service: &str) -> bool {
    let is_up = |one: &Condition| {
        one.name == Name::Service && one.subject == service && one.state.is_ready()
    };
    !all.iter().any(is_up)
}

fn may_follow(condition: &Condition) -> bool {
    let stands = OF_THE_SEQUENCER[..6].contains(&condition.name);
    condition.state == State::Unknown || stands
}

/// The first service whose gates found the same.
fn same_gates(all: &[Condition], at: usize) -> Option<usize> {
    let same = |one: &Condition| {
        one.name == Name::Gates && one.found == all[at].found && one.mend == all[at].mend
    };
    all[..at].iter().position(same)
}

/// Whether all that a service waits for is L1.
fn is_of_l1(watch: &Watch, service: &str) -> bool {
    let Ok(record) = &watch.seen.judgements else { return false };
    let Some(judgement) = record.services.iter().find(|judged| judged.service == service) else {
        return false;
    };
    let mut failed =
        judgement.findings.iter().filter(|finding| !finding.answer.starts()).peekable();
    let of_l1 = |gate: Gate| gate.entry().subject == Subject::L1;
    failed.peek().is_some() && failed.all(|finding| of_l1(finding.gate))
}
