//! No role on a public chain has a key that everybody knows.

use alloy_primitives::Address;
use op_chain::published::is_published;

use crate::finding::{Comparison, Finding, with};
use crate::gates::{keys::no_key::no_key, l1::public_networks::is_public};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::PublishedKey;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some((path, key)) = facts.key(service) else { return Vec::new() };
    let file = format!("key file {}", path.display());
    vec![match key {
        Ok(account) if facts.config.keys.burned.contains(account) => burned(account, &file),
        Ok(account) if is_published(account) => published(account, &file, facts),
        Ok(account) => compare(account, &file).holds(),
        Err(error) => {
            no_key(GATE, None, "the accounts of the mnemonic \"test … junk\"", path, error)
        }
    }]
}

/// The operator's own word holds on every L1.
fn burned(account: &Address, file: &str) -> Finding {
    Comparison::new(
        GATE,
        ("a key that is not burned", "keys.burned of the configuration"),
        (account, file),
    )
    .refuse(
        "The operator's list says that this key was lost or shown. Make another with `op-warden \
         keys generate`, and name its address on chain.",
    )
}

fn published(account: &Address, file: &str, facts: &Facts) -> Finding {
    let refused = || {
        compare(account, file).refuse(
            "Everybody has this key: it is one of Foundry's and Hardhat's test accounts, which \
             the project's example secrets hold. Make your own with `op-warden keys generate`.",
        )
    };
    let l1 = &facts.l1;
    let written = [facts.config.l1.chain_id, facts.rollup.l1_chain_id];
    if written.iter().any(|&id| is_public(id)) {
        return refused();
    }
    let node = format!("eth_chainId of {}", l1.endpoint);
    with(&l1.chain_id, GATE, "the chain id of a private L1", &node, |live| {
        if is_public(*live) {
            return refused();
        }
        Finding::skip(
            GATE,
            format!("{account} is a published test account, and L1 {live} is a private chain"),
        )
    })
}

fn compare(account: &Address, file: &str) -> Comparison {
    Comparison::new(
        GATE,
        ("a key that is not published", "the accounts of the mnemonic \"test … junk\""),
        (account, file),
    )
}
