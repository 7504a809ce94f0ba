//! genesis.json hashes to what rollup.json says.

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::GenesisHash;
const MEND: &str = "\
    genesis.json and rollup.json are not of one chain, or one of them was edited: fetch both \
    again from where the chain was made (op-deployer inspect genesis, inspect rollup).";

const MEND_NUMBER: &str = "\
    No engine begins at it (op-geth: \"can't commit genesis block with number > 0\"): fetch the file \
    again from where the chain was made.";

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    let expected = facts.rollup.genesis.l2.hash;
    let found = facts.genesis.hash;
    let mut findings = vec![
        Comparison::new(
            GATE,
            (expected, "genesis.l2.hash of rollup.json"),
            (found, "recomputed from genesis.json"),
        )
        .refuse_unless(found == expected, MEND),
    ];
    let number = facts.genesis.header.number;
    if number != 0 {
        let (expected, found) = (("block 0", "engines"), (number, "number of genesis.json"));
        findings.push(Comparison::new(GATE, expected, found).refuse(MEND_NUMBER));
    }
    findings
}
