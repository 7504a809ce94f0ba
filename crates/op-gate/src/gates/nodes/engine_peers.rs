//! What a follower's op-node did not hear of, its engine gets from the sequencer's.

use crate::command::Command;
use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::EnginePeers;
const PEERS: &str = "trusted-peers";
/// What op-reth takes by default (reth `net/network-types/src/peers/config.rs`).
const RETH_INBOUND: &str = "30";

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    match (service.is_followers_engine(), command.component.as_str()) {
        (false, _) => vec![room(command, facts)],
        (true, "op-reth") => of_reth(command, facts),
        (true, _) => vec![of_geth(command)],
    }
}

/// Of the sequencer's engine.
fn room(command: &Command, facts: &Facts) -> Finding {
    let followers = facts.config.services.values().filter(|it| it.is_followers_engine()).count();
    if followers == 0 {
        return Finding::skip(GATE, "no follower's engine in the configuration");
    }
    let (flag, default) = match command.component.as_str() {
        "op-reth" => ("max-inbound-peers", RETH_INBOUND),
        _ => ("maxpeers", ""),
    };
    let found = command.setting(flag).unwrap_or(default);
    let comparison = Comparison::new(
        GATE,
        (format!("room for {followers}"), "the followers' engines of the configuration"),
        (found, format!("--{flag} of {}", command.component)),
    );
    let enough = found.parse().is_ok_and(|room: usize| room >= followers);
    comparison.warn_unless(
        enough,
        format!(
            "An engine that finds no room has no peer, and its follower stays behind until the next batch when \
             it misses a block: set --{flag}={followers}."
        ),
    )
}

fn of_reth(command: &Command, facts: &Facts) -> Vec<Finding> {
    let peers = command.list(PEERS);
    let compare = |found: &str| {
        let expected = ("the sequencer's engine as a peer", format!("--{PEERS} of op-reth"));
        Comparison::new(GATE, expected, (found, "this host"))
    };
    if peers.is_empty() {
        return vec![compare("no peer").warn(format!(
            "A block that op-node did not hear of comes with the batches only: set --{PEERS} to the enode of the \
             sequencer's engine."
        ))];
    }
    let outbound = command.value("max-outbound-peers");
    if outbound == Some("0") {
        return vec![compare("--max-outbound-peers=0").warn(
            "The engine dials nobody, and the sequencer's does not dial it: set --max-outbound-peers=1.",
        )];
    }
    let judge = |peer: &str| {
        match (parse(peer), &facts.nodes.sequencers_engine) {
        (None, _) => compare(peer).refuse(
            "op-reth does not start with it: write enode://ID@HOST:PORT, with the enode id of the key, which \
             `op-warden keys address FILE` prints.",
        ),
        (Some((id, true)), Some(right)) if id != right => {
            compare(&format!("the key of the engine there has the id {right}")).refuse(format!(
                "An engine connects to a peer only if the id is right, so this one would have none: write {right} \
                 in the place of {id}."
            ))
        }
        (Some((_, true)), Some(_)) => compare(peer).holds(),
        (Some(_), _) => compare(&format!("{peer}, whose key is not here")).holds(),
    }
    };
    peers.into_iter().map(judge).collect()
}

/// Its configuration file has the peers.
fn of_geth(command: &Command) -> Finding {
    if command.value("maxpeers") != Some("0") {
        return Finding::skip(GATE, "op-geth has its peers in its configuration file");
    }
    let expected = ("room for the sequencer's engine", "--maxpeers of op-geth");
    Comparison::new(GATE, expected, ("0", "this host")).warn(
        "A block that op-node did not hear of comes with the batches only: set --maxpeers=1, and the enode of the \
         sequencer's engine as StaticNodes in the configuration file.",
    )
}

/// The id of an enode, and whether it is on this host.
fn parse(peer: &str) -> Option<(&str, bool)> {
    let (id, address) = peer.strip_prefix("enode://")?.split_once('@')?;
    let (address, _) = address.split_once('?').unwrap_or((address, ""));
    let (host, port) = address.rsplit_once(':')?;
    let is_id = id.len() == 128 && id.bytes().all(|digit| digit.is_ascii_hexdigit());
    let is_port = port.parse::<u16>().is_ok();
    let is_here = matches!(host, "127.0.0.1" | "[::1]" | "localhost");
    (is_id && is_port && !host.is_empty()).then_some((id, is_here))
}
