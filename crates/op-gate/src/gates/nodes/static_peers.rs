//! The static peers are addresses, somebody listens there, and on this host it is the right one.

use crate::finding::{Comparison, Finding};
use crate::read::{Facts, nodes::static_peers::Peer};
use crate::{config::Service, gate::Gate};

const GATE: Gate = Gate::StaticPeers;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    let peers = command.list("p2p.static");
    if peers.is_empty() {
        return vec![Finding::skip(GATE, "the node has no static peers")];
    }
    let judge = |address: &str| {
        let compare = |found: String| {
            Comparison::new(
                GATE,
                ("the node with this id", "--p2p.static of the node"),
                (found, "this host"),
            )
        };
        match facts.nodes.peers.get(address) {
            None => Finding::not_judged(GATE),
            Some(Peer::Listens) => {
                compare(format!("{address}: somebody listens, whose id is not asked")).holds()
            }
            Some(Peer::IsAnother(id)) => {
                compare(format!("{address}: the node there is {id}")).refuse(format!(
                    "op-node connects to a peer only if the id is right, so this node would hear of no \
                     block: write {id} in the place of the id."
                ))
            }
            // The chain comes from L1 as well, so a follower is of use without its peers.
            Some(Peer::Silent(reason)) => compare(format!("{address}: {reason}")).warn(
                "Until it answers, this node gets its blocks from L1 only, as late as the \
                 batches are: start the peer, or open its P2P port.",
            ),
            Some(Peer::Malformed(reason)) => compare(format!("{address}: {reason}")).refuse(
                "Write the peer as /ip4/ADDRESS/tcp/PORT/p2p/ID: `op-warden keys address FILE` \
                 shows the id of a node's key.",
            ),
        }
    };
    peers.into_iter().map(judge).collect()
}
