//! The L1's beacon node has the blobs that the chain is derived from.

use crate::finding::{Comparison, Finding, with};
use crate::read::{Facts, l1::beacon::BeaconFacts};
use crate::{command::Command, config::Service, gate::Gate};

const GATE: Gate = Gate::L1Beacon;

/// Where the batcher puts its data, as far as this host knows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Data {
    Calldata,
    Blobs,
    /// The batcher is somebody else's.
    Unknown,
}

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    let data = data(facts);
    if command.is_on("l1.beacon.ignore") {
        return vec![ignored(data)];
    }
    match &facts.l1.beacon {
        None => vec![
            Comparison::new(
                GATE,
                ("a beacon node, or --l1.beacon.ignore", "op-node"),
                ("neither", "l1.beacon of the configuration"),
            )
            .refuse(
                "Give l1.beacon (l1.beaconFile). Where all data is calldata, --l1.beacon.ignore \
                 does without.",
            ),
        ],
        Some(Err(error)) => {
            let expected = ("a beacon node", "l1.beacon of the configuration");
            vec![Comparison::new(GATE, expected, (error, "this host")).for_error(error)]
        }
        Some(Ok(beacon)) => {
            let fallbacks = !command.list("l1.beacon-fallbacks").is_empty();
            let mut findings = vec![same_chain(beacon, facts), synced(beacon)];
            if data != Data::Calldata && !fallbacks {
                findings.push(keeps_enough(beacon, facts));
            }
            findings
        }
    }
}

fn data(facts: &Facts) -> Data {
    let mut batchers = facts.config.commands("op-batcher").peekable();
    if batchers.peek().is_none() {
        return Data::Unknown;
    }
    // The program's default is calldata.
    let calldata = |batcher: &Command| {
        batcher.value("data-availability-type").is_none_or(|kind| kind == "calldata")
    };
    if batchers.all(calldata) { Data::Calldata } else { Data::Blobs }
}

fn ignored(data: Data) -> Finding {
    let compare = |found: &str| {
        Comparison::new(
            GATE,
            (
                "a beacon node, since the batcher writes blobs",
                "--data-availability-type of op-batcher",
            ),
            (found, "--l1.beacon.ignore of op-node"),
        )
    };
    match data {
        Data::Calldata => Finding::skip(GATE, "--l1.beacon.ignore, and all data is calldata"),
        Data::Blobs => compare("none").refuse(
            "Give op-node a beacon node (l1.beacon), or have the batcher write calldata: without \
             blobs the safe head never moves.",
        ),
        Data::Unknown => compare("none, and the batcher is not on this host").warn(
            "Make sure that the chain's batcher writes calldata only; else give op-node a beacon \
             node (l1.beacon).",
        ),
    }
}

/// Without the parameters op-node does not start either (op-service `sources/l1_beacon_client.go`).
fn same_chain(beacon: &BeaconFacts, facts: &Facts) -> Finding {
    let node = format!("/eth/v1/config/spec of {}", beacon.endpoint);
    let expected = facts.rollup.l1_chain_id;
    with(&beacon.spec, GATE, format!("L1 {expected}"), &node, |spec| {
        let source = (format!("L1 {expected}"), "l1_chain_id of rollup.json");
        Comparison::new(GATE, source, (format!("L1 {}", spec.chain_id), &node)).refuse_unless(
            spec.chain_id == expected,
            "The beacon node belongs to another network: correct its URL.",
        )
    })
}

/// op-node does not ask for it, and hosted endpoints withhold it: the rest judges without.
fn synced(beacon: &BeaconFacts) -> Finding {
    let node = format!("/eth/v1/node/syncing of {}", beacon.endpoint);
    let compare = |found: &str| {
        Comparison::new(GATE, ("a beacon node in sync", "Beacon API"), (found, &node))
    };
    match &beacon.syncing {
        Ok(false) => compare("in sync").holds(),
        Ok(true) => compare("still syncing")
            .wait("Let the beacon node sync: it does not have the newest blobs yet."),
        Err(error) => compare(&error.to_string()).warn(
            "The beacon node does not say whether it is in sync: look yourself, or use one that \
             does.",
        ),
    }
}

/// A node that follows from genesis on asks for every blob there was.
fn keeps_enough(beacon: &BeaconFacts, facts: &Facts) -> Finding {
    const DAY: u64 = 86_400;
    let node = format!("/eth/v1/config/spec of {}", beacon.endpoint);
    let age = facts.clock.now.saturating_sub(facts.rollup.genesis.l2_time);
    with(&beacon.spec, GATE, "how long blobs are kept", &node, |spec| {
        let expected =
            (format!("blobs of {} days", age.div_ceil(DAY)), "genesis.l2_time of rollup.json");
        let found = spec.retention.map_or_else(
            || "not said".to_owned(),
            |seconds| format!("kept for {} days", seconds / DAY),
        );
        Comparison::new(GATE, expected, (found, &node)).warn_unless(
            spec.retention.is_some_and(|seconds| seconds >= age),
            "A node that begins now does not find the first blobs there: give \
             --l1.beacon-fallbacks (l1.beaconFallbacks) a blob archiver or an archive beacon \
             node. One that has followed all the time needs none.",
        )
    })
}
