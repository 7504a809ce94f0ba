//! The L1 origin is a canonical, finalized block of that L1.

use crate::finding::{Comparison, Finding, with};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::L1Origin;

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    let origin = facts.rollup.genesis.l1;
    let node = format!("block {} of {}", origin.number, facts.l1.endpoint);
    let expected = (origin.hash, "genesis.l1.hash of rollup.json");
    let finding = with(&facts.l1.origin, GATE, origin.hash, &node, |block| match block {
        Some(block) => Comparison::new(GATE, expected, (block.hash, &node)).refuse_unless(
            block.hash == origin.hash,
            "The chain was made for an L1 block that is not part of this L1 (another L1, or the \
             block was reorganised away): use the right L1, or make the chain's files again from \
             a finalized block.",
        ),
        None => Comparison::new(GATE, expected, ("no such block", &node)).wait(
            "The L1 node does not have the block: let it sync, or use one that has not pruned \
             it.",
        ),
    });
    vec![finding, finalized(facts)]
}

/// A block that is not final may be reorganised away, and the chain with it.
fn finalized(facts: &Facts) -> Finding {
    let number = facts.rollup.genesis.l1.number;
    let node = format!("finalized block of {}", facts.l1.endpoint);
    let mend = "\
        Wait: Ethereum finalizes a block after about 15 minutes, and later while its validators \
        do not agree. If it takes hours, look at the L1 node and its beacon node.";
    with(&facts.l1.finalized, GATE, "a finalized block", &node, |block| {
        let last = block.map(|block| block.number.to::<u64>());
        Comparison::new(
            GATE,
            (format!("block {number} is final"), "genesis.l1.number of rollup.json"),
            (
                last.map_or_else(
                    || "no block is".to_owned(),
                    |last| format!("final up to block {last}"),
                ),
                &node,
            ),
        )
        .wait_unless(last.is_some_and(|last| number <= last), mend)
    })
}
