//! What the official programs must be able to do, by release. Sources: the monorepo's notices
//! (`docs/public-docs/notices/archive/`), its releases, and issues of those who met the fault.

use std::fmt;

use op_chain::forks::Fork;

/// A fork of Ethereum, in the order of their activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum L1Fork {
    Prague,
    Osaka,
    Amsterdam,
}

/// What makes a release too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    L1(L1Fork),
    L2(Fork),
}

/// The first release of a program that can follow a fork.
#[derive(Debug)]
pub(super) struct Least {
    pub(super) component: &'static str,
    pub(super) reason: Reason,
    /// `None` where no release ever can.
    pub(super) version: Option<&'static str>,
    pub(super) source: &'static str,
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

pub(super) const LEAST: [Least; 19] = [
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
];

/// A release that works, with a fault that the next one mends.
pub(super) const KNOWN_FAULTS: [(Least, &str); 1] = [(
    least("op-reth", Reason::L2(Fork::Karst), "2.3.3", "release op-reth/v2.3.3"),
    "eth_estimateGas fails",
)];

/// First releases without a known hole: component, release, what it mends, source.
pub(super) const FLOORS: [(&str, &str, &str, &str); 2] = [
    ("op-node", "1.19.11", "CVE-2026-111943", "release op-node/v1.19.11"),
    ("op-reth", "2.6.1", "CVE-2026-111943", "release op-reth/v2.6.1"),
];

/// Flags that are no more: a program that is given one stops. Component, flag, first release without
/// it, what to do, source.
pub(super) const REMOVED: [(&str, &str, &str, &str, &str); 6] = [
    (
        "op-node",
        "sequencer.max-safe-lag",
        "1.20.1",
        "Leave it out: nothing takes its place.",
        "release op-node/v1.20.1",
    ),
    (
        "op-proposer",
        "supernode-rpcs",
        "1.16.4",
        "It is --superroot-rpcs now.",
        "release op-proposer/v1.16.4",
    ),
    (
        "op-challenger",
        "supernode-rpc",
        "1.9.5",
        "It is --superroot-rpc now.",
        "notices/archive/upgrade-20.mdx",
    ),
    (
        "op-reth",
        "engine.sparse-trie-max-hot-slots",
        "2.6.0",
        "Leave it out: nothing takes its place.",
        "release op-reth/v2.6.0",
    ),
    (
        "op-reth",
        "engine.sparse-trie-max-hot-accounts",
        "2.6.0",
        "Leave it out: nothing takes its place.",
        "release op-reth/v2.6.0",
    ),
    (
        "op-reth",
        "minimal",
        "2.4.3",
        "Leave it out: the OP Stack needs the bodies of all blocks.",
        "LiskHQ/lisk-node release v0.4.28",
    ),
];

/// Fields of rollup.json and op-node's first release that knows each: earlier ones refuse the file
/// (`op-node/rollup/types.go` of v1.19.0 and v1.19.1).
pub(super) const FIELDS: [(&str, &str); 2] =
    [("lagoon_time", "1.19.1"), ("keep_karst_upgrade_gas", "1.19.1")];

/// op-node's first release that judges the order of forks at its start (`op-node/v1.19.8`).
pub(super) const JUDGES_FORKS: &str = "1.19.8";

/// When public networks activated their forks, in seconds since the Unix epoch: geth's
/// `params/config.go`; Amsterdam by blog.ethereum.org, 2026-09-17.
const ACTIVATIONS: [(u64, L1Fork, u64); 9] = [
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

/// The newest fork that a network has activated at a time.
pub(crate) fn activated(chain_id: u64, time: u64) -> Option<L1Fork> {
    let active = ACTIVATIONS.iter().filter(|(id, _, from)| *id == chain_id && *from <= time);
    active.map(|(_, fork, _)| *fork).max()
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::L1(fork) => write!(formatter, "L1's fork {fork:?}"),
            Self::L2(fork) => write!(formatter, "the chain's fork {fork:?}"),
        }
    }
}
