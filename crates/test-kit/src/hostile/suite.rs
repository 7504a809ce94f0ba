//! Commands before hostile nodes, side by side: what each took, and the signs that a node had its way.

use std::{
    collections::BTreeMap,
    mem::take,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
    thread,
    time::Duration,
};

use super::{Hostile, signs};
use crate::watched::Watched;

/// The memory that any command may take.
const MOST_MEMORY: u64 = 64_000_000;
/// What the tests' program, which is not optimised, has in memory more than the one that is installed.
const UNOPTIMISED: u64 = 14_000_000;
/// Cases at a time: most of them wait.
const AT_ONCE: usize = 32;

/// A command before a hostile node.
pub struct Case {
    command: &'static str,
    name: String,
    run: Box<dyn FnOnce() -> Outcome + Send>,
}

/// What a command came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The most memory, in bytes.
    pub peak: u64,
    /// The longest time.
    pub took: Duration,
    /// Whether any node was asked: on a busy machine a deadline may come before.
    pub asked: bool,
    /// What is wrong, in words.
    pub faults: Vec<String>,
}

impl Case {
    /// A case of a command; the name says which node it met.
    pub fn new(
        command: &'static str,
        name: String,
        run: impl FnOnce() -> Outcome + Send + 'static,
    ) -> Self {
        Self { command, name, run: Box::new(run) }
    }
}

impl Outcome {
    /// Of a run that was to end within the time, with one of these exit codes.
    #[must_use]
    pub fn of(watched: &Watched, codes: &[i32], nodes: &[Hostile]) -> Self {
        let Watched { run, peak, took } = watched;
        let mut outcome = Self { peak: *peak, took: *took, ..Self::default() };
        match run.code {
            None => outcome.faults.push(format!("does not end in time: {run}")),
            Some(code) if !codes.contains(&code) => {
                outcome.faults.push(format!("none of {codes:?}: {run}"));
            }
            Some(_) => {}
        }
        outcome.asked = nodes.iter().any(|node| node.asked() > 0);
        outcome.shows(&run.stdout, "stdout", nodes);
        outcome.shows(&run.stderr, "stderr", nodes);
        outcome
    }

    /// Looks for signs in something that it wrote.
    pub fn shows(&mut self, text: &str, place: &str, nodes: &[Hostile]) {
        let secrets: Vec<String> = nodes.iter().flat_map(Hostile::secrets).collect();
        let found = signs(text, &secrets);
        if !found.is_empty() {
            let beginning: String = text.chars().take(2_000).collect();
            self.faults.push(format!("{place} {}: {beginning:?}", found.join(", ")));
        }
    }

    /// What is to be said of every command, whatever it does.
    fn judge(&mut self) {
        if self.peak > MOST_MEMORY + UNOPTIMISED {
            self.faults.push(format!("{} MB of memory", self.peak / 1_000_000));
        }
    }
}

/// The cases of a command; the most memory and time, each with the case that took it.
#[derive(Default)]
struct Row {
    cases: usize,
    asked: usize,
    peak: (u64, String),
    took: (Duration, String),
}

/// Runs all cases, prints a line for each command, and fails with all that is wrong.
pub fn run(cases: Vec<Case>) {
    let all = cases.len();
    let left = Mutex::new(cases.into_iter());
    let (figures, faults) = (Mutex::new(BTreeMap::new()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = left.lock().unwrap().next();
                    let Some(Case { command, name, run }) = next else { break };
                    let outcome = catch_unwind(AssertUnwindSafe(run));
                    let mut outcome = outcome.unwrap_or_else(|_| Outcome {
                        faults: vec!["the test panicked".to_owned()],
                        ..Outcome::default()
                    });
                    outcome.judge();
                    let mut figures = figures.lock().unwrap();
                    let row: &mut Row = figures.entry(command).or_default();
                    row.cases += 1;
                    row.asked += usize::from(outcome.asked);
                    row.peak = (outcome.peak, name.clone()).max(take(&mut row.peak));
                    row.took = (outcome.took, name.clone()).max(take(&mut row.took));
                    let named = outcome.faults.into_iter();
                    faults
                        .lock()
                        .unwrap()
                        .extend(named.map(|fault| format!("{command}, {name}: {fault}")));
                }
            });
        }
    });
    println!("command          cases    memory   longest");
    let mut faults = faults.into_inner().unwrap();
    for (command, Row { cases, asked, peak: (peak, most), took: (took, longest) }) in
        figures.into_inner().unwrap()
    {
        let (peak, took) = (peak.div_ceil(1_000_000), took.as_secs_f64());
        println!("{command:16} {cases:5} {peak:6} MB {took:7.1} s  ({most}; {longest})");
        if asked * 4 < cases * 3 {
            faults.push(format!("{command} asked a node in {asked} of {cases} cases only"));
        }
    }
    assert!(faults.is_empty(), "{} of {all} cases:\n{}", faults.len(), faults.join("\n"));
}
