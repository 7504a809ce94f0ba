//! Blocks reach the followers that are configured.

use std::time::Duration;

use crate::command::{Command, duration};
use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::P2p;
/// The age up to which a node takes a block, and gives it away (op-node `p2p/gossip.go`).
const THRESHOLD: &str = "p2p.gossip.timestamp.threshold";

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
    let reaches = if sequencing && followers > 0 {
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
    };
    std::iter::once(reaches).chain(ages(command, facts)).collect()
}

/// What one node gives away, another may drop.
fn ages(command: &Command, facts: &Facts) -> Option<Finding> {
    let own = threshold(command)?;
    let services = facts.config.services.iter();
    let mut nodes = services.filter_map(|(name, other)| Some((name, other.command.as_ref()?)));
    let (name, other) = nodes.find_map(|(name, node)| {
        let other = threshold(node).filter(|other| *other != own);
        (node.component == "op-node").then_some((name, other?))
    })?;
    let comparison = Comparison::new(
        GATE,
        (format!("blocks up to {other:?} old, as {name} has it"), "the nodes of the configuration"),
        (format!("up to {own:?} old"), format!("--{THRESHOLD} of the node")),
    );
    Some(comparison.warn(format!(
        "After a pause the sequencer's blocks are old: the node with the shorter time drops them, and \
         stays behind until they come by batches. Give every node the same --{THRESHOLD}."
    )))
}

fn threshold(node: &Command) -> Option<Duration> {
    // What is no time is told by the gate of flags.
    node.setting(THRESHOLD).filter(|_| !node.is_on("p2p.disable")).and_then(duration)
}
