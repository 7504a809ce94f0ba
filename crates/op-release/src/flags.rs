//! The flags that each official program knows.

pub mod bounds;
mod kind;

use std::{collections::BTreeMap, sync::LazyLock};

pub use self::kind::{Kind, integer};

/// A program's flags, at the release that they were read from.
#[derive(Debug)]
pub struct Program {
    pub release: &'static str,
    /// By each of their names.
    pub flags: BTreeMap<&'static str, Flag>,
}

/// A flag.
#[derive(Debug, Clone)]
pub struct Flag {
    /// It is given under one of these at most.
    pub names: Vec<&'static str>,
    pub kind: Kind,
    /// Its environment variables.
    pub variables: Vec<&'static str>,
    /// What the program does where neither is given.
    pub default: Option<&'static str>,
}

impl Flag {
    /// Whether a value follows it.
    #[must_use]
    pub const fn takes_value(&self) -> bool {
        self.kind.needs_value()
    }
}

/// By component. How the file is made: crates/e2e, `flags`.
static PROGRAMS: LazyLock<BTreeMap<&str, Program>> =
    LazyLock::new(|| read(include_str!("flags/known.txt")));

/// The flags of a component, where they are known.
#[must_use]
pub fn of(component: &str) -> Option<&'static Program> {
    PROGRAMS.get(component)
}

fn read(text: &'static str) -> BTreeMap<&'static str, Program> {
    let mut programs = BTreeMap::new();
    let mut last = "";
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let Some(first) = words.next() else { continue };
        if !line.starts_with(' ') {
            let release = words.next().unwrap_or_default();
            programs.insert(first, Program { release, flags: BTreeMap::new() });
            last = first;
        } else if let Some(program) = programs.get_mut(last) {
            let (names, kind) = first
                .split_once('=')
                .map_or((first, Kind::Switch), |(names, kind)| (names, Kind::read(kind)));
            let names: Vec<&str> = names.split(',').collect();
            let (defaults, variables): (Vec<_>, Vec<_>) =
                words.partition(|word| word.starts_with('('));
            let default = defaults.first().map(|word| word.trim_matches(['(', ')']));
            let flag = Flag { names: names.clone(), kind, variables, default };
            program.flags.extend(names.into_iter().map(|name| (name, flag.clone())));
        }
    }
    programs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_has_its_flags() {
        for component in [
            "op-node",
            "op-geth",
            "op-reth",
            "op-batcher",
            "op-proposer",
            "op-challenger",
            "op-dispute-mon",
        ] {
            let program = of(component).unwrap();
            assert!(program.release.starts_with('v') && program.flags.len() > 20, "{component}");
        }
        let node = of("op-node").unwrap();
        assert!(node.flags["l1"].takes_value() && !node.flags["p2p.disable"].takes_value());
        assert_eq!(node.flags["l1"].variables, ["OP_NODE_L1_ETH_RPC"]);
        assert_eq!(node.flags["l1"].default, Some("http://127.0.0.1:8545"));
        assert_eq!(node.flags["l1.beacon"].default, None);
        let challenger = of("op-challenger").unwrap();
        assert!(challenger.flags.contains_key("trace-type"));
    }
}
