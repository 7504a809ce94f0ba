//! The flags of op-node without which others cannot do their work.

use std::net::IpAddr;

use crate::{Finding, Gate, read::Facts};
use crate::{
    command::{Command, port_of_url},
    config::Service,
};

/// Blocks reach the followers that are configured.
pub(crate) fn p2p(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    let sequencing = command.is_on("sequencer.enabled");
    let nodes = facts.config.commands("op-node");
    let followers = nodes.filter(|node| !node.is_on("sequencer.enabled")).count();
    let finding = Finding::compare(
        Gate::P2p,
        ("P2P is on", format!("{followers} followers in the configuration")),
        (if command.is_on("p2p.disable") { "off" } else { "on" }, "--p2p.disable of the node"),
    );
    let on = !command.is_on("p2p.disable");
    vec![if sequencing && followers > 0 {
        finding.refuse_unless(on, "Take --p2p.disable away: without P2P the followers get no unsafe blocks from the sequencer.")
    } else {
        finding.warn_unless(on, "Without P2P a node neither gives nor gets unsafe blocks: followers lag behind by as much as batches are apart. Take --p2p.disable away.")
    }]
}

/// The files of op-node's P2P that two nodes must not share.
const P2P_PATHS: [&str; 3] = ["p2p.priv.path", "p2p.peerstore.path", "p2p.discovery.path"];

/// No two nodes share a P2P identity or database.
pub(crate) fn p2p_paths(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    let judge = |flag: &str| {
        let path = command.value(flag).filter(|path| !path.is_empty());
        let uses = facts.config.commands("op-node").filter(|node| node.value(flag) == path);
        // This service is one of them.
        let others = uses.count().saturating_sub(1);
        Finding::compare(
            Gate::P2pPaths,
            ("a path that no other node has", "the nodes of the configuration"),
            (path.unwrap_or("none: a file in the folder it is started in"), format!("--{flag} of the node")),
        )
        .warn_unless(
            path.is_some(),
            format!("Set --{flag}: the node makes a file where it is started, and loses it with its container, or cannot write it."),
        )
        .refuse_unless(
            others == 0 || matches!(path, None | Some("memory")),
            format!("{others} other nodes have the same --{flag}: they would have one identity, or spoil each other's database. Give each its own."),
        )
    };
    P2P_PATHS.into_iter().map(judge).collect()
}

/// Challenger and dispute-mon find the safe heads of the past.
pub(crate) fn safe_db(service: &Service, facts: &Facts) -> Vec<Finding> {
    const GATE: Gate = Gate::SafeDb;
    let Some(command) = &service.command else { return Vec::new() };
    let own = command.value("rpc.port").and_then(|port| port.parse().ok());
    let asks = |asker: &&Command| {
        asker.list("rollup-rpc").into_iter().filter_map(port_of_url).any(|port| Some(port) == own)
    };
    let askers = ["op-challenger", "op-dispute-mon"].into_iter();
    let askers: Vec<&str> = askers
        .filter(|component| facts.config.commands(component).any(|asker| asks(&asker)))
        .collect();
    if askers.is_empty() {
        return vec![Finding::skip(
            GATE,
            "neither op-challenger nor op-dispute-mon asks this node",
        )];
    }
    let path = command.value("safedb.path").filter(|path| !path.is_empty());
    vec![
        Finding::compare(
            GATE,
            ("a folder for the SafeDB", format!("--rollup-rpc of {}", askers.join(" and "))),
            (path.unwrap_or("none"), "--safedb.path of the node"),
        )
        .refuse_unless(
            path.is_some(),
            "Set --safedb.path before the first start: disputes need the safe head at each L1 block, and the node never fills the past in.",
        ),
    ]
}

/// Nobody outside of this machine may stop the service.
pub(crate) fn admin_api(service: &Service) -> Vec<Finding> {
    const GATE: Gate = Gate::AdminApi;
    let Some(command) = &service.command else { return Vec::new() };
    if !command.is_on("rpc.enable-admin") {
        return vec![Finding::skip(GATE, "the admin API is off")];
    }
    let address = command.value("rpc.addr");
    vec![
        Finding::compare(
            GATE,
            ("the admin API on loopback only", "--rpc.enable-admin"),
            (address.unwrap_or("none: every address"), "--rpc.addr"),
        )
        .refuse_unless(
            address.is_some_and(is_loopback),
            "The admin API has no password: whoever reaches it stops the sequencer or posts blocks. Set --rpc.addr=127.0.0.1.",
        ),
    ]
}

fn is_loopback(address: &str) -> bool {
    address == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// Game types whose claims are super roots: of all chains of a cluster at a time, not of one block.
const SUPER: [u32; 4] = [4, 5, 7, 9];
/// Where super roots come from; the name changed between releases.
const SUPER_SOURCES: [&str; 3] = ["superroot-rpc", "supernode-rpc", "supervisor-rpc"];

/// Proposer, challenger and dispute-mon have a source of the roots that their game type claims.
pub(crate) fn root_source(service: &Service) -> Vec<Finding> {
    let (Some(command), Some(game_type)) = (&service.command, service.game_type) else {
        return Vec::new();
    };
    let given = |flag: &str| command.value(flag).or_else(|| command.value(&format!("{flag}s")));
    let output = given("rollup-rpc").is_some();
    let superroot = SUPER_SOURCES.into_iter().any(|flag| given(flag).is_some());
    let found = match (output, superroot) {
        (false, false) => "neither",
        (true, false) => "--rollup-rpc",
        (false, true) => "a source of super roots",
        (true, true) => "--rollup-rpc and a source of super roots",
    };
    let finding = |expected: &str| {
        Finding::compare(
            Gate::RootSource,
            (expected, format!("game type {game_type} of the service")),
            (found, format!("arguments of {}", command.component)),
        )
    };
    // op-proposer takes one source only.
    let alone = command.component != "op-proposer" || output != superroot;
    vec![if SUPER.contains(&game_type) {
        finding("--superroot-rpc(s)").refuse_unless(
            superroot && alone,
            "Games of this type claim super roots: give --superroot-rpcs (op-proposer, and no --rollup-rpc) or --superroot-rpc (op-challenger, op-dispute-mon). A single chain's op-node can answer there.",
        )
    } else {
        finding("--rollup-rpc").refuse_unless(
            output && alone,
            "Games of this type claim output roots: give --rollup-rpc, and op-proposer nothing else.",
        )
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_told_from_the_rest() {
        for (address, expected) in [
            ("127.0.0.1", true),
            ("127.1.2.3", true),
            ("::1", true),
            ("localhost", true),
            ("0.0.0.0", false),
            ("::", false),
            ("10.0.0.1", false),
            ("", false),
            ("127.0.0.1:9545", false),
            ("localhost.example", false),
        ] {
            assert_eq!(is_loopback(address), expected, "{address}");
        }
    }
}
