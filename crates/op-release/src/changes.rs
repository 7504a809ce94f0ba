//! What a release changes for whoever ran an earlier one: one table, each row with its source and the day
//! of it.

mod table;

use self::table::CHANGES;
use crate::{Release, command::Command};

/// A change, and the first release with it.
#[derive(Debug)]
pub struct Change {
    pub component: &'static str,
    pub since: &'static str,
    pub what: What,
    /// What to do.
    pub mend: &'static str,
    /// Where it stands, and of which day that is.
    pub source: &'static str,
}

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The program stops when it is given this flag.
    NoFlag(&'static str),
    /// The flag is taken and does nothing.
    Ignored(&'static str),
    /// The program stops when the flag has this value.
    NoValue(&'static str, &'static str),
    /// What is given by this flag must be other than before: how.
    Other(&'static str, &'static str),
    /// The subcommand is no more.
    NoCommand(&'static str),
    /// A known hole is closed.
    Closes(&'static str),
    /// Data of this kind are read until a day, in seconds since the Unix epoch, and never again later.
    Ends(&'static str, u64),
    /// Something else works otherwise.
    Otherwise(&'static str),
}

/// What a command gives that a release stops at, or passes over.
#[derive(Debug, PartialEq, Eq)]
pub struct Clash {
    pub stops: bool,
    pub expected: String,
    pub found: String,
}

impl Change {
    /// What of the command the change concerns, for a release that has it.
    #[must_use]
    pub fn clash(&self, command: &Command) -> Option<Clash> {
        let Self { component, since, .. } = self;
        let clash = |stops, expected: &str, found: String| {
            let expected = format!("{expected} since {since}");
            Some(Clash { stops, expected, found })
        };
        match self.what {
            What::NoFlag(flag) if command.is_given_as(flag) => {
                let stops = command.flags().any(|given| given == flag);
                // The program passes over variables that it does not know.
                let found = if stops { "" } else { "the variable of " };
                let expected = format!("no --{flag}: {component} has none");
                clash(stops, &expected, format!("{found}--{flag}"))
            }
            What::Ignored(flag) if command.is_given(flag) => {
                let expected = format!("no --{flag}: {component} passes over it");
                clash(false, &expected, format!("--{flag}"))
            }
            What::NoValue(flag, value) if command.value(flag) == Some(value) => {
                let expected = format!("another value: {component} stops at this one");
                clash(true, &expected, format!("--{flag}={value}"))
            }
            What::NoCommand(word) if command.args.iter().any(|arg| arg == word) => {
                let expected = format!("another command: {component} has no {word}");
                clash(true, &expected, word.to_owned())
            }
            _ => None,
        }
    }
}

impl Release<'_> {
    /// What is changed in this release, or was in an earlier one.
    pub fn changes(&self) -> impl Iterator<Item = &'static Change> {
        self.rows().filter(|row| !self.is_before(row.since))
    }

    /// The holes that this release has.
    pub fn holes(&self) -> impl Iterator<Item = (&'static Change, &'static str)> {
        self.rows().filter(|row| self.is_before(row.since)).filter_map(|row| match row.what {
            What::Closes(hole) => Some((row, hole)),
            _ => None,
        })
    }

    fn rows(&self) -> impl Iterator<Item = &'static Change> {
        CHANGES.iter().filter(|row| row.component == self.component)
    }
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::*;

    #[test]
    fn every_version_is_one_and_every_source_has_its_day() {
        for row in CHANGES {
            assert!(Version::parse(row.since).is_ok(), "{row:?}");
            let day = row.source.rsplit(' ').next().unwrap();
            let parts: Vec<_> = day.split('-').map(str::len).collect();
            assert_eq!(parts, [4, 2, 2], "{row:?}");
            assert!(day.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()), "{row:?}");
            assert!(row.mend.ends_with('.'), "{row:?}");
        }
    }

    #[test]
    fn a_release_has_what_came_until_then() {
        let release = |version: &str| Release {
            component: "op-reth",
            version: Version::parse(version).unwrap(),
        };
        let flags = |version: &str| {
            release(version).changes().filter(|row| matches!(row.what, What::NoFlag(_))).count()
        };
        assert_eq!((flags("2.4.2"), flags("2.4.3"), flags("2.6.0"), flags("2.8.0")), (0, 1, 3, 6));
        let holes =
            |version: &str| release(version).holes().map(|(_, hole)| hole).collect::<Vec<_>>();
        assert_eq!(holes("2.6.0"), ["CVE-2026-111943"]);
        assert!(holes("2.6.1").is_empty());
    }

    #[test]
    fn a_command_clashes_with_what_it_gives() {
        let stops = |component: &str, version: &str, args: &[&str], variables: &[(&str, &str)]| {
            let command = Command {
                component: component.to_owned(),
                args: args.iter().map(ToString::to_string).collect(),
                environment: variables
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect(),
            };
            let release = Release { component, version: Version::parse(version).unwrap() };
            let clash = release.changes().find_map(|change| change.clash(&command));
            clash.map(|clash| clash.stops)
        };
        let max_lag = [("OP_NODE_SEQUENCER_MAX_SAFE_LAG", "0")];
        for (component, version, args, variables, expected) in [
            ("op-node", "1.20.1", &["--sequencer.max-safe-lag=0"][..], &[][..], Some(true)),
            ("op-node", "1.20.0", &["--sequencer.max-safe-lag=0"], &[], None),
            ("op-node", "1.20.1", &["--sequencer.max-safe-lag.not"], &[], None),
            ("op-node", "1.20.1", &[], &max_lag, Some(false)),
            ("op-node", "1.20.0", &["--p2p.sync.req-resp=false"], &[], Some(false)),
            ("op-reth", "2.8.2", &["node", "--txpool.max-batch-size", "0"], &[], Some(true)),
            ("op-reth", "2.8.2", &["node", "--txpool.max-batch-size=1"], &[], None),
            ("op-reth", "2.7.0", &["node", "--txpool.max-batch-size=0"], &[], None),
            ("op-reth", "2.5.0", &["import-op", "file"], &[], Some(true)),
            ("op-reth", "2.4.4", &["import-op", "file"], &[], None),
            ("op-node", "1.20.1", &["--minimal"], &[], None),
        ] {
            let found = stops(component, version, args, variables);
            assert_eq!(found, expected, "{component} {version} {args:?}");
        }
    }
}
