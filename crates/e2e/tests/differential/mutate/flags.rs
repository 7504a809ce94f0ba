//! Changes of a command line and its environment.

use op_release::flags::{self, Flag, Kind, Program};

use e2e::{devnet::Result, random::Random};

use crate::case::Case;

/// Values of every kind.
const VALUES: [&str; 52] = [
    "",
    " ",
    "x",
    "0",
    "1",
    "2",
    "-1",
    "+1",
    "01",
    "1.5",
    "1e3",
    "0x10",
    "1_000",
    "0.5",
    "-0.5",
    "NaN",
    "inf",
    "65535",
    "65536",
    "70000",
    "4294967296",
    "9223372036854775808",
    "18446744073709551616",
    "true",
    "false",
    "TRUE",
    "True",
    "tRUE",
    "yes",
    "on",
    "t",
    "f",
    "5",
    "5s",
    "1m",
    "1h30m",
    "1d",
    "100ms",
    "-5s",
    "5 s",
    "0s",
    "1µs",
    "500",
    "info",
    "INFO",
    "json",
    "calldata",
    "callData",
    "a,b",
    "0x1234",
    "127.0.0.1",
    "::1",
];

/// Values that may be right somewhere.
const WORDS: [&str; 40] = [
    "blobs",
    "auto",
    "zlib",
    "brotli",
    "brotli-10",
    "ratio",
    "shadow",
    "none",
    "text",
    "terminal",
    "logfmt",
    "jsonms",
    "debug",
    "trace",
    "warn",
    "error",
    "crit",
    "execution-layer",
    "consensus-layer",
    "geth",
    "reth",
    "erigon",
    "standard",
    "alchemy",
    "STANDARD",
    "basic",
    "any",
    "0.0.0.0",
    "localhost",
    "127.0.0.1:9545",
    "http://127.0.0.1:1",
    "http://[::1]",
    "127.0.0.1:80",
    "ftp://127.0.0.1",
    "http://",
    "://",
    "0x00000000000000000000000000000000000000c3",
    "0x00000000000000000000000000000000000000C3",
    "00000000000000000000000000000000000000c3",
    "0x00000000000000000000000000000000000000c",
];

/// What may stand in the place of a node's URL.
const ENDPOINTS: [&str; 10] = [
    "",
    "ftp://127.0.0.1",
    "http://",
    "://",
    "127.0.0.1:80",
    "HTTP://127.0.0.1:1",
    "x",
    "http:/x",
    "@L1@/",
    "@L2@/",
];

/// Flags by which a program does something else than its work, opens files of its own, or waits for
/// somebody who is not there. Part of a name is enough.
const APART: [&str; 33] = [
    // The scripted L1's made-up hashes are noticed without it.
    "l1.trustrpc",
    "override",
    "network",
    "conductor",
    "interop",
    "supervisor",
    "supernode",
    "superroot",
    "signer",
    "mnemonic",
    "hd-path",
    "pprof.",
    "profile",
    "follow.source",
    "p2p.",
    "heartbeat",
    "persistence",
    "safedb",
    "dependency",
    "additional-endpoints",
    "altda",
    "wait-node-sync",
    "cannon",
    "asterisc",
    "datadir",
    "kona",
    "prestate",
    "genesis",
    "rollup.config",
    "rollup-config",
    "vmodule",
    "log.",
    "color",
];

/// Flags that name files, and the one without which the scripted L1's made-up hashes are noticed. Where
/// they point is not asked.
const LEFT: [&str; 10] = [
    // Without it op-node looks for the public chains' nodes by DNS.
    "p2p.disable",
    "l1.trustrpc",
    "l2.jwt-secret",
    "rollup.config",
    "rollup-config",
    ".path",
    "cannon",
    "genesis",
    "datadir",
    "prestate",
];

