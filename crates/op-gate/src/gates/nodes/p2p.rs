//! Blocks reach the followers that are configured.

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::P2p;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    let sequencing = command.is_on("sequencer.enabled");
    let nodes = facts.config.commands("op-node");
    let followers = nodes.filter(|node| !node.is_on("sequencer.enabled")).count();
    let comparison = Comparison::new(
        GATE,
        ("P2P is on", format!("{followers} followers in the configuration")),
        (if command.is_on("p2p.disable") { "off" } else { "on" }, "--p2p.disable of the node"),
    );
    let on = !command.is_on("p2p.disable");
    vec![if sequencing && followers > 0 {
        comparison.refuse_unless(
            on,
            "Take --p2p.disable away: without P2P the followers get no unsafe blocks from the \
             sequencer.",
        )
    } else {
        comparison.warn_unless(
            on,
            "Without P2P a node neither gives nor gets unsafe blocks: followers lag behind by as \
             much as batches are apart. Take --p2p.disable away.",
        )
    }]
}
