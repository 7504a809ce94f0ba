//! The commands of the runbooks: what they name is there.

use std::process::{Command, Output};

use libtest_mimic::{Completion, Trial};
use op_status::runbook;

use crate::{Result, none, trial};

/// A status with all that a status may hold.
const STATUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/status.json");

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(("runbooks::commands_of_op_warden_exist", commands_exist)),
        Trial::ignorable_test("runbooks::questions_to_the_status_have_answers", || {
            match Command::new("jq").arg("--version").output() {
                Err(_) => Ok(Completion::ignored_with("no jq (Debian: apt install jq)")),
                Ok(_) => Ok(questions_have_answers().map(|()| Completion::Completed)?),
            }
        }),
    ]
}

/// The lines of code of all pages, each with its page's name.
fn commands() -> impl Iterator<Item = (&'static str, &'static str)> {
    runbook::ALL.iter().flat_map(|page| {
        // Every second part lies between fences.
        let blocks = page.text.split("```").skip(1).step_by(2);
        blocks.flat_map(str::lines).map(|line| (page.name, line))
    })
}

/// Each names a subcommand, and options that its help knows.
fn commands_exist() -> Result {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (page, line) in commands() {
        let Some(at) = line.find("op-warden ") else { continue };
        if line.starts_with("systemctl") || line.starts_with("journalctl -u op-warden") {
            continue;
        }
        seen += 1;
        let words: Vec<&str> =
            line[at..].split(['|', ';']).next().unwrap_or_default().split(' ').skip(1).collect();
        // A subcommand may have one of its own.
        let help = |names: &[&str]| -> Result<Output> {
            Ok(Command::new(test_kit::program::op_warden()).args(names).arg("--help").output()?)
        };
        let depth = if matches!(words[0], "prove" | "keys") { 2 } else { 1 };
        let help = help(&words[..depth])?;
        let text = String::from_utf8(help.stdout)?;
        if !help.status.success() {
            wrong.push(format!("{page}: {line}: there is no such command"));
        }
        let flags = words.iter().filter(|word| word.starts_with("--"));
        let unknown = flags.filter(|flag| {
            !text.contains(&format!("{flag} ")) && !text.contains(&format!("{flag}\n"))
        });
        wrong.extend(unknown.map(|flag| format!("{page}: {line}: there is no {flag}")));
    }
    none(&wrong)?;
    if seen < 10 { Err(format!("only {seen} commands").into()) } else { Ok(()) }
}

/// Each `jq` finds something in a status.
fn questions_have_answers() -> Result {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (page, line) in commands() {
        let Some((_, question)) = line.split_once("/status.json | jq ") else { continue };
        seen += 1;
        let question = question.trim_matches('\'');
        // Not every status has what is looked for in a list.
        let question = question.split(" | select").next().unwrap_or_default();
        let question = question
            .replace("follower-NAME-node", "follower-a-node")
            .replace("SERVICE", "batcher")
            .replace("accounts.challenger", "accounts.proposer");
        let output = Command::new("jq").args([question.as_str(), STATUS]).output()?;
        let answer = String::from_utf8(output.stdout)?;
        if !output.status.success() || answer.lines().all(|line| line == "null") {
            wrong.push(format!("{page}: {question}: {answer}"));
        }
    }
    none(&wrong)?;
    if seen < 10 { Err(format!("only {seen} questions").into()) } else { Ok(()) }
}
