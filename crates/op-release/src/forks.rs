//! The first release that can follow each fork of L1 and of the chain. Sources: the monorepo's notices
//! (`docs/public-docs/notices/archive/`), its releases, and issues of those who met the fault.

use std::fmt;

use op_chain::forks::Fork;
use semver::Version;

use crate::Release;

/// A fork of Ethereum, in the order of their activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum L1Fork {
    Prague,
    Osaka,
    Amsterdam,
}

/// What makes a release too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    L1(L1Fork),
    L2(Fork),
}

/// The first release of a program that can follow a fork.
#[derive(Debug)]
pub struct Least {
    pub component: &'static str,
    pub reason: Reason,
    /// `None` where no release ever can.
    pub version: Option<&'static str>,
    pub source: &'static str,
}

const fn least(
    component: &'static str,
    reason: Reason,
    version: &'static str,
    source: &'static str,
) -> Least {
    Least { component, reason, version: Some(version), source }
}

const PECTRA: &str = "notices/archive/pectra-changes.mdx";
const FUSAKA: &str = "notices/archive/fusaka-notice.mdx";
const JOVIAN: &str = "notices/archive/upgrade-17.mdx";
const KARST: &str = "notices/archive/upgrade-19.mdx";
const LAGOON_NODE: &str = "release op-node/v1.21.0, 2026-11-25";
const LAGOON_RETH: &str = "release op-reth/v2.10.0, 2026-11-25";

pub const LEAST: &[Least] = &[
    least("op-node", Reason::L1(L1Fork::Prague), "1.12.0", PECTRA),
    least("op-batcher", Reason::L1(L1Fork::Prague), "1.11.5", PECTRA),
    least("op-proposer", Reason::L1(L1Fork::Prague), "1.10.0", PECTRA),
    least("op-challenger", Reason::L1(L1Fork::Prague), "1.3.2", PECTRA),
    least("op-node", Reason::L1(L1Fork::Osaka), "1.16.2", FUSAKA),
    least("op-batcher", Reason::L1(L1Fork::Osaka), "1.16.2", FUSAKA),
    least("op-challenger", Reason::L1(L1Fork::Osaka), "1.7.0", FUSAKA),
    // Older ones do not know the header's new fields: "failed to verify block hash".
    least("op-node", Reason::L1(L1Fork::Amsterdam), "1.19.5", "giwa-io/node release v0.6.1"),
    // Older ones pay less gas than the new floor for calldata.
    least("op-batcher", Reason::L1(L1Fork::Amsterdam), "1.17.0", "release op-batcher/v1.17.0"),
    least("op-node", Reason::L2(Fork::Jovian), "1.16.2", JOVIAN),
    least("op-geth", Reason::L2(Fork::Jovian), "1.101603.5", JOVIAN),
    least("op-reth", Reason::L2(Fork::Jovian), "1.9.2", JOVIAN),
    least("op-batcher", Reason::L2(Fork::Jovian), "1.16.2", JOVIAN),
    least("op-challenger", Reason::L2(Fork::Jovian), "1.7.0", JOVIAN),
    least("op-node", Reason::L2(Fork::Karst), "1.19.1", KARST),
    // engine_getPayloadV5. Before 2.3.3 eth_estimateGas fails, which KNOWN_FAULTS says.
    least("op-reth", Reason::L2(Fork::Karst), "2.3.2", KARST),
    Least {
        component: "op-geth",
        reason: Reason::L2(Fork::Karst),
        version: None,
        source: "notices/archive/op-geth-deprecation.mdx",
    },
    least("op-challenger", Reason::L2(Fork::Karst), "1.9.3", KARST),
    least("op-dispute-mon", Reason::L2(Fork::Karst), "1.5.2", KARST),
    // It has the transactions of the fork's first block.
    least("op-node", Reason::L2(Fork::Lagoon), "1.21.0", LAGOON_NODE),
];

/// A release that works, with a fault that the next one mends.
pub const KNOWN_FAULTS: &[(Least, &str)] = &[
    (
        least("op-reth", Reason::L2(Fork::Karst), "2.3.3", "release op-reth/v2.3.3"),
        "eth_estimateGas fails",
    ),
    (
        least("op-reth", Reason::L2(Fork::Lagoon), "2.10.0", LAGOON_RETH),
        "nobody says that this release can follow it",
    ),
];

