//! rollup.json has what op-node checks at its start, and names the block that genesis.json begins at.

use op_chain::rollup::{FaultKind, RollupFault};

use crate::{
    command::Command,
    config::Service,
    finding::{Comparison, Finding},
    gate::Gate,
    read::Facts,
};

const GATE: Gate = Gate::RollupConfig;

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    let fault = |RollupFault { field, expected, kind }: RollupFault| {
        let found = value(facts, &field);
        Comparison::new(
            GATE,
            (format!("{field}: {expected}"), "op-node's check of its configuration"),
            (found, "rollup.json"),
        )
        .refuse(mend(kind))
    };
    let faults = facts.rollup.faults().into_iter().filter(|fault| !is_waived(fault.kind, facts));
    let mut findings: Vec<Finding> = faults.map(fault).collect();
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

/// op-node starts without the schedule if it is asked to.
fn is_waived(kind: FaultKind, facts: &Facts) -> bool {
    let waives = |node: &Command| node.is_on("ignore-missing-pectra-blob-schedule");
    kind == FaultKind::NoPectraSchedule && facts.config.commands("op-node").any(waives)
}

const fn mend(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Value => {
            "op-node would not start with it: make rollup.json again (op-deployer inspect rollup), it \
             must not be edited by hand."
        }
        FaultKind::Unknown => {
            "Correct the name, or take the field out. op-node up to v1.18 does not start with it, and \
             later ones pass over it: a fork whose name is misspelt never comes."
        }
        FaultKind::NoFeeConstants => {
            "Copy the object config.optimism of genesis.json to chain_op_config. The chain stays what \
             it is: do not make a new genesis."
        }
        FaultKind::NoPectraSchedule => {
            "Take the time from the chain's operator or the superchain registry: op-node would not \
             start without it. A chain that never had the wrong blob fees starts with \
             --ignore-missing-pectra-blob-schedule."
        }
    }
}

/// The field as the file has it.
fn value(facts: &Facts, field: &str) -> String {
    let pointer = format!("/{}", field.replace('.', "/"));
    let file = serde_json::to_value(&facts.rollup).unwrap_or_default();
    file.pointer(&pointer).map_or_else(|| "none".to_owned(), |value| format!("{field}: {value}"))
}
