//! The right chains, and an L1 origin that is part of the right one.

use std::time::Duration;

use crate::{
    Answer, Finding, Gate,
    finding::with,
    read::{Facts, FactsError},
};

pub(crate) fn files(facts: &Facts) -> Vec<Finding> {
    let chain = &facts.config.chain;
    vec![Finding::compare(
        Gate::ChainFiles,
        ("genesis.json and rollup.json", "the configuration"),
        ("both", format!("{}, {}", chain.genesis.display(), chain.rollup.display())),
    )]
}

/// The finding of every service while there are no facts.
pub(crate) fn unusable(error: &FactsError) -> Finding {
    let (answer, mend) = error.answer();
    let expected = match error {
        FactsError::NoUrl { what, .. } | FactsError::NotUrl { what, .. } => {
            ("the URL of the L1's JSON-RPC endpoint", format!("{what} of the configuration"))
        }
        _ => ("genesis.json, rollup.json and usable endpoints", "the configuration".to_owned()),
    };
    Finding::compare(Gate::ChainFiles, expected, (error, "this host")).answered(answer, mend)
}

pub(crate) fn too_late(deadline: Duration) -> Finding {
    Finding {
        answer: Answer::Wait,
        mend: "Look at the L1 endpoint and at the disk: one of them is too slow. deadlineSeconds can be raised.".to_owned(),
        ..Finding::compare(
            Gate::ChainFiles,
            (format!("a judgement within {deadline:?}"), "deadlineSeconds of the configuration"),
            ("none", "this host"),
        )
    }
}

pub(crate) fn l1_chain(facts: &Facts) -> Vec<Finding> {
    const GATE: Gate = Gate::L1Chain;
    let meant = facts.config.l1.chain_id;
    let written = facts.rollup.l1_chain_id;
    let node = format!("eth_chainId of {}", facts.l1.shown);
    vec![
        Finding::compare(GATE, (meant, "l1.chainId of the configuration"), (written, "l1_chain_id of rollup.json"))
            .refuse_unless(
                meant == written,
                "This rollup.json belongs to a chain on another L1: put the files of the right chain in place, or correct l1.chainId.",
            ),
        with(&facts.l1.chain_id, GATE, format!("chain id {written}"), &node, |&live| {
            Finding::compare(GATE, (written, "l1_chain_id of rollup.json"), (live, &node)).refuse_unless(
                live == written,
                "The L1 endpoint serves another chain: correct its URL.",
            )
        }),
    ]
}

pub(crate) fn l2_chain(facts: &Facts) -> Vec<Finding> {
    const GATE: Gate = Gate::L2Chain;
    let meant = facts.config.chain.l2_chain_id;
    let source = "l2ChainId of the configuration";
    [
        (facts.rollup.l2_chain_id, "l2_chain_id of rollup.json"),
        (facts.genesis.chain_id, "config.chainId of genesis.json"),
    ]
    .into_iter()
    .map(|(found, found_source)| {
        Finding::compare(GATE, (meant, source), (found, found_source)).refuse_unless(
            found == meant,
            "The file belongs to another chain: put genesis.json and rollup.json of one and the same chain in place, or correct l2ChainId.",
        )
    })
    .collect()
}

pub(crate) fn l1_origin(facts: &Facts) -> Vec<Finding> {
    const GATE: Gate = Gate::L1Origin;
    let origin = facts.rollup.genesis.l1;
    let node = format!("block {} of {}", origin.number, facts.l1.shown);
    let expected = (origin.hash, "genesis.l1.hash of rollup.json");
    let finding = with(&facts.l1.origin, GATE, origin.hash, &node, |block| {
        match block {
        Some(block) => Finding::compare(GATE, expected, (block.hash, &node)).refuse_unless(
            block.hash == origin.hash,
            "The chain was made for an L1 block that is not part of this L1 (another L1, or the block was reorganised away): use the right L1, or make the chain's files again from a finalized block.",
        ),
        None => Finding::compare(GATE, expected, ("no such block", &node)).wait_unless(
            false,
            "The L1 node does not have the block: let it sync, or use one that has not pruned it.",
        ),
    }
    });
    vec![finding, finalized(facts)]
}

/// A block that is not final may be reorganised away, and the chain with it.
fn finalized(facts: &Facts) -> Finding {
    const GATE: Gate = Gate::L1Origin;
    let number = facts.rollup.genesis.l1.number;
    let node = format!("finalized block of {}", facts.l1.shown);
    let mend = "Wait: Ethereum finalizes a block after about 15 minutes, and later while its validators do not agree. If it takes hours, look at the L1 node and its beacon node.";
    with(&facts.l1.finalized, GATE, "a finalized block", &node, |block| {
        let last = block.map(|block| block.number.to::<u64>());
        Finding::compare(
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
