//! The record of a proof: its steps with their times, as a table and as JSON.

use std::{cell::RefCell, fmt::Write, time::Duration};

use anyhow::{Result, anyhow};
use op_gate::{Judgement, report};
use op_util::{error::with_causes, foreign::message};
use serde::Serialize;
use tokio::time::timeout;

use super::figures::Figures;
use crate::clock::Clock;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Proof {
    /// Every step held, and no gate refused.
    pub(super) passed: bool,
    /// The refusal that ended the proof.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Judgement>,
    /// How long the programs took to be found or built, in seconds.
    programs_seconds: f64,
    steps: Vec<Step>,
    /// `None` where the chain did not come as far.
    #[serde(skip_serializing_if = "Option::is_none")]
    figures: Option<Figures>,
}

/// One thing that held, or did not.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    name: String,
    /// Time of its end, in seconds from the moment at which the programs were there.
    seconds: f64,
    passed: bool,
    /// What was seen, or what went wrong.
    detail: String,
}

/// A step that failed and was recorded.
#[derive(Debug, thiserror::Error)]
#[error("a step failed")]
pub(super) struct Failed;

/// Records steps as they end.
pub(super) struct Recorder<'a> {
    clock: &'a Clock,
    steps: RefCell<Vec<Step>>,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(clock: &'a Clock) -> Self {
        Self { clock, steps: RefCell::default() }
    }

    /// Runs a step for at most `patience` and records how it went. An error has been recorded.
    pub(super) async fn step<T>(
        &self,
        name: &str,
        patience: Duration,
        work: impl Future<Output = Result<T>>,
        describe: impl FnOnce(&T) -> String,
    ) -> Result<T, Failed> {
        let result = timeout(patience, work)
            .await
            .unwrap_or_else(|_| Err(anyhow!("not within {} s", patience.as_secs())));
        match result {
            Ok(value) => {
                self.record(name, true, &describe(&value));
                Ok(value)
            }
            Err(error) => {
                self.record(name, false, &with_causes(error.as_ref()));
                Err(Failed)
            }
        }
    }

    /// Runs a step that describes itself.
    pub(super) async fn note(
        &self,
        name: &str,
        patience: Duration,
        work: impl Future<Output = Result<String>>,
    ) {
        // A failure has been recorded, and the next step does not need this one.
        let _ = self.step(name, patience, work, String::clone).await;
    }

    /// Records what holds now.
    pub(super) fn passed(&self, name: &str, detail: &str) {
        self.record(name, true, detail);
    }

    /// Records what went wrong between steps; a failed step has been recorded.
    pub(super) fn failure(&self, name: &str, error: &anyhow::Error) {
        if !error.is::<Failed>() {
            self.record(name, false, &with_causes(error.as_ref()));
        }
    }

    fn record(&self, name: &str, passed: bool, detail: &str) {
        let detail = message(detail);
        self.clock.say(format!("{} {name}: {detail}", mark(passed)));
        let seconds = self.clock.elapsed().as_secs_f64();
        self.steps.borrow_mut().push(Step { name: name.to_owned(), seconds, passed, detail });
    }

    pub(super) fn finish(self, refused: Option<Judgement>, figures: Option<Figures>) -> Proof {
        let steps = self.steps.into_inner();
        let passed = refused.is_none() && !steps.is_empty() && steps.iter().all(|step| step.passed);
        let programs_seconds = self.clock.programs().as_secs_f64();
        Proof { passed, refused, programs_seconds, steps, figures }
    }
}

const fn mark(passed: bool) -> &'static str {
    if passed { "✓" } else { "✗" }
}

impl Proof {
    pub(super) fn table(&self) -> String {
        let width = self.steps.iter().map(|step| step.name.len()).max().unwrap_or(0);
        let refused = self.refused.as_ref().map(report::service).unwrap_or_default();
        let mut text =
            format!("{refused}{:width$}    {:>6.1} s\n", "programs", self.programs_seconds);
        // Writing to a String cannot fail.
        for step in &self.steps {
            let _ = writeln!(
                text,
                "{} {:width$}  {:>6.1} s  {}",
                mark(step.passed),
                step.name,
                step.seconds,
                step.detail
            );
        }
        if let Some(figures) = &self.figures {
            let _ = writeln!(text, "{figures}");
        }
        let _ = writeln!(text, "{}", if self.passed { "PROVEN" } else { "NOT PROVEN" });
        text
    }
}

#[cfg(test)]
mod tests {
    use op_gate::Answer;

    use super::*;

    #[tokio::test]
    async fn a_refusal_stands_on_top_and_nothing_is_proven() {
        let clock = Clock::start();
        let recorder = Recorder::new(&clock);
        recorder
            .note("engine ready", Duration::from_secs(1), async { Ok("in time".to_owned()) })
            .await;
        let judgement = Judgement {
            service: "batcher".to_owned(),
            answer: Answer::Refuse,
            findings: Vec::new(),
            account: None,
        };
        let proof = recorder.finish(Some(judgement), None);
        assert!(!proof.passed);
        let table = proof.table();
        assert!(table.starts_with("batcher: refuse"), "{table}");
        assert!(table.contains("✓ engine ready"), "{table}");
        assert!(table.ends_with("NOT PROVEN\n"), "{table}");
        let json = serde_json::to_value(&proof).unwrap();
        assert_eq!(json["refused"]["service"], "batcher");
        assert_eq!(json["passed"], false);
    }
}
