//! op-warden beside the official programs: what it passes starts, what it refuses does not start, or the
//! reason why it refuses stands in `reasons.rs`.
//!
//! `CASES` is how many are asked, `SEED` the first of their seeds: `CASES=1 SUBJECT=flags SEED=…` asks one again.

mod base;
mod case;
mod component;
mod forms;
mod mutate;
mod nodes;
mod program;
mod reasons;
mod subject;
mod tally;
mod warden;

use std::{
    env,
    path::Path,
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use e2e::devnet::{Result, ensure};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use op_gate::Finding;
use test_kit::components;

use self::{
    case::Case,
    component::Component,
    nodes::Nodes,
    program::{Did, Patience},
    subject::Subject,
    tally::{Outcome, Tally},
};

/// How many cases there are, and the seed of the first.
const CASES: u64 = 2_000;
const SEED: u64 = 1;
/// Programs at a time: most of them wait for what does not come.
const WORKERS: usize = 6;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each has workers of its own.
    arguments.test_threads = Some(1);
    let trial = |(subject, share): (Subject, u64)| {
        let name = subject.name().replace([' ', '.'], "_");
        Trial::ignorable_test(name, move || agree(subject, share))
    };
    let mut trials: Vec<Trial> = Subject::ALL.into_iter().map(trial).collect();
    trials.push(Trial::ignorable_test("forms_of_fields", forms_of_fields));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Each form is taken by both, or refused by both, or by op-warden for a written reason.
fn forms_of_fields() -> std::result::Result<Completion, Failed> {
    let bin = components().join("bin");
    if !bin.is_dir() {
        return Ok(Completion::ignored_with("no programs: run `cargo devnet build`"));
    }
    let of_rollup = forms::rollup().into_iter().map(|form| (Component::Node, "rollup.json", form));
    let of_genesis =
        forms::genesis().into_iter().map(|form| (Component::Engine, "genesis.json", form));
    let of_l1 = forms::l1().into_iter().map(|form| (Component::Node, "l1.json", form));
    let mut wrong = Vec::new();
    for (component, file, form) in of_rollup.chain(of_genesis).chain(of_l1) {
        let case = forms::case(component, file, form)?;
        let outcome = judged(&case, &bin)?;
        println!("  {}: {outcome:?}", case.changes.join("; "));
        if let Outcome::Disagreement(text) = outcome {
            wrong.push(format!("{}: {text}", case.changes.join("; ")));
        }
    }
    ensure(wrong.is_empty(), || wrong.join("\n"))?;
    Ok(Completion::Completed)
}

fn agree(subject: Subject, share: u64) -> std::result::Result<Completion, Failed> {
    let bin = components().join("bin");
    if !bin.is_dir() {
        return Ok(Completion::ignored_with("no programs: run `cargo devnet build`"));
    }
    if !base::forks_are_those_of_op_chain() {
        return Err("base.rs has other forks than op-chain".into());
    }
    let (cases, first) = (number("CASES", CASES)?, number("SEED", SEED)?);
    // A single case is that of any subject.
    let cases = if cases == 1 { 1 } else { cases * share / 100 };
    let (next, tally) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    thread::scope(|scope| {
        let work = || {
            loop {
                let number = next.fetch_add(1, Ordering::SeqCst);
                if number >= cases {
                    return;
                }
                let (kind, outcome) = compared(subject, first + number, &bin);
                tally
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
                    .count(&kind, outcome);
            }
        };
        for _ in 0..WORKERS {
            scope.spawn(work);
        }
    });
    let tally = tally.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    println!(
        "\n{}, seeds {first} to {}:\n{tally}",
        subject.name(),
        first + cases.saturating_sub(1)
    );
    ensure(tally.asked() as u64 == cases, || "not all cases were asked".to_owned())?;
    ensure(tally.disagreements.is_empty(), || {
        format!("{} disagreements:\n{}", tally.disagreements.len(), tally.disagreements.join("\n"))
    })?;
    Ok(Completion::Completed)
}

fn number(variable: &str, default: u64) -> Result<u64> {
    Ok(env::var(variable).map_or(Ok(default), |text| text.parse())?)
}

/// The kind of a case, and what became of it.
fn compared(subject: Subject, seed: u64, bin: &Path) -> (String, Outcome) {
    let case = match subject.case(seed) {
        Ok(case) => case,
        Err(error) => {
            return ("no case".to_owned(), Outcome::Disagreement(format!("SEED={seed}: {error}")));
        }
    };
    let kind = match case.kinds.as_slice() {
        [] => "nothing changed".to_owned(),
        [kind] => (*kind).to_owned(),
        _ => "two changes".to_owned(),
    };
    let outcome =
        judged(&case, bin).unwrap_or_else(|error| Outcome::Disagreement(error.to_string()));
    let outcome = match outcome {
        Outcome::Disagreement(text) => Outcome::Disagreement(format!(
            "SEED={seed} {} {}: {text}",
            case.component.name(),
            case.changes.join("; ")
        )),
        other => other,
    };
    (kind, outcome)
}

/// A program that has no core to run on looks like one that hangs: a disagreement is asked twice.
fn judged(case: &Case, bin: &Path) -> Result<Outcome> {
    match outcome(case, bin, Patience::SHORT)? {
        Outcome::Disagreement(_) => outcome(case, bin, Patience::LONG),
        agreed => Ok(agreed),
    }
}

fn outcome(case: &Case, bin: &Path, patience: Patience) -> Result<Outcome> {
    let dir = tempfile::tempdir()?;
    case.write(dir.path())?;
    let nodes = Nodes::start(case.component, &case.base, &case.text("rollup.json"));
    let findings = warden::ask(case, dir.path(), bin, &nodes)?;
    let did = program::ask(case, dir.path(), bin, &nodes, patience)?;
    Ok(match (findings.as_slice(), did) {
        ([], Did::Start(hash)) => {
            let other = hash.filter(|hash| !is_short_for(hash, &case.base.l2_hash));
            other.map_or(Outcome::Both, |hash| {
                Outcome::Disagreement(format!("another hash: {hash}"))
            })
        }
        ([], Did::Refuse(words)) => Outcome::Disagreement(format!("FALSE PASS: {words}")),
        (_, Did::Refuse(_)) => Outcome::Neither,
        (findings, Did::Start(_)) => reasoned(case, findings),
    })
}

/// Every finding has its reason.
fn reasoned(case: &Case, findings: &[Finding]) -> Outcome {
    let mut reasons = Vec::new();
    for finding in findings {
        match reasons::of(case, finding) {
            Some(reason) => reasons.push(reason),
            None => {
                return Outcome::Disagreement(format!("NO REASON: {}", warden::shown(finding)));
            }
        }
    }
    reasons.sort_unstable();
    reasons.dedup();
    Outcome::Reasons(reasons)
}

/// Whether "6d6e7f..dced0a" is how op-geth shows this hash.
fn is_short_for(short: &str, hash: &str) -> bool {
    let digits = hash.trim_start_matches("0x");
    short
        .split_once("..")
        .is_some_and(|(begin, end)| digits.starts_with(begin) && digits.ends_with(end))
}
