//! A node finds its peers, and knows whose blocks count.

use alloy_primitives::Address;

use crate::config::Service;
use crate::{
    Answer, Finding, Gate,
    finding::with,
    read::{Facts, Peer},
};

pub(crate) fn answer(service: &Service, facts: &Facts) -> Vec<Finding> {
    const GATE: Gate = Gate::StaticPeers;
    let Some(command) = &service.command else { return Vec::new() };
    let peers = command.list("p2p.static");
    if peers.is_empty() {
        return vec![Finding::skip(GATE, "the node has no static peers")];
    }
    let judge = |address: &str| {
        let compare = |found: String| {
            Finding::compare(
                GATE,
                ("a node that answers", "--p2p.static of the node"),
                (found, "this host"),
            )
        };
        match facts.peers.get(address) {
            None => Finding::not_judged(GATE),
            Some(Peer::Answers) => compare(address.to_owned()),
            // The chain comes from L1 as well, so a follower is of use without its peers.
            Some(Peer::Silent(reason)) => compare(format!("{address}: {reason}")).answered(
                Answer::Warn,
                "Until it answers, this node gets its blocks from L1 only, as late as the batches are: start the peer, or open its P2P port.",
            ),
            Some(Peer::Malformed(reason)) => compare(format!("{address}: {reason}")).answered(
                Answer::Refuse,
                "Write the peer as /ip4/ADDRESS/tcp/PORT/p2p/ID: `op-warden keys address FILE` tells the id of a node's key.",
            ),
        }
    };
    peers.into_iter().map(judge).collect()
}

/// Followers take unsafe blocks from one signer only, and L1 says who it is.
pub(crate) fn signer(facts: &Facts) -> Vec<Finding> {
    const GATE: Gate = Gate::UnsafeSigner;
    let source = format!(
        "SystemConfig.unsafeBlockSigner() at {} on {}",
        facts.rollup.l1_system_config_address, facts.l1.shown
    );
    let finding = with(&facts.l1.unsafe_block_signer, GATE, "a signer", &source, |&signer| {
        Finding::compare(GATE, ("the address of a signer", "op-node"), (signer, &source))
            .refuse_unless(
                signer != Address::ZERO,
                "The contract names nobody, so every unsafe block is rejected: the chain's owner sets one with SystemConfig.setUnsafeBlockSigner.",
            )
    });
    vec![finding]
}