/// Changes the arguments or the environment in one place.
pub(crate) fn any(random: &mut Random, case: &mut Case) -> Result<()> {
    let program = flags::of(case.component.name()).ok_or("a program without flags")?;
    let at = random.place(case.args.len());
    let given = case.args[at].clone();
    let (name, value) = given.split_once('=').map_or((given.as_str(), None), |(n, v)| (n, Some(v)));
    let name = name.trim_start_matches('-');
    if LEFT.iter().any(|left| name.contains(left)) {
        return Ok(());
    }
    match random.below(16) {
        0 => {
            case.args.remove(at);
            case.note("dropped", given);
        }
        1 => {
            let other = given.replacen(name, &misspelt(random, name), 1);
            case.args[at].clone_from(&other);
            case.note("misspelt", other);
        }
        2 => {
            let other = given.replacen("--", "-", 1);
            case.args[at].clone_from(&other);
            case.note("one dash", other);
        }
        3 => {
            if let Some(value) = value {
                case.args.splice(at..=at, [format!("--{name}"), value.to_owned()]);
                case.note("with a blank", format!("--{name} {value}"));
            } else {
                let value = *random.pick(&["true", "false", "1", "x"]);
                case.args.splice(at..=at, [format!("--{name}"), value.to_owned()]);
                case.note("a switch with a blank", format!("--{name} {value}"));
            }
        }
        4 => {
            let value = *random.pick(&[
                "stray",
                "--",
                "-",
                "---x",
                "--=x",
                "",
                "=",
                "help",
                "--help",
                "--version",
            ]);
            case.args.insert(at, value.to_owned());
            case.note("stray", format!("{value:?} at {at}"));
        }
        5 => {
            case.args.push(given.clone());
            case.note("twice", given);
        }
        6 | 7 => to_environment(random, case, at, program),
        8 => switch(random, case, program),
        9 => {
            case.args[at] = format!("--{name}");
            case.note("no value", format!("--{name}"));
        }
        10 => {
            let name = format!(
                "{}_{}",
                prefix(case),
                random.pick(&["FOO", "PRIVATE_KEYS", "L1", "RPC_PROT"])
            );
            case.environment.insert(name.clone(), "1".to_owned());
            case.note("a strange variable", name);
        }
        11..=13 => another(random, case, program),
        _ => {
            let kind = program.flags.get(name).map_or(&Kind::Text, |flag| &flag.kind);
            let value = random_value(random, kind);
            case.args[at] = format!("--{name}={value}");
            case.note("value", format!("--{name}={value}"));
        }
    }
    Ok(())
}

fn random_value(random: &mut Random, kind: &Kind) -> String {
    let list: &[&str] = match kind {
        Kind::Url | Kind::Urls => &ENDPOINTS,
        _ if random.one_in(3) => &WORDS,
        _ => &VALUES,
    };
    (*random.pick(list)).to_owned()
}

fn prefix(case: &Case) -> String {
    case.component.name().replace('-', "_").to_uppercase()
}

fn misspelt(random: &mut Random, name: &str) -> String {
    let at = random.place(name.len());
    match random.below(3) {
        0 => format!("{}{}", &name[..at], &name[at + 1..]),
        1 => format!("{name}s"),
        _ => name.to_uppercase(),
    }
}

/// The flags that a case may have beside those of its command.
fn others(program: &Program, takes_value: bool) -> Vec<(&'static str, &Flag)> {
    let flags = program.flags.iter().filter(|(name, flag)| {
        flag.takes_value() == takes_value
            && !APART.iter().any(|apart| name.contains(apart))
            && name.len() > 1
    });
    flags.map(|(name, flag)| (*name, flag)).collect()
}

/// A flag more, with some value, as an argument or as a variable.
fn another(random: &mut Random, case: &mut Case, program: &Program) {
    let flags = others(program, true);
    let (name, flag) = *random.pick(&flags);
    let value = random_value(random, &flag.kind);
    let variable = flag.variables.first().filter(|_| random.one_in(4));
    if let Some(variable) = variable {
        case.note("another variable", format!("{variable}={value}"));
        case.environment.insert((*variable).to_owned(), value);
    } else {
        let arg = format!("--{name}={value}");
        case.args.push(arg.clone());
        case.note("another flag", arg);
    }
}

fn switch(random: &mut Random, case: &mut Case, program: &Program) {
    let flags = others(program, false);
    let (name, _) = *random.pick(&flags);
    if ["help", "version"].contains(&name) {
        return;
    }
    let value = *random
        .pick(&["", "=true", "=false", "=1", "=0", "=t", "=TRUE", "=tRUE", "=yes", "=", "=2"]);
    let arg = format!("--{name}{value}");
    case.args.push(arg.clone());
    case.note("a switch", arg);
}

/// A flag of the command as its variable, with its value or another.
fn to_environment(random: &mut Random, case: &mut Case, at: usize, program: &Program) {
    let given = case.args[at].clone();
    let (name, value) = given.split_once('=').unwrap_or((&given, "true"));
    let flag = program.flags.get(name.trim_start_matches('-'));
    let Some(flag) = flag else { return };
    let Some(variable) = flag.variables.first() else { return };
    let value = if random.one_in(2) { random_value(random, &flag.kind) } else { value.to_owned() };
    if !random.one_in(4) {
        case.args.remove(at);
    }
    case.note("as a variable", format!("{variable}={value}"));
    case.environment.insert((*variable).to_owned(), value);
}
