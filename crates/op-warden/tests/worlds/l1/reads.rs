//! Lies about each read.

use crate::{
    case::Case,
    lies::lies,
    verdict::Verdict::{self, Pass, Refuse, Skip, Wait, Warn},
    world::World,
};

/// Each read of L1 and the gates that go by it.
const READS_OF_L1: [(&str, &[&str]); 49] = [
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
    ("gameArgs", &["proposer-key", "challenger-key", "prestate", "game-type"]),
    ("initBonds", &["bond", "game-type"]),
    ("latest", &["l1-head", "clock", "release", "proposal-cadence"]),
    ("finalized", &["l1-origin", "l1-head", "l1-agreement", "proposal-cadence"]),
    ("eth_getProof", &["l1-proofs"]),
    ("optimismPortal", &["contracts"]),
    ("portalSystemConfig", &["contracts"]),
    ("portalFactory", &["contracts"]),
    ("batchInbox", &["contracts"]),
    ("startBlock", &["contracts"]),
    ("l2ChainId", &["contracts"]),
    ("systemConfigPaused", &["contracts"]),
    ("portalPaused", &["contracts"]),
    ("gameCount", &["contracts"]),
    ("delayedWETH", &["game-type"]),
    ("superchainConfig", &[]),
    ("anchorStateRegistry", &["contracts", "game-type"]),
    ("registrySystemConfig", &["contracts"]),
    ("registryFactory", &["contracts"]),
    ("registryRespected", &["game-type"]),
    ("anchorRoot", &["game-type"]),
    ("retirement", &["game-type"]),
    ("gasLimit", &["contracts"]),
    ("scalar", &["contracts"]),
    ("eip1559Elasticity", &["contracts"]),
    ("operatorFeeConstant", &["contracts"]),
    ("minBaseFee", &["contracts"]),
    ("systemVersion", &["contracts"]),
    ("portalVersion", &[]),
    ("factoryVersion", &[]),
    ("lastUsedOPCM", &["standard-validator"]),
    ("proxyAdminOwner", &["standard-validator"]),
    ("opcmStandardValidator", &["standard-validator"]),
    ("validate", &["standard-validator"]),
    // Without them only the float is not known.
    ("maxClockDuration", &[]),
    ("finalityDelay", &[]),
    ("delay", &[]),
];

/// What is read at the block in which the chain began.
const OF_BEGINNING: [&str; 5] =
    ["gasLimit", "scalar", "eip1559Elasticity", "operatorFeeConstant", "minBaseFee"];

/// What only those ask who need it, so that not everybody meets a limit.
const ASKED_BY_ONE: [&str; 12] = [
    "maxClockDuration",
    "finalityDelay",
    "delay",
    "eth_getProof",
    "eth_getTransactionCount",
    "pending transactions",
    "past transactions",
    "past block",
    "lastUsedOPCM",
    "proxyAdminOwner",
    "opcmStandardValidator",
    "validate",
];

/// Gates that go by the state after the newest block: where that is not known, they cannot judge.
pub(crate) const OF_STATE: [&str; 14] = [
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
    "fee-scalars",
    "standard-validator",
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
        for (lie, say, of_now) in lies(right.l1.value(read)) {
            let verdict = match (read, lie) {
                (read, "a limit") if ASKED_BY_ONE.contains(&read) => continue,
                ("past transactions", "half of the truth") => Refuse,
                // The node may not have the block yet; half the digits are less ether, and fewer
                // transactions than with those that wait. Without an earlier state nobody knows what was
                // sent since.
                ("eth_getBlockByNumber" | "latest" | "finalized", "null")
                | ("eth_getBalance" | "eth_getTransactionCount", "half of the truth")
                | ("past transactions" | "past block", _) => Wait,
                ("pending transactions", "half of the truth") => Pass,
                // Contracts managers before v7 have no validator, and a validator may stop. Nothing is said
                // of the contract's beginning, where it cannot be read.
                ("opcmStandardValidator", "a revert" | "a revert without code")
                | ("systemVersion", _) => Skip,
                ("validate", "a revert" | "a revert without code") => Warn,
                (read, _) if OF_BEGINNING.contains(&read) && of_now == Wait => Skip,
                _ => of_now,
            };
            let mut noticed = noticed(gates, lie, verdict);
            // It is read at the newest block as well.
            if read == "scalar" {
                noticed.push(("fee-scalars", of_now));
            }
            if read == "latest" {
                noticed.extend(OF_STATE.map(|gate| (gate, Wait)));
            }
            cases.push(Case::new(format!("L1 says {lie} for {read}"), &noticed, |world| {
                world.l1.say(read, say);
            }));
        }
    }
    let mut old = World::right();
    old.with_old_factory();
    for (read, gates) in READS_OF_OLD_L1 {
        for (lie, say, verdict) in lies(old.l1.value(read)) {
            cases.push(Case::old(
                format!("an old L1 says {lie} for {read}"),
                &noticed(gates, lie, verdict),
                |world| {
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
                    world.engine.say(read, say.clone());
                },
            ));
            // Whatever is not compared stops no follower.
            cases.push(Case::new(
                format!("the sequencer says {lie} for {read}"),
                &[("genesis-peers", Warn)],
                |world| {
                    world.sequencer.say(read, say);
                },
            ));
        }
    }
}
