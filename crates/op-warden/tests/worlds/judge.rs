//! Gates in a spoilt world, as op-warden judges them.

use std::thread;

use serde_json::Value;
use test_kit::Run;

use crate::{
    case::Case,
    verdict::Verdict::{self, Pass, Skip, Warn},
    world::names::gates,
};

/// Compares a judgement with what is expected of its gate.
fn judged(case: &Case, judgement: &Value, errors: &mut Vec<String>) {
    let gate = judgement["service"].as_str().unwrap();
    let expected = case.expected(gate);
    let mut wrong = |what: &str| errors.push(format!("{}: {gate}: {what}: {judgement}", case.name));
    let answer = expected.of_service();
    if judgement["answer"] != answer.name() {
        wrong(&format!("not {}", answer.name()));
    }
    let findings = judgement["findings"].as_array().unwrap();
    let said = |answer: Verdict| findings.iter().any(|it| it["answer"] == answer.name());
    if matches!(expected, Skip | Warn) && !said(expected) {
        wrong(&format!("no finding says {}", expected.name()));
    }
    if expected == Pass && findings.iter().any(|finding| finding["answer"] != "pass") {
        wrong("a finding is no pass");
    }
    for finding in findings {
        let bad = ["warn", "wait", "refuse"].iter().any(|answer| finding["answer"] == *answer);
        let empty = |field: &&str| finding[*field].as_str().unwrap().is_empty();
        if bad && ["expected", "found", "source", "mend"].iter().any(empty) {
            wrong("a finding does not say everything");
        }
    }
}

/// Runs a case and returns how many judgements were compared.
pub(crate) fn run(case: &Case, errors: &mut Vec<String>) -> usize {
    let world = case.world.start();
    let check = world.check(&["--json"]);
    let judgements = check.json();
    let judgements = judgements.as_array().unwrap();
    assert_eq!(judgements.len(), gates().count(), "{}", case.name);
    for judgement in judgements {
        judged(case, judgement, errors);
    }

    let worst = gates().map(|gate| case.expected(gate).code()).max();
    if check.code != worst {
        errors.push(format!("{}: check ends with {:?}, not {worst:?}", case.name, check.code));
    }

    // By itself as well: each gate that must notice, and one that must not.
    let noticing = gates().filter(|gate| case.noticed.contains_key(gate));
    let passing = gates().find(|gate| case.expected(gate) == Pass);
    let alone: Vec<&str> = noticing.chain(passing).collect();
    let runs: Vec<Run> = thread::scope(|scope| {
        let threads: Vec<_> =
            alone.iter().map(|gate| scope.spawn(|| world.gate(gate, &[]))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (gate, run) in alone.iter().zip(runs) {
        let expected = case.expected(gate);
        let head = expected.of_service();
        if run.code != Some(expected.code()) || !begins(&run.stdout, gate, head) {
            errors.push(format!("{}: gate {gate} is not {}: {run:?}", case.name, expected.name()));
        }
    }
    judgements.len() + alone.len()
}

/// Whether the first line is the service's answer, with the gate that does not pass.
fn begins(text: &str, gate: &str, answer: Verdict) -> bool {
    let Some(rest) = text.strip_prefix(&format!("{gate}: {}", answer.name())) else { return false };
    rest.starts_with(if answer == Verdict::Pass { "\n" } else { " (" })
}
