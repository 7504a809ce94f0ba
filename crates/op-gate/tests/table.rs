//! The table of gates in the README is the one in the code, and each gate has the file that it promises.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::{collections::BTreeSet, env, fmt::Write, fs, path::Path};

use op_gate::{Entry, Gate, Subject};
use strum::IntoEnumIterator;

const BEGIN: &str = "| gate | what is proven | the story behind it |\n| --- | --- | --- |\n";

fn table() -> String {
    let mut table = BEGIN.to_owned();
    for subject in Subject::iter() {
        writeln!(table, "| **{}** (`gates/{subject}`) | | |", subject.heading()).unwrap();
        for (gate, Entry { proves, story, .. }) in of(subject) {
            writeln!(table, "| `{gate}` | {proves} | {story} |").unwrap();
        }
    }
    table
}

fn of(subject: Subject) -> impl Iterator<Item = (Gate, Entry)> {
    let entries = Gate::iter().map(|gate| (gate, gate.entry()));
    entries.filter(move |(_, entry)| entry.subject == subject)
}

/// `UPDATE_README=1` writes it.
#[test]
fn the_readme_has_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let begin = readme.find(BEGIN).unwrap();
    let end = begin + readme[begin..].find("\n\n").unwrap() + 1;
    if env::var_os("UPDATE_README").is_some() {
        fs::write(&path, format!("{}{}{}", &readme[..begin], table(), &readme[end..])).unwrap();
        return;
    }
    assert!(readme[begin..end] == table(), "run this test with UPDATE_README=1");
}

#[test]
fn each_gate_has_a_file_of_its_name_and_each_name_is_its_own() {
    let gates = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gates");
    let mut names = BTreeSet::new();
    for gate in Gate::iter() {
        let subject = gate.entry().subject.to_string();
        let name = gate.to_string();
        let file = name.strip_prefix(&format!("{subject}-")).unwrap_or(&name).replace('-', "_");
        let file = gates.join(subject).join(file);
        assert!(file.with_extension("rs").exists() || file.join("mod.rs").exists(), "{file:?}");
        assert_eq!(serde_json::to_value(gate).unwrap(), name);
        assert!(names.insert(name));
    }
}
