//! The gates of a service, as they were judged last.

use std::time::Duration;

use op_util::text::span;

use crate::condition::{Condition, Name, State};
use crate::watch::Watch;
use op_gate::{Answer, Finding, Judgement};

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
    let state = match judgement.answer {
        Answer::Refuse => State::Failed,
        Answer::Wait => State::Unknown,
        Answer::Warn | Answer::Pass | Answer::Skip => State::Ok,
    };
    let stops = |finding: &&Finding| !finding.answer.starts();
    let warns = |finding: &&Finding| finding.answer == Answer::Warn;
    if state == State::Ok {
        let warnings: Vec<_> = judgement.findings.iter().filter(warns).collect();
        let condition = Condition::holds(NAME, service, EXPECTED, said("pass", &warnings));
        return match warnings.first() {
            Some(first) => condition.is(State::Warn, first.mend.as_str()),
            None => condition,
        };
    }
    let failed: Vec<_> = judgement.findings.iter().filter(stops).collect();
    let mend = failed.first().map_or("", |first| first.mend.as_str());
    let found = said(judgement.answer.name(), &failed);
    Condition::holds(NAME, service, EXPECTED, found).is(state, mend)
}

/// An answer, the gates behind it, and what the first of them found.
fn said(answer: &str, findings: &[&Finding]) -> String {
    let Some(first) = findings.first() else { return answer.to_owned() };
    let mut names: Vec<String> = findings.iter().map(|finding| finding.gate.to_string()).collect();
    names.dedup();
    let answer = if first.answer == Answer::Warn { "warn" } else { answer };
    format!("{answer} ({}): {}", names.join(", "), first.found)
}
