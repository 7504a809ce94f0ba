//! Flags that are no more: a program that is given one stops.

use crate::Release;

/// A flag, and the first release without it.
#[derive(Debug)]
pub struct Removed {
    pub component: &'static str,
    pub flag: &'static str,
    pub since: &'static str,
    pub mend: &'static str,
    pub source: &'static str,
}

const NOTHING: &str = "Leave it out: nothing takes its place.";

pub const REMOVED: &[Removed] = &[
    Removed {
        component: "op-node",
        flag: "sequencer.max-safe-lag",
        since: "1.20.1",
        mend: NOTHING,
        source: "release op-node/v1.20.1",
    },
    Removed {
        component: "op-proposer",
        flag: "supernode-rpcs",
        since: "1.16.4",
        mend: "It is --superroot-rpcs now.",
        source: "release op-proposer/v1.16.4",
    },
    Removed {
        component: "op-challenger",
        flag: "supernode-rpc",
        since: "1.9.5",
        mend: "It is --superroot-rpc now.",
        source: "notices/archive/upgrade-20.mdx",
    },
    Removed {
        component: "op-reth",
        flag: "engine.sparse-trie-max-hot-slots",
        since: "2.6.0",
        mend: NOTHING,
        source: "release op-reth/v2.6.0",
    },
    Removed {
        component: "op-reth",
        flag: "engine.sparse-trie-max-hot-accounts",
        since: "2.6.0",
        mend: NOTHING,
        source: "release op-reth/v2.6.0",
    },
    Removed {
        component: "op-reth",
        flag: "minimal",
        since: "2.4.3",
        mend: "Leave it out: the OP Stack needs the bodies of all blocks.",
        source: "LiskHQ/lisk-node release v0.4.28",
    },
];

impl Release<'_> {
    /// The flags that this release no longer has.
    pub fn removed(&self) -> impl Iterator<Item = &'static Removed> {
        REMOVED
            .iter()
            .filter(|removed| removed.component == self.component && !self.is_before(removed.since))
    }
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::*;

    #[test]
    fn every_version_is_one() {
        for removed in REMOVED {
            assert!(Version::parse(removed.since).is_ok(), "{removed:?}");
        }
    }
}
