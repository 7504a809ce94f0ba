//! The gates of a service, as they were judged last.

use std::time::Duration;

use op_util::text::span;

use crate::watch::Watch;
use op_gate::{Answer, Finding, Judgement};
use op_status::condition::{Condition, Name, State};

/// Judgements may miss this many intervals, beside the time that one may take.
const INTERVALS: u32 = 3;

const NAME: Name = Name::Gates;
const EXPECTED: &str = "every gate passes";
const MEND: &str = "See what judges: systemctl status op-stack-judge.";

pub(super) fn judge(watch: &Watch, service: &str) -> Condition {
    let unknown = |reason: &str| Condition::unknown(NAME, service, EXPECTED, reason, MEND);
    let record = match &watch.seen.judgements {
        Ok(record) => record,
        Err(reason) => return unknown(reason),
    };
    let Some(judgement) = record.services.iter().find(|judged| judged.service == service) else {
        return unknown("it was not judged");
    };
    let deadline = Duration::from_secs(watch.setup.config.deadline_seconds);
    let limit = watch.setup.judging_interval * INTERVALS + deadline;
    let age = record.age();
    if age > limit {
        let expected = format!("judged within {}", span(limit.as_secs()));
        let found = format!("judged {} ago", span(age.as_secs()));
        return Condition::holds(NAME, service, expected, found).is(State::Unknown, MEND);
    }
    of(service, judgement)
}

fn of(service: &str, judgement: &Judgement) -> Condition {
    let holds = |found: String| Condition::holds(NAME, service, EXPECTED, found);
    // What does not start says more than a warning beside it.
    let worst = judgement.findings.iter().map(|finding| finding.answer).max();
    let worst = worst.unwrap_or(judgement.answer).max(judgement.answer);
    let state = match worst {
        Answer::Refuse => State::Failed,
        Answer::Wait => State::Unknown,
        Answer::Warn => State::Warn,
        Answer::Pass | Answer::Skip => return holds("pass".to_owned()),
    };
    let behind = |finding: &&Finding| match worst {
        Answer::Warn => finding.answer == Answer::Warn,
        _ => !finding.answer.starts(),
    };
    let findings: Vec<&Finding> = judgement.findings.iter().filter(behind).collect();
    let Some(first) = findings.first() else { return holds(worst.name().to_owned()).is(state, "") };
    let mut names: Vec<String> = findings.iter().map(|finding| finding.gate.to_string()).collect();
    names.dedup();
    holds(format!("{} ({}): {}", worst.name(), names.join(", "), first.found))
        .is(state, first.mend.as_str())
}
