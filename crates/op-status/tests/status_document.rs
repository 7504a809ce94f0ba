//! `STATUS.md` describes exactly the fields that `/status.json` has.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use op_status::status::Status;
use serde_json::Value;

const DOCUMENT: &str = include_str!("../STATUS.md");
const COMPLETE: &str = include_str!("data/status.json");

/// Objects whose keys are names, not fields.
const BY_NAME: [&str; 3] = ["services", "nodes", "accounts"];

type Fields = BTreeSet<(String, String)>;

/// Each field with the path of its object. The two verdicts of a node are of one kind, of which
/// neither need have every variant.
fn fields(value: &Value, path: &str, found: &mut Fields) {
    match value {
        Value::Array(all) => all.iter().for_each(|at| fields(at, &format!("{path}[]"), found)),
        Value::Object(all) if BY_NAME.contains(&path) => {
            all.values().for_each(|at| fields(at, &format!("{path}.*"), found));
        }
        Value::Object(all) => {
            for (field, value) in all {
                found.insert((kind(path), field.clone()));
                let below = if path.is_empty() { field.clone() } else { format!("{path}.{field}") };
                fields(value, &below, found);
            }
        }
        _ => {}
    }
}

fn kind(path: &str) -> String {
    path.replace("unsafeVerdict", "safeVerdict")
}

/// What stands in backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The rows under each heading, the cells of each.
fn tables() -> Vec<(&'static str, Vec<Vec<&'static str>>)> {
    let parts = DOCUMENT.split("\n## ").skip(1);
    let table = |part: &'static str| {
        let (heading, text) = part.split_once('\n').unwrap_or_default();
        let rows = text.lines().filter(|line| line.starts_with("| `"));
        let cells = |row: &'static str| row.trim_matches('|').split(" | ").map(str::trim).collect();
        (heading, rows.map(cells).collect())
    };
    parts.map(table).collect()
}

fn documented() -> Fields {
    let mut found = Fields::new();
    for (heading, rows) in tables() {
        let mut paths = quoted(heading);
        if heading == "The document" {
            paths.push("");
        }
        assert!(!paths.is_empty() && !rows.is_empty(), "{heading}");
        for row in rows {
            assert!(row.len() == 4 && row.iter().all(|cell| !cell.is_empty()), "{row:?}");
            found.extend(paths.iter().map(|path| (kind(path), quoted(row[0])[0].to_owned())));
        }
    }
    found
}

#[test]
fn every_field_is_documented_and_every_documented_field_exists() {
    // As it is written now: a field that the file does not have yet counts, too.
    let status: Status = serde_json::from_str(COMPLETE).unwrap();
    let mut all = Fields::new();
    fields(&serde_json::to_value(&status).unwrap(), "", &mut all);
    let documented = documented();
    let missing: Vec<_> = all.difference(&documented).collect();
    let invented: Vec<_> = documented.difference(&all).collect();
    assert!(missing.is_empty(), "not documented: {missing:?}");
    assert!(invented.is_empty(), "does not exist: {invented:?}");
}

#[test]
fn the_version_is_that_of_the_document() {
    assert!(DOCUMENT.contains(&format!("in one document of version {}.", Status::VERSION)));
}
