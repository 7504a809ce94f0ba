//! L1 goes on: its newest block is new, and blocks become final.

use std::fmt::Display;

use crate::finding::{Comparison, Finding, with};
use crate::{config::Service, gate::Gate, gates::l1::public_networks::is_public, read::Facts};

const GATE: Gate = Gate::L1Head;

/// Seconds that L1's newest block may be old: 25 slots of Ethereum. No healthy network misses as many in
/// a row, an endpoint that has stopped following is soon further behind, and a batcher or proposer
/// that works on such a head sends transactions that are late.
const MAX_AGE: u64 = 300;

/// Seconds that the finalized block may be behind the newest one on a public L1. Ethereum finalises
/// after two to three epochs (13 to 19 minutes); five times as much is no delay any more, but an L1
/// without finality, on which a follower's finalized head and every withdrawal stand still.
const MAX_FINALITY: u64 = 90 * 60;

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    vec![recent(facts), finalized(facts)]
}

fn recent(facts: &Facts) -> Finding {
    let node = format!("block latest of {}", facts.l1.endpoint);
    let now = facts.l1.read_at;
    with(&facts.l1.latest, GATE, "a recent block", &node, |latest| {
        let compare = |found: &dyn Display| {
            let expected = format!("a block that is at most {MAX_AGE} s old");
            Comparison::new(GATE, (expected, "this host's clock"), (found, &node))
        };
        let Some(block) = latest else {
            return compare(&"no block").wait("Let the L1 endpoint sync.");
        };
        // One in the future is the clock's affair.
        let age = now.saturating_sub(block.timestamp.to());
        let found = if age > MAX_AGE {
            format!("block {}, {age} s old", block.number)
        } else {
            "a recent block".to_owned()
        };
        compare(&found).wait_unless(
            age <= MAX_AGE,
            "Either the L1 endpoint is out of sync (let it catch up, or use another), or this \
             host's clock is ahead (look with timedatectl).",
        )
    })
}

fn finalized(facts: &Facts) -> Finding {
    let l1 = &facts.l1;
    let node = format!("block finalized of {}", l1.endpoint);
    with(&l1.finalized, GATE, "a finalized block", &node, |finalized| {
        let compare = |found: &dyn Display| {
            let limit = format!(", at most {} min behind the newest", MAX_FINALITY / 60);
            let limit = if is_on_public_l1(facts) { limit } else { String::new() };
            Comparison::new(
                GATE,
                (format!("a finalized block{limit}"), "the consensus of L1"),
                (found, &node),
            )
        };
        let Some(block) = finalized else {
            return compare(&"none").wait(
                "L1 has not finalized a block yet, or its endpoint does not know of it: let it \
                 sync, or use one that follows a beacon node.",
            );
        };
        with(&l1.latest, GATE, "the newest block", &node, |latest| {
            let Some(latest) = latest else {
                return compare(&"no newest block").wait("Let the L1 endpoint sync.");
            };
            if block.number > latest.number {
                return compare(&format!(
                    "block {}, after the newest block {}",
                    block.number, latest.number
                ))
                .wait(
                    "The L1 endpoint contradicts itself, most likely several nodes that are not \
                     in step: use another.",
                );
            }
            let behind = latest.timestamp.saturating_sub(block.timestamp).to::<u64>();
            let holds = behind <= MAX_FINALITY || !is_on_public_l1(facts);
            let found = if holds {
                "finality goes on".to_owned()
            } else {
                format!(
                    "block {}, {} min behind block {}",
                    block.number,
                    behind / 60,
                    latest.number
                )
            };
            compare(&found).wait_unless(
                holds,
                "L1 does not finalize its blocks, or the endpoint does not hear of it: look at \
                 the network's state, or use another endpoint.",
            )
        })
    })
}

/// Whether anything says that this is one of Ethereum's public networks.
fn is_on_public_l1(facts: &Facts) -> bool {
    let live = facts.l1.chain_id.as_ref().ok().copied();
    [Some(facts.config.l1.chain_id), Some(facts.rollup.l1_chain_id), live]
        .into_iter()
        .flatten()
        .any(|id| is_public(&facts.config.l1, id))
}
