//! No role on a public chain has a key that everybody knows.

use alloy_primitives::Address;
use op_chain::published::whose;

use crate::finding::{Comparison, Finding, with};
use crate::gates::{keys::no_key::no_key, l1::public_networks::is_public};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::PublishedKey;
const SOURCE: &str = "the published mnemonics and keys that op-warden knows";

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some((path, key)) = facts.key(service) else { return Vec::new() };
    let file = format!("key file {}", path.display());
    vec![match key {
        Ok(account) if facts.config.keys.burned.contains(account) => burned(account, &file),
        Ok(account) => match whose(account) {
            Some(whose) => published(account, whose, &file, facts),
            None => compare(account, &file).holds(),
        },
        Err(error) => no_key(GATE, None, SOURCE, path, error),
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

fn published(account: &Address, whose: &str, file: &str, facts: &Facts) -> Finding {
    let refused = || {
        compare(account, file).refuse(format!(
            "Everybody has this key: it is one of {whose}. Make your own with `op-warden keys \
             generate`. If nobody else can send transactions to this L1, say so with l1.private."
        ))
    };
    let l1 = &facts.l1;
    let written = [facts.config.l1.chain_id, facts.rollup.l1_chain_id];
    if written.iter().any(|&id| is_public(&facts.config.l1, id)) {
        return refused();
    }
    let node = format!("eth_chainId of {}", l1.endpoint);
    with(&l1.chain_id, GATE, "the chain id of a private L1", &node, |live| {
        if is_public(&facts.config.l1, *live) {
            return refused();
        }
        Finding::skip(
            GATE,
            format!("{account} is one of {whose}, and L1 {live} is a private chain"),
        )
    })
}

fn compare(account: &Address, file: &str) -> Comparison {
    Comparison::new(GATE, ("a key that is not published", SOURCE), (account, file))
}
