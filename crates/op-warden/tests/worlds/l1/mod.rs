//! The L1 and its endpoints.

mod beacons;
mod contracts;
mod endpoints;
mod heads;
mod reads;
mod truths;

pub(crate) use self::reads::OF_STATE;
use crate::{case::Case, verdict::Verdict};

pub(crate) fn cases(cases: &mut Vec<Case>) {
    endpoints::faults_of_nodes(cases);
    endpoints::l1_files(cases);
    endpoints::agreement(cases);
    reads::lies_about_reads(cases);
    truths::other_truths(cases);
    contracts::contracts(cases);
    contracts::beginnings(cases);
    contracts::scalars(cases);
    contracts::older(cases);
    contracts::validators(cases);
    truths::origins(cases);
    heads::heads(cases);
    heads::proofs(cases);
    beacons::beacons(cases);
    beacons::blobs(cases);
}

/// Gates that ask L1.
pub(crate) const OF_L1: [&str; 23] = [
    "l1-chain",
    "l1-origin",
    "genesis-timestamp",
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
    "proposal-cadence",
    "l1-head",
    "clock",
    "l1-proofs",
    "l1-rate-limit",
    "release",
    "l1-agreement",
    "contracts",
    "fee-scalars",
    "standard-validator",
];

/// What follows where the endpoint of L1 is one of another chain: only that it answers is right.
pub(crate) fn of_another_chain() -> Vec<(&'static str, Verdict)> {
    let gates = OF_L1.into_iter().filter(|gate| *gate != "l1-rate-limit");
    gates.map(|gate| (gate, Verdict::Refuse)).collect()
}
