//! The record of a proof: its steps with their times, as a table and as JSON.

use std::{cell::RefCell, fmt::Write, time::Duration};

use anyhow::{Result, anyhow};
use serde::Serialize;
use tokio::time::timeout;

use super::figures::Figures;
use crate::clock::Clock;

/// What was proven.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Proof {
    /// Every step held.
    pub(super) passed: bool,
    /// Where the contracts come from.
    contracts: String,
    steps: Vec<Step>,
    figures: Figures,
}

/// One thing that held, or did not.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    name: String,
    /// Time of its end, in seconds from the start of the command.
    seconds: f64,
    passed: bool,
    /// What was seen, or what went wrong.
    detail: String,
}

/// A step that failed and was taken down.
#[derive(Debug)]
pub(super) struct Failed;

impl std::fmt::Display for Failed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a step failed")
    }
}

impl std::error::Error for Failed {}

/// Takes down steps as they end.
pub(super) struct Recorder {
    clock: Clock,
    steps: RefCell<Vec<Step>>,
}

impl Recorder {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, steps: RefCell::default() }
    }

    /// Runs a step for at most `patience` and takes down how it went. An error has been taken down.
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
                self.take_down(name, true, describe(&value));
                Ok(value)
            }
            Err(error) => {
                self.take_down(name, false, format!("{error:#}"));
                Err(Failed)
            }
        }
    }

    /// Runs a step that tells of itself.
    pub(super) async fn note(
        &self,
        name: &str,
        patience: Duration,
        work: impl Future<Output = Result<String>>,
    ) {
        // A failure has been taken down, and the next step does not need this one.
        let _ = self.step(name, patience, work, String::clone).await;
    }

    /// Takes down what went wrong between steps; a failed step has been taken down.
    pub(super) fn failure(&self, name: &str, error: &anyhow::Error) {
        if !error.is::<Failed>() {
            self.take_down(name, false, format!("{error:#}"));
        }
    }

    fn take_down(&self, name: &str, passed: bool, detail: String) {
        self.clock.say(format!("{} {name}: {detail}", mark(passed)));
        let seconds = self.clock.elapsed().as_secs_f64();
        self.steps.borrow_mut().push(Step { name: name.to_owned(), seconds, passed, detail });
    }

    pub(super) fn finish(self, contracts: String, figures: Figures) -> Proof {
        let steps = self.steps.into_inner();
        Proof { passed: steps.iter().all(|step| step.passed), contracts, steps, figures }
    }
}

const fn mark(passed: bool) -> &'static str {
    if passed { "✓" } else { "✗" }
}

impl Proof {
    /// The proof for people.
    pub(super) fn table(&self) -> String {
        let width = self.steps.iter().map(|step| step.name.len()).max().unwrap_or(0);
        let mut text = format!("\ncontracts: {}\n", self.contracts);
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
        let _ = writeln!(text, "{}", self.figures);
        let _ = writeln!(text, "{}", if self.passed { "PROVEN" } else { "NOT PROVEN" });
        text
    }
}
