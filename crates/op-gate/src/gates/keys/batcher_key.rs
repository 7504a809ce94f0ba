//! The batcher's key is the one in `SystemConfig`. rollup.json has the first one, which a rotation leaves there.

use alloy_primitives::Address;
use eth_rpc::Unread;
use op_chain::contracts::batcher_of;

use crate::finding::{Comparison, Finding, with};
use crate::read::{Facts, l1::first_block};
use crate::{config::Service, gate::Gate, gates::keys::role::key_is};

const GATE: Gate = Gate::BatcherKey;
const NOT_OURS: &str = "\
    rollup.json names another batcher than the contract had when the chain began: take rollup.json \
    from where the chain was made, or no batch counts.";
const NOT_KNOWN: &str = "\
    After a rotation (SystemConfig.setBatcherHash) that is right: rollup.json keeps the batcher of \
    genesis, and must not be changed. If there was none, rollup.json is another chain's, and no batch \
    counts: an L1 endpoint that remembers the first block tells.";

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let system_config = facts.rollup.l1_system_config_address;
    let on_chain =
        format!("SystemConfig.batcherHash() at {system_config} on {}", facts.l1.endpoint);
    let batcher = facts.l1.batcher_hash.clone().and_then(batcher_of);
    let mend = "\
        Give the batcher the key of the expected address, or make the key's address the batcher \
        with SystemConfig.setBatcherHash. With another key no batch counts and the safe head \
        stays where it is.";
    let mut findings = key_is(GATE, service, facts, &batcher, &on_chain, mend);
    findings.push(with(&batcher, GATE, written(facts), &on_chain, |live| {
        first(facts, *live, &on_chain)
    }));
    findings
}

/// The batcher that rollup.json names: the chain's first.
fn written(facts: &Facts) -> Address {
    facts.rollup.genesis.system_config.batcher
}

/// A rotation leaves rollup.json as it was: the contract of the first block is what it must agree with.
fn first(facts: &Facts, live: Address, on_chain: &str) -> Finding {
    let found = (written(facts), "genesis.system_config.batcherAddr of rollup.json");
    if live == found.0 {
        return Comparison::new(GATE, (live, on_chain), found).holds();
    }
    let block = match &facts.l1.contracts.start_block {
        Err(unread) if !matches!(unread, Unread::Reverted(_)) => {
            return Finding::unread(GATE, "SystemConfig.startBlock()", on_chain, unread);
        }
        _ => first_block(&facts.rollup, &facts.l1.contracts).unwrap_or_default(),
    };
    let then =
        facts.l1.beginning.as_ref().map(|then| then.batcher_hash.clone().and_then(batcher_of));
    match then {
        Some(Ok(first)) => {
            let source = format!("{on_chain} after block {block}");
            Comparison::new(GATE, (first, source), found).refuse_unless(first == found.0, NOT_OURS)
        }
        Some(Err(_)) | None => Comparison::new(GATE, (live, on_chain), found).warn(NOT_KNOWN),
    }
}