/// When public networks activated their forks, in seconds since the Unix epoch: geth's
/// `params/config.go`; Amsterdam by blog.ethereum.org, 2026-09-17.
const ACTIVATIONS: &[(u64, L1Fork, u64)] = &[
    (1, L1Fork::Prague, 1_746_612_311),
    (1, L1Fork::Osaka, 1_764_798_551),
    (11_155_111, L1Fork::Prague, 1_741_159_776),
    (11_155_111, L1Fork::Osaka, 1_760_427_360),
    (11_155_111, L1Fork::Amsterdam, 1_791_294_816),
    (17_000, L1Fork::Prague, 1_740_434_112),
    (17_000, L1Fork::Osaka, 1_759_308_480),
    (560_048, L1Fork::Prague, 1_742_999_832),
    (560_048, L1Fork::Osaka, 1_761_677_592),
];

/// When a network activates a fork; `None` where that is not known.
#[must_use]
pub fn activation(chain_id: u64, fork: L1Fork) -> Option<u64> {
    let row = ACTIVATIONS.iter().find(|(id, of, _)| *id == chain_id && *of == fork);
    row.map(|(.., time)| *time)
}

/// The newest fork that a network has activated at a time.
#[must_use]
pub fn activated(chain_id: u64, time: u64) -> Option<L1Fork> {
    let active = ACTIVATIONS.iter().filter(|(id, _, from)| *id == chain_id && *from <= time);
    active.map(|(_, fork, _)| *fork).max()
}

impl Least {
    /// Whether a release can follow the fork.
    #[must_use]
    pub fn is_met_by(&self, release: &Release<'_>) -> bool {
        self.version.is_some_and(|least| !release.is_before(least))
    }

    /// What is asked of whoever runs the program.
    #[must_use]
    pub fn expected(&self) -> String {
        let (component, reason) = (self.component, self.reason);
        match self.version {
            Some(least) => format!("{component} {least} or later, for {reason}"),
            None => format!("another program than {component}, for {reason}"),
        }
    }

    /// What to do where a release does not meet it.
    #[must_use]
    pub fn mend(&self) -> String {
        let (component, reason) = (self.component, self.reason);
        match self.version {
            Some(_) => {
                format!("Run a later release of {component}: this one cannot follow {reason}.")
            }
            None => format!(
                "No release of {component} can follow {reason}. In the place of op-geth runs \
                 op-reth, with a data folder of its own."
            ),
        }
    }

    /// The version as one that can be compared; `None` where no release ever can.
    #[must_use]
    pub fn parsed(&self) -> Option<Version> {
        Version::parse(self.version?).ok()
    }
}

impl Release<'_> {
    /// What its program must be, fork by fork.
    pub fn least(&self) -> impl Iterator<Item = &'static Least> {
        LEAST.iter().filter(|row| row.component == self.component)
    }

    /// What its program should be, and the fault of the releases before.
    pub fn known_faults(&self) -> impl Iterator<Item = &'static (Least, &'static str)> {
        KNOWN_FAULTS.iter().filter(|(row, _)| row.component == self.component)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::L1(fork) => write!(formatter, "L1's fork {fork:?}"),
            Self::L2(fork) => write!(formatter, "the chain's fork {fork:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Who may start may start with every later release as well.
        #[test]
        fn a_later_release_is_no_worse(
            row in 0..LEAST.len(), major in 0_u64..3, minor in 0_u64..30, patch in 0_u64..10,
        ) {
            let row = &LEAST[row];
            let is_met = |version| row.is_met_by(&Release { component: row.component, version });
            for later in [
                Version::new(major, minor, patch + 1),
                Version::new(major, minor + 1, 0),
                Version::new(major + 1, 0, 0),
            ] {
                prop_assert!(is_met(later) >= is_met(Version::new(major, minor, patch)));
            }
        }
    }

    #[test]
    fn every_version_is_one() {
        for row in LEAST.iter().chain(KNOWN_FAULTS.iter().map(|(row, _)| row)) {
            assert_eq!(row.version.is_some(), row.parsed().is_some(), "{row:?}");
        }
    }

    #[test]
    fn a_network_has_the_fork_that_it_activated_last() {
        for (id, time, fork) in [
            (11_155_111, 1_741_159_775, None),
            (11_155_111, 1_741_159_776, Some(L1Fork::Prague)),
            (11_155_111, 1_791_294_815, Some(L1Fork::Osaka)),
            (11_155_111, 1_791_294_816, Some(L1Fork::Amsterdam)),
            (1, u64::MAX, Some(L1Fork::Osaka)),
            (900, u64::MAX, None),
        ] {
            assert_eq!(activated(id, time), fork, "{id} {time}");
        }
    }
}
