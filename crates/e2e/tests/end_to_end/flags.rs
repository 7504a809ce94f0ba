//! The flags that op-release knows are those of the official programs: each is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::{fs, num::NonZero, path::Path, process::Command, thread};

use e2e::devnet::{Result, brought, ensure};
use libtest_mimic::Completion;
use test_kit::{Run, components, workspace};

use crate::Outcome;

const KNOWN: &str = "crates/op-release/src/flags/known.txt";

/// A program's `--help` shows no flag that the table lacks and no other default, and the program refuses no
/// flag that the table has. What fails here after an upgrade is to be looked at before production has it.
pub(crate) fn known() -> Outcome {
    let bin = components().join("bin");
    if !bin.is_dir() {
        return Ok(Completion::ignored_with("no programs: run `cargo devnet build`"));
    }
    let text = fs::read_to_string(workspace().join(KNOWN))?;
    for (component, known) in table(&text) {
        let program = bin.join(component);
        // op-reth is built nowhere here.
        let Some(program) =
            Some(program).filter(|path| path.exists()).or_else(|| brought(component))
        else {
            println!("{component}: not at hand");
            continue;
        };
        let (subcommand, mark) = match component {
            "op-reth" => (Some("node"), "[env: "),
            _ => (None, "$"),
        };
        let mut command = Command::new(&program);
        command.args(subcommand).arg("--help").env("HOME", "~");
        let help = Run::of(&mut command).stdout;
        let flags = op_release::help::flags(&help);
        let shown: BTreeSet<String> = flags.keys().cloned().collect();
        let lacks: Vec<_> = shown.difference(&known).collect();
        ensure(!shown.is_empty() && lacks.is_empty(), || {
            format!("{KNOWN} lacks {lacks:?} of {component}")
        })?;
        let lacks: Vec<_> = variables(&help, mark).filter(|name| !has_word(&text, name)).collect();
        ensure(lacks.is_empty(), || format!("{KNOWN} lacks {lacks:?} of {component}"))?;
        let changed = changed(component, &flags);
        ensure(changed.is_empty(), || {
            format!("{KNOWN}: other defaults of {component}, known and shown: {changed:#?}")
        })?;
        for flag in known.difference(&shown) {
            takes(&program, flag)?;
        }
        println!(
            "{component}: {} flags, {} of them hidden",
            known.len(),
            known.len() - shown.len()
        );
    }
    Ok(Completion::Completed)
}

/// Component -> all names of its flags.
fn table(text: &str) -> BTreeMap<&str, BTreeSet<String>> {
    let mut programs: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut last = "";
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let first = line.split_whitespace().next().unwrap_or_default();
        if line.starts_with(' ') {
            let names = first.split('=').next().unwrap_or_default().split(',').map(str::to_owned);
            programs.entry(last).or_default().extend(names);
        } else {
            last = first;
        }
    }
    programs
}

/// What the table knows otherwise: the flag, its default there, and the program's.
fn changed(
    component: &str,
    shown: &op_release::help::Flags,
) -> Vec<(&'static str, Option<&'static str>, Option<String>)> {
    let cpus = thread::available_parallelism().map_or(0, NonZero::get).to_string();
    let flags = op_release::flags::of(component).map(|program| &program.flags);
    let flags = flags.into_iter().flatten().map(|(name, flag)| (*name, flag.default));
    flags
        .map(|(name, known)| (name, known, shown.get(name).cloned().flatten()))
        .filter(|(_, known, shown)| match (known, shown) {
            (Some("cpus"), Some(shown)) => *shown != cpus,
            // Of the build, or of this host.
            (Some("…"), Some(_)) => false,
            (known, shown) => *known != shown.as_deref(),
        })
        .collect()
}

/// Its environment variables: `($OP_NODE_L1_ETH_RPC)`, `[env: RUST_LOG_STYLE=]`.
fn variables<'a>(help: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    let names = help.split(mark).skip(1);
    names.map(|rest| {
        rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default()
    })
}

fn has_word(text: &str, name: &str) -> bool {
    text.split_whitespace().any(|word| word == name)
}

fn takes(program: &Path, flag: &str) -> Result<()> {
    let said = |value: &str| {
        let run = Run::of(Command::new(program).args([&format!("--{flag}={value}"), "--help"]));
        format!("{}{}", run.stdout, run.stderr)
    };
    ensure(!said("1").contains("not defined"), || {
        format!("{} has no --{flag}", program.display())
    })?;
    // Only a switch wants a truth value.
    let is_switch = said("neither").contains("invalid boolean value");
    let component = program.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let known = op_release::flags::of(component).and_then(|program| program.flags.get(flag));
    ensure(known.is_some_and(|known| known.takes_value() != is_switch), || {
        format!("{KNOWN}: --{flag} of {component} is a switch: {is_switch}")
    })
}
