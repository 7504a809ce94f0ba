//! The L1 endpoint serves the chain that rollup.json and the operator mean.

use crate::finding::{Comparison, Finding, OTHER_CHAIN, with};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::L1Chain;

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    let meant = facts.config.l1.chain_id;
    let written = facts.rollup.l1_chain_id;
    let node = format!("eth_chainId of {}", facts.l1.endpoint);
    vec![
        Comparison::new(
            GATE,
            (meant, "l1.chainId of the configuration"),
            (written, "l1_chain_id of rollup.json"),
        )
        .refuse_unless(
            meant == written,
            "This rollup.json belongs to a chain on another L1: put the files of the right chain \
             in place, or correct l1.chainId.",
        ),
        with(&facts.l1.chain_id, GATE, format!("chain id {written}"), &node, |&live| {
            let expected = (written, "l1_chain_id of rollup.json");
            if let Some(other) = facts.l1.other_chain() {
                return Comparison::new(GATE, expected, (other, &node)).refuse(OTHER_CHAIN);
            }
            Comparison::new(GATE, expected, (live, &node)).refuse_unless(
                live == written,
                "The L1 endpoint serves another chain: correct its URL.",
            )
        }),
    ]
}
