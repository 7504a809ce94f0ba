//! No two nodes share a P2P identity or database.

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::P2pPaths;

/// The files of op-node's P2P that two nodes must not share.
const P2P_PATHS: [&str; 3] = ["p2p.priv.path", "p2p.peerstore.path", "p2p.discovery.path"];

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    let judge = |flag: &str| {
        let path = command.value(flag).filter(|path| !path.is_empty());
        let uses = facts.config.commands("op-node").filter(|node| node.value(flag) == path);
        // This service is one of them.
        let others = uses.count().saturating_sub(1);
        let comparison = Comparison::new(
            GATE,
            ("a path that no other node has", "the nodes of the configuration"),
            (
                path.unwrap_or("none: a file in the folder it is started in"),
                format!("--{flag} of the node"),
            ),
        );
        // The word is one for the databases only; as a key's path it is a file.
        let in_memory = path == Some("memory") && flag != "p2p.priv.path";
        if others > 0 && path.is_some() && !in_memory {
            return comparison.refuse(format!(
                "{others} other nodes have the same --{flag}: they would have one identity, or \
                 spoil each other's database. Give each its own."
            ));
        }
        comparison.warn_unless(
            path.is_some(),
            format!(
                "Set --{flag}: the node makes a file where it is started, and loses it with its \
                 container, or cannot write it."
            ),
        )
    };
    P2P_PATHS.into_iter().map(judge).collect()
}
