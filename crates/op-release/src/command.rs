//! The command line of an official program, as far as it shows whether the program can do its work.

pub mod listen;

use std::{collections::BTreeMap, iter, time::Duration};

use serde::{Deserialize, Serialize};

use crate::flags::{self, Flag};

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

/// A flag as it is given.
#[derive(Debug)]
pub struct Given<'a> {
    pub name: &'a str,
    /// What stands after `=`.
    pub value: Option<&'a str>,
    /// The argument after it.
    pub next: Option<&'a str>,
}

impl Command {
    /// The value of a flag, or of its environment variable. Of several, the programs take the last.
    #[must_use]
    pub fn value(&self, flag: &str) -> Option<&str> {
        self.values(flag).last().unwrap_or_else(|| self.variable(flag))
    }

    /// What stands beside a flag, under each of its names.
    fn values(&self, flag: &str) -> impl Iterator<Item = Option<&str>> {
        let given = self.given().filter(move |given| self.is(given.name, flag));
        given.map(|given| given.value.or(given.next))
    }

    /// Whether a flag that is given is the one that is asked for: some have two names.
    fn is(&self, given: &str, flag: &str) -> bool {
        given == flag || self.known(flag).is_some_and(|known| known.names.contains(&given))
    }

    fn known(&self, flag: &str) -> Option<&'static Flag> {
        flags::of(&self.component)?.flags.get(flag)
    }

    /// The value in force: the one that is given, else the program's default, where that is known.
    #[must_use]
    pub fn setting(&self, flag: &str) -> Option<&str> {
        self.value(flag).or_else(|| self.known(flag)?.default)
    }

    /// Whether a switch is on: `--flag`, `--flag=true` or its environment variable.
    #[must_use]
    pub fn is_on(&self, flag: &str) -> bool {
        let given = self.given().filter(|given| self.is(given.name, flag)).last();
        let value = given.map(|given| given.value.unwrap_or("true"));
        value.or_else(|| self.variable(flag)).is_some_and(is_true)
    }

    /// Whether a flag is given, with or without a value, or its environment variable.
    #[must_use]
    pub fn is_given(&self, flag: &str) -> bool {
        self.flags().any(|name| self.is(name, flag)) || self.variable(flag).is_some()
    }

    /// The same of one of a flag's names, or of the variable of that name.
    #[must_use]
    pub fn is_given_as(&self, name: &str) -> bool {
        self.flags().any(|given| given == name) || self.set(&self.variable_of(name)).is_some()
    }

    /// The items of a list in force. Those of a flag that is given several times add up where the program
    /// adds them up.
    #[must_use]
    pub fn list(&self, flag: &str) -> Vec<&str> {
        let adds_up = self.known(flag).is_some_and(|known| known.kind.adds_up());
        let given: Vec<&str> = self.values(flag).filter(|_| adds_up).flatten().collect();
        let lists = if given.is_empty() { Vec::from_iter(self.setting(flag)) } else { given };
        let items = lists.into_iter().flat_map(|list| list.split(','));
        items.map(str::trim).filter(|item| !item.is_empty()).collect()
    }

    /// The names of all flags that are given.
    pub fn flags(&self) -> impl Iterator<Item = &str> {
        self.given().map(|given| given.name)
    }

    /// The flags in their order, as far as the program reads them. What follows a flag that takes a value
    /// is no flag, as far as the program's flags are known.
    pub fn given(&self) -> impl Iterator<Item = Given<'_>> {
        // Others may have a subcommand before their flags.
        let stray = flags::of(&self.component).and_then(|_| self.stray());
        let read = stray.map_or(self.args.len(), |place| place - 1);
        let mut args = self.args[self.subcommands()..read].iter().map(String::as_str).peekable();
        iter::from_fn(move || {
            let arg =
                args.find_map(|arg| arg.strip_prefix("--").or_else(|| arg.strip_prefix('-')))?;
            let (name, value) =
                arg.split_once('=').map_or((arg, None), |(name, value)| (name, Some(value)));
            let next = args.peek().copied();
            if value.is_none() && self.takes_value(name) {
                args.next();
            }
            // Nothing after "--" is a flag.
            (!name.is_empty()).then_some(Given { name, value, next })
        })
        .fuse()
    }

    /// The place of the first argument that belongs to no flag, from 1 on: the programs read no flag after
    /// it.
    #[must_use]
    pub fn stray(&self) -> Option<usize> {
        let mut args = (1..).zip(self.args.iter().map(String::as_str)).skip(self.subcommands());
        while let Some((place, arg)) = args.next() {
            if arg == "--" {
                return args.next().map(|(place, _)| place);
            }
            let flag = arg.strip_prefix("--").or_else(|| arg.strip_prefix('-'));
            let named = |flag: &&str| !flag.is_empty() && !flag.starts_with(['=', '-']);
            let Some(flag) = flag.filter(named) else { return Some(place) };
            if !flag.contains('=') && self.takes_value(flag) {
                args.next();
            }
        }
        None
    }

    /// The arguments before the flags: `op-reth node`.
    fn subcommands(&self) -> usize {
        let first = self.args.first().filter(|_| self.component == "op-reth");
        usize::from(first.is_some_and(|first| !first.starts_with('-')))
    }

    fn takes_value(&self, flag: &str) -> bool {
        self.known(flag).is_some_and(Flag::takes_value)
    }

    /// What the names of the program's own environment variables begin with.
    #[must_use]
    pub fn prefix(&self) -> String {
        let program = if self.component == "op-geth" { "geth" } else { &self.component };
        format!("{}_", program.replace('-', "_").to_uppercase())
    }

    fn variable(&self, flag: &str) -> Option<&str> {
        match self.known(flag) {
            Some(known) => known.variables.iter().find_map(|name| self.set(name)),
            None => self.set(&self.variable_of(flag)),
        }
    }

    /// As the programs derive it.
    fn variable_of(&self, flag: &str) -> String {
        format!("{}{}", self.prefix(), flag.replace(['.', '-'], "_").to_uppercase())
    }

    /// The value of an environment variable. An empty one is as good as none.
    fn set(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

pub use crate::flags::integer;

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
    fn a_subcommand_stands_before_the_flags() {
        let reth =
            |args: &[&str]| Command { component: "op-reth".to_owned(), ..command(args, &[]) };
        let given = reth(&["node", "--http", "--http.port", "1", "--storage.v2", "--color=never"]);
        assert_eq!(given.stray(), None);
        assert_eq!(given.flags().collect::<Vec<_>>(), ["http", "http.port", "storage.v2", "color"]);
        assert_eq!(given.setting("http.port"), Some("1"));
        assert_eq!(reth(&["node", "--http", "more", "--color=never"]).stray(), Some(3));
        assert_eq!(command(&["node", "--p2p.disable"], &[]).stray(), Some(1));
    }

    #[test]
    fn the_default_is_in_force_where_nothing_is_given() {
        let given = command(&["--rpc.port=1"], &[("OP_NODE_METRICS_PORT", "2")]);
        for (flag, value) in [
            ("rpc.port", Some("1")),
            ("metrics.port", Some("2")),
            ("pprof.port", Some("6060")),
            ("rollup.config", None),
            ("unheard-of", None),
        ] {
            assert_eq!(given.setting(flag), value, "{flag}");
        }
        let unknown = Command { component: "kona-node".to_owned(), ..given };
        assert_eq!(unknown.setting("pprof.port"), None);
    }

    #[test]
    fn a_flag_is_known_by_each_of_its_names() {
        let geth = |args| Command { component: "op-geth".to_owned(), ..command(args, &[]) };
        for args in [&["--op-network=x"][..], &["--beta.op-network=x"]] {
            assert_eq!(geth(args).value("op-network"), Some("x"), "{args:?}");
            assert!(geth(args).is_given("op-network"), "{args:?}");
        }
    }

    #[test]
    fn what_the_program_adds_up_is_a_list_of_all() {
        let challenger =
            |args| Command { component: "op-challenger".to_owned(), ..command(args, &[]) };
        for (args, list) in [
            (&["--game-types=a", "--trace-type", "b, c"][..], &["a", "b", "c"][..]),
            (&["--game-types=a", "--game-types=b"], &["a", "b"]),
            (&[], &["cannon-kona"]),
        ] {
            assert_eq!(challenger(args).list("game-types"), list, "{args:?}");
        }
        // A text with commas is one value.
        assert_eq!(
            command(&["--p2p.static=a", "--p2p.static=b,c"], &[]).list("p2p.static"),
            ["b", "c"]
        );
    }

    #[test]
    fn a_value_is_no_flag() {
        for (args, names) in [
            (&["--l1", "-x", "--p2p.disable", "--l2=z"][..], &["l1", "p2p.disable", "l2"][..]),
            // Nothing after a stray argument is read.
            (&["--p2p.disable", "y", "--l2=z"], &["p2p.disable"]),
            (&["--log.level", "--p2p.disable"], &["log.level"]),
            (&["--unheard-of", "--p2p.disable"], &["unheard-of", "p2p.disable"]),
            (&["--p2p.disable", "--", "--l1=x"], &["p2p.disable"]),
            (&["-", "--l1=x"], &[]),
        ] {
            let command = command(args, &[]);
            assert_eq!(command.flags().collect::<Vec<_>>(), names, "{args:?}");
            assert_eq!(command.is_on("p2p.disable"), names.contains(&"p2p.disable"), "{args:?}");
        }
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
    fn variables_have_the_names_that_their_program_gives_them() {
        for (component, flag, variable) in [
            ("op-node", "p2p.listen.tcp", "OP_NODE_P2P_LISTEN_TCP_PORT"),
            ("op-geth", "authrpc.port", "GETH_AUTHRPC_PORT"),
            ("op-batcher", "txmgr.send-timeout", "OP_BATCHER_TXMGR_TX_SEND_TIMEOUT"),
        ] {
            let command =
                Command { component: component.to_owned(), ..command(&[], &[(variable, "7")]) };
            assert_eq!(command.value(flag), Some("7"), "{variable}");
        }
        let command = command(&[], &[("OP_NODE_P2P_LISTEN_TCP", "7")]);
        assert_eq!(command.value("p2p.listen.tcp"), None, "op-node does not read it");
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
