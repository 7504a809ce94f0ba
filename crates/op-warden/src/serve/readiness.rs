//! Whether the chain is ready, and if not, which conditions failed.

use std::time::Duration;

use tokio::sync::watch;

use super::Latest;

/// A judgement may miss this many intervals before it says nothing about now.
const INTERVALS: u32 = 3;

/// What the answers are made from.
pub(super) struct Readiness {
    pub(super) latest: watch::Receiver<Latest>,
    /// Pause between two judgements.
    pub(super) interval: Duration,
}

impl Readiness {
    /// The conditions that do not hold, a line each; none means ready.
    pub(super) fn failed(&self) -> Vec<String> {
        let latest = self.latest.borrow();
        let record = match &*latest {
            Ok(record) => record,
            Err(reason) => return vec![format!("judgements: {reason}")],
        };
        let mut failed = Vec::new();
        if record.services.is_empty() {
            failed.push("judgements: no service was judged".to_owned());
        }
        if record.age() > self.interval * INTERVALS {
            failed.push(format!("judgements: the last are {} s old", record.age().as_secs()));
        }
        let wrong = record.services.iter().filter(|judgement| !judgement.answer.starts());
        failed.extend(wrong.map(|judgement| {
            let gates: Vec<String> = judgement
                .findings
                .iter()
                .filter(|finding| !finding.answer.starts())
                .map(|finding| finding.gate.to_string())
                .collect();
            format!("{}: {} ({})", judgement.service, judgement.answer.name(), gates.join(", "))
        }));
        failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        gate::{Answer, Finding, Gate, Judgement},
        record::Record,
    };

    fn readiness(latest: Latest) -> Vec<String> {
        let (_sender, latest) = watch::channel(latest);
        Readiness { latest, interval: Duration::from_mins(1) }.failed()
    }

    fn record(answer: Answer) -> Record {
        let finding = Finding {
            gate: Gate::BatcherKey,
            answer,
            expected: String::new(),
            found: String::new(),
            source: String::new(),
            mend: String::new(),
        };
        let service = "batcher".to_owned();
        Record::now(vec![Judgement { service, answer, findings: vec![finding] }])
    }

    #[test]
    fn ready_only_with_fresh_passes_of_some_service() {
        assert!(readiness(Ok(record(Answer::Pass))).is_empty());
        assert!(readiness(Ok(record(Answer::Skip))).is_empty());
        assert_eq!(readiness(Ok(record(Answer::Wait))), ["batcher: wait (batcher-key)"]);
        assert_eq!(readiness(Ok(record(Answer::Refuse))), ["batcher: refuse (batcher-key)"]);
        assert_eq!(readiness(Ok(Record::now(Vec::new()))), ["judgements: no service was judged"]);
        assert_eq!(readiness(Err("no file".to_owned())), ["judgements: no file"]);
        let old = Record { judged_at: 1, ..record(Answer::Pass) };
        assert_eq!(readiness(Ok(old)).len(), 1);
    }
}
