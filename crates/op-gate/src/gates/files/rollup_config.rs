//! rollup.json has what op-node checks at its start, and names the block that genesis.json begins at.

use op_chain::rollup::RollupFault;

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::RollupConfig;

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    let fault = |RollupFault { field, expected }: RollupFault| {
        let found = value(facts, field);
        Comparison::new(
            GATE,
            (format!("{field}: {expected}"), "op-node's check of its configuration"),
            (found, "rollup.json"),
        )
        .refuse(
            "op-node would not start with it: make rollup.json again (op-deployer inspect \
             rollup), it must not be edited by hand.",
        )
    };
    let mut findings: Vec<Finding> = facts.rollup.faults().into_iter().map(fault).collect();
    let (expected, found) = (facts.genesis.header.number, facts.rollup.genesis.l2.number);
    findings.push(
        Comparison::new(
            GATE,
            (format!("genesis at block {expected}"), "number of genesis.json"),
            (format!("genesis at block {found}"), "genesis.l2.number of rollup.json"),
        )
        .refuse_unless(
            found == expected,
            "The two files are not of one chain, or one of them was edited: fetch both again \
             from where the chain was made.",
        ),
    );
    findings
}

fn value(facts: &Facts, field: &str) -> String {
    let pointer = format!("/{}", field.replace('.', "/"));
    let file = serde_json::to_value(&facts.rollup).unwrap_or_default();
    file.pointer(&pointer).map_or_else(|| "none".to_owned(), |value| format!("{field}: {value}"))
}
