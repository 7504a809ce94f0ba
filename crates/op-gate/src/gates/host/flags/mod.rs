//! The program knows its flags, and none of them beats the chain's files.

mod beats;
mod l1;
mod together;
mod values;

use op_release::flags::{self, Flag, Program};
use op_util::text::meant;
use semver::Version;

use crate::{
    command::Command,
    config::Service,
    finding::{Comparison, Finding},
    gate::Gate,
    read::Facts,
};

const GATE: Gate = Gate::Flags;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    let mut findings = beats::judge(service, command, facts);
    findings.extend(l1::judge(command, facts));
    if let Some(program) = flags::of(&command.component) {
        let is_same = is_same(service, program);
        findings.extend(unknown_flags(command, program, is_same));
        findings.extend(unknown_variables(command, program));
        findings.extend(values::judge(command, program, &facts.config.l1, is_same));
    }
    if findings.is_empty() {
        findings.push(nothing_found(service, &command.component));
    }
    findings
}

/// What was looked for in vain: less where the flags are those of another release, or not known at all.
fn nothing_found(service: &Service, component: &str) -> Finding {
    let (expected, source) = match flags::of(component) {
        Some(program) if is_same(service, program) => (
            "flags that the program knows, and that leave the chain's files in force",
            format!("--help of {component} {}", program.release),
        ),
        Some(program) => (
            "no flag that beats the chain's files or looks misspelt",
            format!("--help of {component} {}; another release runs", program.release),
        ),
        None => (
            "no flag that beats the chain's files",
            format!("the gate; which flags {component} knows was not asked"),
        ),
    };
    Comparison::new(GATE, (expected, source), ("none", "the service's command")).holds()
}

/// Flags that the program refuses. Of another release than the known one, only a name that looks
/// misspelt is reported: it may be new there.
fn unknown_flags(command: &Command, program: &Program, is_same: bool) -> Vec<Finding> {
    let unknown = command.flags().filter(|flag| !program.flags.contains_key(flag));
    let finding = |flag: &str| {
        let meant = meant(flag, program.flags.keys().copied());
        if !is_same && meant.is_none() {
            return None;
        }
        let hint = meant.map(|meant| format!("; did you mean --{meant}?")).unwrap_or_default();
        let comparison = Comparison::new(
            GATE,
            (
                format!("a flag of {}{hint}", command.component),
                format!("--help of {}", program.release),
            ),
            (format!("--{flag}"), "the service's command"),
        );
        Some(if is_same {
            comparison
                .refuse("The program does not start with a flag that it does not know: correct it.")
        } else {
            comparison.warn(
                "The release that runs may know it. If it does not, the program does not start.",
            )
        })
    };
    unknown.filter_map(finding).collect()
}

/// A program passes over variables that it does not know, so what they were to do is not done.
fn unknown_variables(command: &Command, program: &Program) -> Vec<Finding> {
    let prefix = command.prefix();
    let known: Vec<&str> =
        program.flags.values().flat_map(|Flag { variables, .. }| variables).copied().collect();
    let unknown = command
        .environment
        .keys()
        .filter(|name| name.starts_with(&prefix) && !known.contains(&name.as_str()));
    let finding = |name: &String| {
        let meant = meant(name, known.iter().copied())?;
        Some(
            Comparison::new(
                GATE,
                (
                    format!("a variable of {}; did you mean {meant}?", command.component),
                    format!("--help of {}", program.release),
                ),
                (name, "the service's environment"),
            )
            .warn("The program passes over a variable that it does not know: correct its name."),
        )
    };
    unknown.filter_map(finding).collect()
}

/// Whether the release that runs is the one whose flags are known. Where no image is named, it is.
fn is_same(service: &Service, program: &Program) -> bool {
    let running = service.image.as_ref().and_then(|image| op_release::version(&image.reference));
    running.is_none_or(|version| {
        Version::parse(&program.release[1..]).is_ok_and(|known| known == version)
    })
}
