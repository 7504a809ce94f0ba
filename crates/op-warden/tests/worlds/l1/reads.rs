//! Lies about each read.

use crate::{
    case::Case,
    lies::lies,
    verdict::Verdict::{self, Pass, Refuse, Wait},
    world::World,
};

/// Each read of L1 and the gates that go by it.
const READS_OF_L1: [(&str, &[&str]); 23] = [
    ("eth_chainId", &["l1-chain", "l1-agreement"]),
    ("eth_getBlockByNumber", &["l1-origin", "genesis-timestamp", "l1-agreement"]),
    ("eth_getBalance", &["funding", "bond"]),
    ("eth_getTransactionCount", &["alone"]),
    ("pending transactions", &["alone"]),
    ("past transactions", &["alone"]),
    ("past block", &["alone"]),
    ("batcherHash", &["batcher-key"]),
    ("unsafeBlockSigner", &["sequencer-key", "unsafe-signer", "l1-proofs"]),
    ("disputeGameFactory", &["game-type", "contracts"]),
    ("respectedGameType", &["game-type"]),
    ("gameImpls", &["game-type"]),
    ("gameArgs", &["proposer-key", "challenger-key", "prestate"]),
    ("initBonds", &["bond"]),
    ("latest", &["l1-head", "clock", "release", "proposal-cadence"]),
    ("finalized", &["l1-origin", "l1-head", "l1-agreement", "proposal-cadence"]),
    ("eth_getProof", &["l1-proofs"]),
    ("optimismPortal", &["contracts"]),
    ("portalSystemConfig", &["contracts"]),
    ("l2ChainId", &["contracts"]),
    ("systemConfigPaused", &["contracts"]),
    ("portalPaused", &["contracts"]),
    ("gameCount", &["contracts"]),
];

/// Gates that go by the state after the newest block: where that is not known, they cannot judge.
pub(crate) const OF_STATE: [&str; 12] = [
    "sequencer-key",
    "alone",
    "batcher-key",
    "proposer-key",
    "challenger-key",
    "game-type",
    "prestate",
    "funding",
    "bond",
    "unsafe-signer",
    "l1-proofs",
    "contracts",
];

/// The same where the factory is older than `gameArgs`: the implementation is asked.
const READS_OF_OLD_L1: [(&str, &[&str]); 4] = [
    ("gameImpls", &["game-type", "proposer-key", "challenger-key", "prestate"]),
    ("proposer", &["proposer-key", "challenger-key"]),
    ("challenger", &["proposer-key", "challenger-key"]),
    ("absolutePrestate", &["prestate"]),
];

const READS_OF_ENGINE: [(&str, &[&str]); 2] =
    [("eth_chainId", &["genesis-live"]), ("eth_getBlockByNumber", &["genesis-live"])];

/// Reads, and what follows from a lie about them.
pub(super) fn lies_about_reads(cases: &mut Vec<Case>) {
    fn noticed(
        gates: &[&'static str],
        lie: &str,
        verdict: Verdict,
    ) -> Vec<(&'static str, Verdict)> {
        let limit = (lie == "a limit").then_some(("l1-rate-limit", Wait));
        gates.iter().map(|&gate| (gate, verdict)).chain(limit).collect()
    }
    let right = World::right();
    for (read, gates) in READS_OF_L1 {
        for (lie, say, verdict) in lies(right.l1.value(read)) {
            let verdict = match (read, lie) {
                ("past transactions", "half of the truth") => Refuse,
                // The node may not have the block yet; half the digits are less ether, and fewer
                // transactions than with those that wait. Without an earlier state nobody knows what was
                // sent since.
                ("eth_getBlockByNumber" | "latest" | "finalized", "null")
                | ("eth_getBalance" | "eth_getTransactionCount", "half of the truth")
                | ("past transactions" | "past block", _) => Wait,
                // Only those who need proofs ask for one, so that not everybody meets the limit.
                ("eth_getProof", "a limit") => continue,
                // Older contracts have no such getters.
                ("l2ChainId" | "systemConfigPaused", "a revert" | "a revert without code")
                | ("pending transactions", "half of the truth") => Pass,
                _ => verdict,
            };
            let mut noticed = noticed(gates, lie, verdict);
            if read == "latest" {
                noticed.extend(OF_STATE.map(|gate| (gate, Wait)));
            }
            cases.push(Case::new(format!("L1 says {lie} for {read}"), &noticed, |world| {
                world.l1.say(read, say);
                if (read, verdict) == ("l2ChainId", Pass) {
                    // No second chain id to compare with: a world that changes one is another.
                    world.edit_text("rollup.json", |text| format!("{text}\n"));
                }
            }));
        }
    }
    let mut old = World::right();
    old.with_old_factory();
    for (read, gates) in READS_OF_OLD_L1 {
        for (lie, say, verdict) in lies(old.l1.value(read)) {
            cases.push(Case::new(
                format!("an old L1 says {lie} for {read}"),
                &noticed(gates, lie, verdict),
                |world| {
                    world.with_old_factory();
                    world.l1.say(read, say);
                },
            ));
        }
    }
    for (read, gates) in READS_OF_ENGINE {
        for (lie, say, verdict) in lies(right.engine.value(read)) {
            cases.push(Case::new(
                format!("the engine says {lie} for {read}"),
                &noticed(gates, "", verdict),
                |world| {
                    world.engine.say(read, say);
                },
            ));
        }
    }
}
