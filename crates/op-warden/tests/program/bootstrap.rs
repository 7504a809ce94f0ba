//! `op-warden bootstrap` as an operator runs it.

use std::fs;

use crate::world::runner;

const INTENT: &str = include_str!("../../../op-bootstrap/tests/data/intent.toml");

#[test]
fn an_intent_is_judged_before_anything_is_paid() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("intent.toml");
    let lint = |text: &str, more: &[&str]| {
        fs::write(&path, text).unwrap();
        runner::run(&[&["bootstrap", "lint", path.to_str().unwrap()], more].concat())
    };
    lint(INTENT, &["--chain", "20260619"]).exits(0).unwrap();
    let run = lint(INTENT, &["--chain", "20260620"]);
    run.exits(255).unwrap();
    assert!(run.stdout.contains("135270c (20260620)"), "{run}");
    let premined = INTENT.replace("fundDevAccounts = false", "fundDevAccounts = true");
    let run = lint(&premined, &["--json"]);
    run.exits(255).unwrap();
    assert_eq!(run.json()["findings"][0]["consequence"], "losesTheChain");
    lint(&premined, &["--private-l1"]).exits(0).unwrap();
    lint(INTENT, &["--before-0-7"]).exits(255).unwrap();
    runner::run(&["bootstrap", "lint", "/nowhere"]).exits(255).unwrap();
    let help = runner::run(&["bootstrap", "lint", "--help"]);
    assert!(help.stdout.contains("Example: op-warden bootstrap lint"), "{help}");
}
