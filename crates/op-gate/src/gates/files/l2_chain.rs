//! genesis.json, rollup.json and the operator mean the same L2.

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::L2Chain;
const MEND: &str = "\
    The file belongs to another chain: put genesis.json and rollup.json of one and the same \
    chain in place, or correct l2ChainId.";

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    let meant = facts.config.chain.l2_chain_id;
    let source = "l2ChainId of the configuration";
    [
        (facts.rollup.l2_chain_id, "l2_chain_id of rollup.json"),
        (facts.genesis.chain_id, "config.chainId of genesis.json"),
    ]
    .into_iter()
    .map(|(found, found_source)| {
        Comparison::new(GATE, (meant, source), (found, found_source))
            .refuse_unless(found == meant, MEND)
    })
    .collect()
}
