//! The gates of a service, as they were judged last.

use std::time::Duration;

use op_util::text::span;

use crate::condition::{Condition, Name, State};
use crate::watch::Watch;
use op_gate::{Answer, Judgement};

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
    let failed: Vec<_> =
        judgement.findings.iter().filter(|finding| !finding.answer.starts()).collect();
    let state = match judgement.answer {
        Answer::Refuse => State::Failed,
        Answer::Wait => State::Unknown,
        Answer::Warn | Answer::Pass | Answer::Skip => State::Ok,
    };
    let mut names: Vec<String> = failed.iter().map(|finding| finding.gate.to_string()).collect();
    names.dedup();
    let (found, mend) = match failed.first() {
        None => ("pass".to_owned(), ""),
        Some(first) => {
            let found =
                format!("{} ({}): {}", judgement.answer.name(), names.join(", "), first.found);
            (found, first.mend.as_str())
        }
    };
    let condition = Condition::holds(NAME, service, EXPECTED, found);
    condition.unless(state == State::Ok, state, mend)
}
