//! What was asked and what came of it.

use std::{collections::BTreeMap, fmt};

/// What a case came to.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Both,
    Neither,
    /// op-warden alone refuses, for these reasons.
    Reasons(Vec<&'static str>),
    Disagreement(String),
}

#[derive(Debug, Default, Clone)]
struct Count {
    asked: usize,
    both: usize,
    neither: usize,
    reasons: usize,
    disagreements: usize,
}

/// The counts by kinds of change.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    kinds: BTreeMap<String, Count>,
    reasons: BTreeMap<&'static str, usize>,
    pub(crate) disagreements: Vec<String>,
}

impl Tally {
    pub(crate) fn count(&mut self, kind: &str, outcome: Outcome) {
        let count = self.kinds.entry(kind.to_owned()).or_default();
        count.asked += 1;
        match outcome {
            Outcome::Both => count.both += 1,
            Outcome::Neither => count.neither += 1,
            Outcome::Reasons(reasons) => {
                count.reasons += 1;
                for reason in reasons {
                    *self.reasons.entry(reason).or_default() += 1;
                }
            }
            Outcome::Disagreement(text) => {
                count.disagreements += 1;
                println!("{text}");
                self.disagreements.push(text);
            }
        }
    }

    pub(crate) fn asked(&self) -> usize {
        self.kinds.values().map(|count| count.asked).sum()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<44} asked  start  refuse  reason  disagree", "")?;
        let mut total = Count::default();
        for (kind, count) in &self.kinds {
            row(f, kind, count)?;
            total.asked += count.asked;
            total.both += count.both;
            total.neither += count.neither;
            total.reasons += count.reasons;
            total.disagreements += count.disagreements;
        }
        row(f, "all", &total)?;
        for (reason, count) in &self.reasons {
            writeln!(f, "{count:>5} × {reason}")?;
        }
        Ok(())
    }
}

fn row(f: &mut fmt::Formatter<'_>, kind: &str, count: &Count) -> fmt::Result {
    let Count { asked, both, neither, reasons, disagreements } = count;
    writeln!(f, "{kind:<44} {asked:>5}  {both:>5}  {neither:>6}  {reasons:>6}  {disagreements:>8}")
}
