//! One genesis: in the file, in rollup.json, in the running engine, and at the right second.

use crate::config::Service;
use crate::{Answer, Finding, Gate, finding::with, read::Facts};

pub(crate) fn hash(facts: &Facts) -> Vec<Finding> {
    let expected = facts.rollup.genesis.l2.hash;
    let found = facts.genesis.hash;
    let finding = Finding::compare(
        Gate::GenesisHash,
        (expected, "genesis.l2.hash of rollup.json"),
        (found, "recomputed from genesis.json"),
    )
    .refuse_unless(
        found == expected,
        "genesis.json and rollup.json are not of one chain, or one of them was edited: fetch both again from where the chain was made (op-deployer inspect genesis, inspect rollup).",
    );
    vec![finding]
}

pub(crate) fn timestamp(facts: &Facts) -> Vec<Finding> {
    const GATE: Gate = Gate::GenesisTimestamp;
    let genesis = facts.genesis.header.timestamp;
    let rollup = facts.rollup.genesis.l2_time;
    let number = facts.rollup.genesis.l1.number;
    let node = format!("timestamp of L1 block {number} from {}", facts.l1.shown);
    let mend = "The L2 must begin at its L1 origin's second, or the sequencer stalls: make genesis.json and rollup.json again from the same L1 block (op-deployer inspect genesis, inspect rollup). Every engine must then be initialised again.";
    let with_origin = with(&facts.l1.origin, GATE, second(genesis), &node, |block| match block {
        Some(block) => {
            let origin: u64 = block.timestamp.to();
            Finding::compare(
                GATE,
                (second(origin), &node),
                (
                    format!("{}{}", second(genesis), apart(origin, genesis)),
                    "timestamp of genesis.json",
                ),
            )
            .refuse_unless(genesis == origin, mend)
        }
        None => Finding::compare(
            GATE,
            (second(genesis), "timestamp of genesis.json"),
            ("no such block", &node),
        )
        .wait_unless(
            false,
            "The L1 node does not have the block: let it sync, or use one that has not pruned it.",
        ),
    });
    vec![
        Finding::compare(
            GATE,
            (second(rollup), "genesis.l2_time of rollup.json"),
            (format!("{}{}", second(genesis), apart(rollup, genesis)), "timestamp of genesis.json"),
        )
        .refuse_unless(genesis == rollup, mend),
        with_origin,
    ]
}

/// Unix seconds in both spellings: genesis.json has hex, rollup.json and L1 tools decimal.
fn second(time: u64) -> String {
    format!("{time} ({time:#x})")
}

/// ", 4.3 h early" where the two differ.
fn apart(expected: u64, found: u64) -> String {
    if expected == found {
        return String::new();
    }
    let seconds = expected.abs_diff(found);
    let side = if found < expected { "early" } else { "late" };
    let tenths = seconds / 360;
    format!(", {seconds} s = {}.{} h too {side}", tenths / 10, tenths % 10)
}

pub(crate) fn live(service: &Service, facts: &Facts) -> Vec<Finding> {
    const GATE: Gate = Gate::GenesisLive;
    let Some(engine) = service.engine_rpc.as_ref().and_then(|url| facts.engines.get(url)) else {
        return Vec::new();
    };
    let shown = &engine.shown;
    let (chain_id, hash) = (facts.genesis.chain_id, facts.genesis.hash);
    let chain_source = format!("eth_chainId of the engine at {shown}");
    let block_source = format!("block {} of the engine at {shown}", facts.rollup.genesis.l2.number);
    let mend = "The engine's data folder was initialised from another genesis.json: stop it, move the folder away and let it initialise again.";
    vec![
        with(&engine.chain_id, GATE, format!("chain id {chain_id}"), &chain_source, |&found| {
            Finding::compare(
                GATE,
                (chain_id, "config.chainId of genesis.json"),
                (found, &chain_source),
            )
            .refuse_unless(found == chain_id, mend)
        }),
        with(&engine.genesis, GATE, hash, &block_source, |block| {
            let expected = (hash, "recomputed from genesis.json");
            match block {
                Some(block) => Finding::compare(GATE, expected, (block.hash, &block_source))
                    .refuse_unless(block.hash == hash, mend),
                None => Finding {
                    answer: Answer::Refuse,
                    mend: mend.to_owned(),
                    ..Finding::compare(GATE, expected, ("no such block", &block_source))
                },
            }
        }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_is_told_as_the_field_tells_it() {
        // The clock wedge of June 2026: 4.3 hours before its L1 origin.
        assert_eq!(apart(0x6a36_0a34, 0x6a35_cd34), ", 15616 s = 4.3 h too early");
        assert_eq!(apart(5, 5), "");
    }
}
