//! Lines of strangers' logs, each with what it means, and lines that hold secrets.
//!
//! The files are not part of the project: `field` of [`test_kit::data`], and where it is not there the tests
//! look at nothing. The dictionary's own lines are in `data/logs/samples`.

use std::{collections::BTreeMap, fs};

use op_tools::explain::dictionary::Dictionary;
use serde_json::Value;

use super::{found, harmless, read, run};

/// The text of a file of the field, if it is there.
fn file(name: &str) -> Option<String> {
    let path = test_kit::data().join("field").join(name);
    let text = fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("SKIPPED: no {}; OP_STACK_TEST_DATA names its folder", path.display());
    }
    text
}

/// What each line means, by the number that the file gives it.
const MEANT: [(u64, &str); 35] = [
    (1, "rollup-unknown-key"),
    (3, "engine-jwt-mismatch"),
    (5, "l1-origin-pruned"),
    (7, "proposer-game-exists"),
    (9, "conductor-head-mismatch"),
    (11, "engine-slow"),
    (13, "altda-server-unset"),
    (15, "engine-rejects-blocks"),
    (17, "p2p-dial-refused"),
    (19, "p2p-old-topic"),
    (21, "rollup-lacks-fork"),
    (23, "geth-fork-rewind"),
    (25, "engine-parent-missing"),
    (27, "engine-rejects-blocks"),
    (29, "engine-rejects-blocks"),
    (31, "engine-reset-at-start"),
    (33, "p2p-sync-unsupported"),
    (35, "reth-proof-window"),
    (37, "engine-lacks-fork"),
    (39, "game-before-genesis"),
    (41, "batcher-unauthorised"),
    (43, "batch-dropped"),
    (45, "go-panic"),
    (47, "blob-proofs-old"),
    (49, "geth-genesis-fork-order"),
    (51, "deployer-constructor"),
    (53, "prestate-stale-default"),
    (55, "flag-required"),
    (57, "engine-rejects-blocks"),
    (59, "node-too-busy"),
    (61, "reth-static-files"),
    (63, "rollup-pectra-blob"),
    (65, "rollup-malformed"),
    (67, "output-proof-slow"),
    // A line of health.
    (69, ""),
];

#[test]
fn every_line_of_the_field_has_its_entry() {
    let Some(lines) = file("log-lines.jsonl") else { return };
    let dictionary = Dictionary::load().unwrap();
    let meant = BTreeMap::from(MEANT);
    let mut seen = 0;
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = line["line"].as_str().unwrap();
        let Some(id) = line["n"].as_u64().and_then(|number| meant.get(&number)) else {
            eprintln!("not judged: {line}");
            continue;
        };
        let report = read(&dictionary, text.as_bytes());
        let found = [found(&report), harmless(&report)].concat();
        let expected: &[&str] = if id.is_empty() { &[] } else { &[id] };
        assert_eq!(found, expected, "{line}");
        seen += 1;
    }
    assert_eq!(seen, MEANT.len());
}

/// What was said of these lines before, and what they mean.
#[test]
fn no_line_is_taken_for_another() {
    let Some(lines) = file("wrong-hits.txt") else { return };
    let dictionary = Dictionary::load().unwrap();
    let expected = [
        "engine-parent-missing",
        "forge-value",
        "",
        "process-limit",
        "reth-proof-window",
        "l1-rate-limit-senders",
        "finalized-conflict",
        "l1-block-missing",
        "l1-rate-limit",
        "engine-broke-off",
        "rollup-lacks-fork",
        "rollup-lacks-fork",
        "l1-block-missing",
        "l1-endpoint-failing",
    ];
    assert_eq!(lines.lines().count(), expected.len());
    for (line, id) in lines.lines().zip(expected) {
        let report = read(&dictionary, line.as_bytes());
        let expected: &[&str] = if id.is_empty() { &[] } else { &[id] };
        assert_eq!([found(&report), harmless(&report)].concat(), expected, "{line}");
    }
}

#[test]
fn no_secret_of_the_field_is_shown() {
    let Some(lines) = file("redact.txt") else { return };
    let is_key =
        |word: &&str| word.len() >= 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    for line in lines.lines() {
        let run = run(&[], format!("{line}\n").as_bytes());
        assert!(
            run.stdout.contains("not in the dictionary") || run.stdout.contains("line "),
            "{run}"
        );
        assert!(!run.stdout.contains("SECRET"), "{run}");
        let words = || line.split(|part: char| !part.is_ascii_alphanumeric());
        for key in words().map(|word| word.trim_start_matches("0x")).filter(is_key) {
            assert!(!run.stdout.contains(key), "{key}: {run}");
        }
        assert!(!run.stdout.contains("legal winner"), "{run}");
    }
}
