//! The L1 that the program asks is the one that the gates judge, and is one that it knows.

use std::path::Path;

use eth_rpc::is_same_url;
use op_chain::{forks::Fork, l1_config::L1Config};
use op_release::words::KNOWN_L1S;

use crate::{
    command::Command,
    config::Endpoint,
    finding::{Comparison, Finding},
    gate::Gate,
    read::{Facts, host::l1_configs::FLAG},
};

const GATE: Gate = Gate::Flags;
const MAKE: &str = "Give it the L1's genesis.json, or its \"config\" (l1.chainConfigFile).";

pub(super) fn judge(command: &Command, facts: &Facts) -> Vec<Finding> {
    let l1 = &facts.config.l1;
    let is_node = command.component == "op-node";
    let (rpc, beacon) = if is_node { ("l1", "l1.beacon") } else { ("l1-eth-rpc", "l1-beacon") };
    let rpcs: Vec<&Endpoint> = [&l1.rpc].into_iter().chain(&l1.others).collect();
    // Where no beacon node is named, none is judged.
    let beacons: Vec<&Endpoint> = l1.beacon.iter().collect();
    let beacon = judged(command, beacon, &beacons, "l1.beacon").filter(|_| !beacons.is_empty());
    let chain_config = is_node.then(|| chain_config(command, facts)).flatten();
    let rpc = judged(command, rpc, &rpcs, "l1.rpc, or one of l1.others");
    rpc.into_iter().chain(beacon).chain(chain_config).chain(l2(command, &rpcs)).collect()
}

/// The URL in a flag is one of the configuration's. What stands in a file is handed over as a secret.
fn judged(command: &Command, flag: &str, endpoints: &[&Endpoint], names: &str) -> Option<Finding> {
    let given = command.value(flag).filter(|url| !url.is_empty())?;
    if endpoints.iter().any(|endpoint| is_url(endpoint, given)) {
        return None;
    }
    let found = format!("--{flag} with another URL, which is not shown: it may be a secret");
    let comparison =
        Comparison::new(GATE, (names, "the configuration"), (found, "the service's command"));
    Some(comparison.refuse(format!(
        "The gates judge the configuration's endpoints, and the program would ask one that nobody \
         judged: give it {names}."
    )))
}

/// The L1 in the place of an engine or of an op-node.
fn l2(command: &Command, l1: &[&Endpoint]) -> Option<Finding> {
    let is_l1 = |flag: &&str| {
        let urls = command.list(flag);
        urls.into_iter().any(|given| l1.iter().any(|endpoint| is_url(endpoint, given)))
    };
    let flag = ["l2", "l2-eth-rpc", "rollup-rpc"].into_iter().find(is_l1)?;
    let comparison = Comparison::new(
        GATE,
        ("the URL of a node of the L2", "--help"),
        (format!("--{flag} with the URL of the L1"), "the service's command"),
    );
    Some(comparison.refuse("The L1 cannot answer what the program asks there: correct the URL."))
}

fn is_url(endpoint: &Endpoint, given: &str) -> bool {
    matches!(endpoint, Endpoint::Url(url) if is_same_url(url, given))
}

/// What op-node cannot look up itself must be in a file that it can read.
fn chain_config(command: &Command, facts: &Facts) -> Option<Finding> {
    let id = facts.rollup.l1_chain_id;
    if KNOWN_L1S.contains(&id) {
        return None;
    }
    let compare = |found: String, source: &str| {
        let expected = format!("the chain configuration of L1 {id} in --{FLAG}");
        Comparison::new(GATE, (expected, "l1_chain_id of rollup.json"), (found, source))
    };
    let Some(path) = command.value(FLAG).filter(|path| !path.is_empty()) else {
        return Some(
            compare(format!("none, and op-node does not know L1 {id}"), "the service's command")
                .refuse(format!("op-node stops with \"failed to read chain spec\". {MAKE}")),
        );
    };
    match facts.host.l1_configs.get(Path::new(path))? {
        Ok(Ok(found)) if found.chain_id == id => blob_price(found, path, facts),
        Ok(Ok(L1Config { chain_id: found, .. })) => {
            Some(compare(format!("chainId {found}"), path).refuse(format!(
                "op-node stops with \"L1 chain config chain ID mismatch\". {MAKE}"
            )))
        }
        Ok(Err(error)) => Some(
            compare(error.to_string(), path)
                .refuse(format!("op-node cannot use it, and does not start. {MAKE}")),
        ),
        Err(error) => Some(compare(error.to_string(), path).wait(format!(
            "op-node stops with \"failed to read chain spec\". {MAKE} Give its absolute path."
        ))),
    }
}

/// Since Ecotone each L2 block says what L1's blobs cost.
fn blob_price(config: &L1Config, path: &str, facts: &Facts) -> Option<Finding> {
    facts.rollup.forks.time(Fork::Ecotone)?;
    let head = facts.l1.latest.as_ref().ok()?.as_ref()?;
    head.excess_blob_gas?;
    let lacks = config.lacks_blob_price(head.timestamp.to())?;
    let comparison =
        Comparison::new(GATE, (lacks, "the L1's newest block has blobs"), ("not there", path));
    Some(comparison.refuse(format!(
        "op-node starts, and dies with Ecotone's second block, of which it cannot compute the price of blobs. {MAKE}"
    )))
}
