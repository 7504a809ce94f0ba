//! Who runs the chain now has the block 0 of a follower's files.
//!
//! A follower's own engine is made from its own files, so the two always agree; and L1 keeps the contracts of a
//! chain that was deployed again. Only the chain's other nodes show that the files are of another deployment.

use std::fmt::Display;

use crate::finding::{Comparison, Finding};
use crate::read::{Facts, nodes::genesis_live::EngineFacts};
use crate::{config::Service, gate::Gate};

const GATE: Gate = Gate::GenesisPeers;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let given = facts.config.upstream(service);
    if given.is_empty() {
        return vec![Finding::skip(
            GATE,
            "neither a sequencer's RPC (--rollup.sequencer, --rollup.sequencerhttp) nor chain.peers to compare with",
        )];
    }
    let asked = given.iter().filter_map(|endpoint| facts.nodes.upstream.get(endpoint));
    asked.map(|peer| of(peer, facts)).collect()
}

fn of(peer: &EngineFacts, facts: &Facts) -> Finding {
    let (chain_id, hash) = (facts.genesis.chain_id, facts.genesis.hash);
    let here = "recomputed from genesis.json";
    let compare = |expected: &dyn Display, found: &dyn Display| {
        Comparison::new(GATE, (expected, here), (found, &peer.endpoint))
    };
    let not_compared = |reason: &dyn Display| {
        let expected = format!("block {} {hash}", facts.rollup.genesis.l2.number);
        compare(&expected, &format!("not compared: {reason}")).warn(
            "Nobody saw whether the chain that runs there is the one of these files: bring it back, or name \
             another node of the chain in chain.peers, and judge again.",
        )
    };
    match (&peer.chain_id, &peer.genesis) {
        (Ok(found), _) if *found != chain_id => {
            compare(&format!("chain id {chain_id}"), &format!("chain id {found}")).refuse(
                "The node there runs another chain: correct the URL, or put this chain's genesis.json and \
                 rollup.json in place. Data that is there already stays as it is.",
            )
        }
        (_, Ok(Some(block))) if block.hash != hash => {
            compare(&hash, &block.hash).refuse(
                "The chain there is another deployment than these files: fetch the current genesis.json and \
                 rollup.json together from who runs the chain, move this engine's data folder away, and let it \
                 initialise again. If the files are the right ones, the URL leads to another chain's node.",
            )
        }
        (Ok(_), Ok(Some(_))) => compare(&hash, &"the same").holds(),
        (Ok(_), Ok(None)) => not_compared(&"it does not have the block"),
        (Err(error), _) | (_, Err(error)) => not_compared(error),
    }
}
