//! Values that the program cannot read, and flags that it must be given.

use op_release::flags::{
    Kind, Program,
    bounds::{self, Bound},
};

use super::together;
use crate::{
    command::{Command, Given},
    config::{Endpoint, L1},
    finding::{Comparison, Finding},
    gate::Gate,
};

const GATE: Gate = Gate::Flags;

/// The longest value that is shown, in characters: a key in the wrong place is longer.
const SHOWN: usize = 24;

/// Flags of the endpoints of L1.
const OF_L1: [&str; 4] = ["l1", "l1-eth-rpc", "l1.beacon", "l1-beacon"];

/// Of another release than the known one, a value is only warned of: that release may take it.
pub(super) fn judge(command: &Command, program: &Program, l1: &L1, is_same: bool) -> Vec<Finding> {
    let given = command.given().filter_map(|given| of_flag(command, program, &given));
    let variables = program.flags.iter().flat_map(|(flag, known)| {
        known.variables.iter().filter_map(move |variable| {
            // An empty variable is as good as none, and one that its flag beats is not always read.
            let value = command.environment.get(*variable).filter(|value| !value.is_empty())?;
            if !known.kind.is_always_read() && command.flags().any(|given| given == *flag) {
                return None;
            }
            wrong(command, flag, &known.kind, value)
                .map(|expected| (expected, shown(variable, &known.kind, value)))
        })
    });
    let finding = |(expected, found): (String, String)| {
        let source = format!("{} of {}", command.component, program.release);
        let comparison =
            Comparison::new(GATE, (expected, source), (found, "the service's command"));
        if is_same {
            comparison.refuse("The program does not start with it: correct it.")
        } else {
            comparison.warn(
                "If the release that runs cannot read it either, it does not start: look at it.",
            )
        }
    };
    let mut findings: Vec<Finding> = given
        .chain(variables)
        .chain(missing(command, l1))
        .chain(together::judge(command, program, l1, is_same))
        .map(finding)
        .collect();
    findings.dedup();
    findings.extend(stray(command));
    findings
}

/// What was expected, and what was found instead.
fn of_flag(command: &Command, program: &Program, given: &Given) -> Option<(String, String)> {
    let Given { name, value, next } = *given;
    if ["help", "h", "version", "v"].contains(&name) {
        return Some(("a command that runs".to_owned(), format!("--{name}: it prints, and ends")));
    }
    let kind = &program.flags.get(name)?.kind;
    let Some(value) = value.or(next.filter(|_| kind.needs_value())) else {
        return kind.needs_value().then(|| (format!("a value of --{name}"), "none".to_owned()));
    };
    if given.value.is_none() && value.starts_with("--") {
        let next = value.split('=').next().unwrap_or(value);
        return Some((format!("a value of --{name}"), format!("the next flag, {next}")));
    }
    let expected = wrong(command, name, kind, value)?;
    Some((expected, shown(&format!("--{name}"), kind, value)))
}

/// What was given, unless it may be a secret: a URL with a key in it, or a key in the wrong place.
fn shown(name: &str, kind: &Kind, value: &str) -> String {
    let may_be_secret =
        matches!(kind, Kind::Url | Kind::Urls | Kind::Header) || value.chars().count() > SHOWN;
    if may_be_secret {
        format!("{name} with another value, which is not shown: it may be a secret")
    } else {
        format!("{name}={value}")
    }
}

/// What the flag takes, if this is none of it. Of several values the last is in force, and one of the
/// arguments before a variable.
fn wrong(command: &Command, flag: &str, kind: &Kind, value: &str) -> Option<String> {
    let is_in_force = kind.adds_up() || command.value(flag) == Some(value);
    if !kind.takes(value) {
        return (is_in_force || kind.is_always_read()).then(|| kind.describe());
    }
    let Bound { least, most, switch, .. } =
        bounds::of(&command.component, flag).filter(|_| is_in_force)?;
    if switch.is_some_and(|switch| !command.is_on(switch)) {
        return None;
    }
    let number = kind.number(value)?;
    if number >= *least && number <= *most {
        return None;
    }
    Some(match (*least < 1.0, most.is_finite()) {
        (_, true) => format!("{least} to {most}"),
        (true, _) => "more than 0".to_owned(),
        (false, _) => format!("at least {least}"),
    })
}

/// Flags that must be given, and are not or have no value. A URL in a file is handed over as a secret.
fn missing(command: &Command, l1: &L1) -> impl Iterator<Item = (String, String)> {
    let in_file =
        matches!(l1.rpc, Endpoint::File(_)) || matches!(l1.beacon, Some(Endpoint::File(_)));
    let lacks = move |flags: &&&[&str]| {
        let handed_over = in_file && flags.iter().any(|flag| OF_L1.contains(flag));
        !handed_over && flags.iter().all(|flag| command.value(flag).is_none_or(str::is_empty))
    };
    bounds::required(&command.component).iter().filter(lacks).map(|flags| {
        let names: Vec<String> = flags.iter().map(|flag| format!("--{flag}")).collect();
        (format!("{} is given", names.join(" or ")), "it is not".to_owned())
    })
}

/// The programs read no flag after an argument that is none: those after it are not in force.
fn stray(command: &Command) -> Option<Finding> {
    let stray = command.stray()?;
    Some(
        Comparison::new(
            GATE,
            ("flags only", command.component.clone()),
            (
                format!("argument {stray}, which is not shown: it may be a secret"),
                "the service's command",
            ),
        )
        .refuse(
            "The program passes over every flag after it: take it out. A switch is turned off with \
             --flag=false, never with --flag false.",
        ),
    )
}
