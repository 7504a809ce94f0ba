//! The command line of an official program, as far as it shows whether the program can do its work.

pub mod listen;

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

/// A program and what it is given.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Command {
    /// The official program: `op-node`, `op-geth`, `op-reth`, `op-batcher` …
    pub component: String,
    #[serde(default)]
    pub args: Vec<String>,
    /// Its environment, without secrets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
}

/// Environment variables that are not named like their flag (op-node `flags/flags.go`).
const VARIABLES: [(&str, &str); 4] = [
    ("l1", "OP_NODE_L1_ETH_RPC"),
    ("l1.trustrpc", "OP_NODE_L1_TRUST_RPC"),
    ("l2", "OP_NODE_L2_ENGINE_RPC"),
    ("l2.jwt-secret", "OP_NODE_L2_ENGINE_AUTH"),
];

impl Command {
    /// The value of a flag, or of its environment variable. Of several, the programs take the last.
    #[must_use]
    pub fn value(&self, flag: &str) -> Option<&str> {
        let given =
            self.args.iter().enumerate().rev().find_map(|(position, arg)| {
                match strip_flag(arg, flag)? {
                    "" => self.args.get(position + 1).map(String::as_str),
                    value => value.strip_prefix('='),
                }
            });
        given.or_else(|| self.variable(flag))
    }

    /// Whether a switch is on: `--flag`, `--flag=true` or its environment variable.
    #[must_use]
    pub fn is_on(&self, flag: &str) -> bool {
        let given = self.args.iter().rev().find_map(|arg| match strip_flag(arg, flag)? {
            "" => Some("true"),
            value => value.strip_prefix('='),
        });
        given.or_else(|| self.variable(flag)).is_some_and(is_true)
    }

    /// Whether a flag is given, with or without a value, or its environment variable.
    #[must_use]
    pub fn is_given(&self, flag: &str) -> bool {
        self.args.iter().any(|arg| strip_flag(arg, flag).is_some()) || self.variable(flag).is_some()
    }

    #[must_use]
    pub fn list(&self, flag: &str) -> Vec<&str> {
        let items = self.value(flag).unwrap_or_default().split(',');
        items.map(str::trim).filter(|item| !item.is_empty()).collect()
    }

    /// The names of all flags that are given.
    pub(crate) fn flags(&self) -> impl Iterator<Item = &str> {
        let names = self.args.iter().filter_map(|arg| {
            let flag = arg.strip_prefix("--").or_else(|| arg.strip_prefix('-'))?;
            flag.split('=').next()
        });
        names.filter(|name| !name.is_empty())
    }

    /// What the names of the program's own environment variables begin with.
    pub(crate) fn prefix(&self) -> String {
        let program = if self.component == "op-geth" { "geth" } else { &self.component };
        format!("{}_", program.replace('-', "_").to_uppercase())
    }

    fn variable(&self, flag: &str) -> Option<&str> {
        let exception = VARIABLES.iter().find(|(name, _)| *name == flag);
        let own = || format!("{}{}", self.prefix(), flag.replace(['.', '-'], "_").to_uppercase());
        let name = exception.map_or_else(own, |(_, variable)| (*variable).to_owned());
        self.environment.get(&name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// What follows `--flag` or `-flag` in an argument; nothing for another flag.
fn strip_flag<'a>(arg: &'a str, flag: &str) -> Option<&'a str> {
    let name = arg.strip_prefix("--").or_else(|| arg.strip_prefix('-'))?;
    name.strip_prefix(flag).filter(|rest| rest.is_empty() || rest.starts_with('='))
}

/// Go's `strconv.ParseBool`.
fn is_true(value: &str) -> bool {
    matches!(value, "1" | "t" | "T" | "true" | "TRUE" | "True")
}

/// A time as Go writes it: `1h30m`, `1.5h`, `500ms` (`time.ParseDuration`); none below zero.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (count, after) = rest.split_at(number);
        let (unit, seconds) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
        let seconds = count.parse::<f64>().ok()? * seconds;
        total = total.checked_add(Duration::try_from_secs_f64(seconds).ok()?)?;
        rest = &after[unit.len()..];
    }
    (!text.is_empty()).then_some(total)
}

/// Seconds of each unit; one that another begins with comes after it.
const UNITS: [(&str, f64); 7] = [
    ("ns", 1e-9),
    ("us", 1e-6),
    ("µs", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3600.0),
];

#[must_use]
pub fn port_of_url(url: &str) -> Option<u16> {
    reqwest::Url::parse(url).ok()?.port_or_known_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(args: &[&str], environment: &[(&str, &str)]) -> Command {
        Command {
            component: "op-node".to_owned(),
            args: args.iter().map(ToString::to_string).collect(),
            environment: environment
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn a_value_is_found_in_every_spelling() {
        for args in [
            &["--p2p.static=a,b"][..],
            &["--p2p.static", "a,b"],
            &["-p2p.static=a,b"],
            &["--p2p.static=x", "--p2p.static=a,b"],
        ] {
            assert_eq!(command(args, &[]).list("p2p.static"), ["a", "b"], "{args:?}");
        }
        assert_eq!(command(&["--p2p.static.more=a"], &[]).value("p2p.static"), None);
        assert_eq!(command(&["--p2p.static"], &[]).value("p2p.static"), None);
    }

    #[test]
    fn a_switch_may_be_turned_off() {
        for (args, on) in [
            (&["--p2p.disable"][..], true),
            (&["--p2p.disable=true"], true),
            (&["--p2p.disable=false"], false),
            (&["--p2p.disable=no"], false),
            (&["--p2p.disable", "--p2p.disable=0"], false),
            (&[], false),
        ] {
            assert_eq!(command(args, &[]).is_on("p2p.disable"), on, "{args:?}");
        }
    }

    #[test]
    fn the_environment_counts_where_no_flag_is_given() {
        let environment =
            [("OP_NODE_P2P_DISABLE", "true"), ("OP_NODE_L1_TRUST_RPC", "1"), ("OP_NODE_L1", "no")];
        let command = command(&["--p2p.disable=false"], &environment);
        assert!(!command.is_on("p2p.disable"));
        assert!(command.is_on("l1.trustrpc"));
        assert_eq!(command.value("l1"), None);
    }

    #[test]
    fn times_are_read_as_go_reads_them() {
        for (text, milliseconds) in [
            ("1h", 3_600_000),
            ("1h30m", 5_400_000),
            ("1.5h", 5_400_000),
            ("20s", 20_000),
            ("500ms", 500),
            ("1m500ms", 60_500),
            ("0", 0),
            ("0s", 0),
        ] {
            assert_eq!(duration(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in
            ["", "1", "h", "-1s", "1d", "1h ", "1.2.3s", ".", "1e3s", "99999999999999999999h"]
        {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
