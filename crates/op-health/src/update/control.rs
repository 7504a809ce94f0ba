//! Who controls the contracts on L1.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::Address;

use crate::memory::control::Value;
use crate::{memory::Memory, seen::Seen, watch::Watch};
use op_observe::control::{self, Control};
use op_observe::l1::Contracts;
use op_status::condition::Name;

/// Polls of L1 between two looks.
const EVERY: u64 = 5;
/// Seconds for which a change of a parameter is reported: what it is set to becomes usual.
const REPORTED: f64 = 24.0 * 3_600.0;

/// How the chain is set. Its owner may change it, and no withdrawal hangs on it.
const PARAMETERS: [&str; 9] = [
    "SystemConfig.gasLimit",
    "SystemConfig.scalar",
    "SystemConfig.eip1559Denominator",
    "SystemConfig.eip1559Elasticity",
    "SystemConfig.operatorFeeScalar",
    "SystemConfig.operatorFeeConstant",
    "SystemConfig.minBaseFee",
    "SystemConfig.daFootprintGasScalar",
    "DisputeGameFactory.initBonds",
];
/// Names of getters, and of the proxies that they answer with.
const PROXIES: [(&str, &str); 5] = [
    ("SystemConfig.l1StandardBridge", "L1StandardBridge"),
    ("SystemConfig.l1ERC721Bridge", "L1ERC721Bridge"),
    ("OptimismPortal.superchainConfig", "SuperchainConfig"),
    ("OptimismPortal.anchorStateRegistry", "AnchorStateRegistry"),
    ("OptimismPortal.ethLockbox", "ETHLockbox"),
];

pub(crate) fn is_parameter(name: &str) -> bool {
    PARAMETERS.contains(&name)
}

/// What is asked, where it is time. What the last look brought to light is looked at at once.
pub(crate) fn questions(watch: &Watch, contracts: &Contracts) -> Option<control::Questions> {
    let Watch { setup, seen, memory, .. } = watch;
    let values = &memory.control.values;
    let address = |value: &Value| value.now.parse().ok().filter(|at: &Address| !at.is_zero());
    let found = PROXIES
        .iter()
        .filter_map(|(getter, name)| Some(((*name).to_owned(), address(values.get(*getter)?)?)));
    let mut proxies: BTreeMap<String, Address> = found.collect();
    proxies.insert("SystemConfig".to_owned(), contracts.system_config);
    proxies.insert("OptimismPortal".to_owned(), contracts.portal);
    proxies.extend(contracts.factory.map(|factory| ("DisputeGameFactory".to_owned(), factory)));
    let admins: BTreeSet<Address> = values
        .iter()
        .filter(|(name, _)| name.rsplit_once('.').is_some_and(|(_, what)| what == "admin"))
        .filter_map(|(_, value)| address(value))
        .collect();
    let proposer = setup.service_of("op-proposer").and_then(|name| setup.config.services.get(name));
    let game_type = proposer.and_then(|proposer| proposer.game_type).unwrap_or_default();
    let is_due = !memory.control.is_settled || seen.l1_polls.is_multiple_of(EVERY);
    is_due.then_some(control::Questions { game_type, proxies, admins })
}

/// What was read becomes what is; what is seen for the first time is accepted, and all that is so at the first look
/// at a chain that is deployed which brings nothing more to light.
pub(crate) fn take(seen: &Seen, memory: &mut Memory, answers: &Control) {
    let now = seen.now;
    let is_settled = memory.control.is_settled;
    let is_deployed = is_deployed(seen, memory);
    let memory = &mut memory.control;
    memory.is_settled |= is_deployed && answers.keys().all(|name| memory.values.contains_key(name));
    // Of what is not asked any more nothing is known.
    memory.values.retain(|name, _| answers.contains_key(name));
    for (name, reading) in answers {
        let Ok(read) = reading else { continue };
        let new = || Value { accepted: read.clone(), now: read.clone(), since: now, read_at: now };
        let value = memory.values.entry(name.clone()).or_insert_with(new);
        if value.now != *read {
            (value.now, value.since) = (read.clone(), now);
        }
        if !is_settled {
            value.accepted.clone_from(&value.now);
        }
        value.read_at = now;
    }
}

/// Whether the chain has a block of its own: until then its contracts are being deployed.
fn is_deployed(seen: &Seen, memory: &Memory) -> bool {
    let first = seen.chain.as_ref().map_or(0, |chain| chain.genesis.l2.number);
    let mut heads = memory.nodes.values().filter_map(|node| node.unsafe_head);
    heads.any(|head| head.block.number > first)
}

/// What somebody accepts, or what was reported for long enough, becomes usual.
pub(crate) fn settle(seen: &Seen, memory: &mut Memory) {
    for (name, value) in &mut memory.control.values {
        let is_old = is_parameter(name) && seen.now - value.since > REPORTED;
        if is_old || seen.is_accepted(Name::L1Control, value.since) {
            value.accepted.clone_from(&value.now);
        }
    }
}
