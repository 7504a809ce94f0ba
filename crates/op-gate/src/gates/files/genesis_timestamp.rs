//! The L2 begins at its L1 origin's second.

use crate::finding::{Comparison, Finding, with};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::GenesisTimestamp;

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    let genesis = facts.genesis.header.timestamp;
    let rollup = facts.rollup.genesis.l2_time;
    let number = facts.rollup.genesis.l1.number;
    let node = format!("timestamp of L1 block {number} from {}", facts.l1.endpoint);
    let mend = "\
        The L2 must begin at its L1 origin's second, or the sequencer stalls: make genesis.json \
        and rollup.json again from the same L1 block (op-deployer inspect genesis, inspect \
        rollup). Every engine must then be initialised again.";
    let with_origin = with(&facts.l1.origin, GATE, second(genesis), &node, |block| match block {
        Some(block) => {
            let origin: u64 = block.timestamp.to();
            Comparison::new(
                GATE,
                (second(origin), &node),
                (
                    format!("{}{}", second(genesis), difference(origin, genesis)),
                    "timestamp of genesis.json",
                ),
            )
            .refuse_unless(genesis == origin, mend)
        }
        None => Comparison::new(
            GATE,
            (second(genesis), "timestamp of genesis.json"),
            ("no such block", &node),
        )
        .wait(
            "The L1 node does not have the block: let it sync, or use one that has not pruned it.",
        ),
    });
    vec![
        Comparison::new(
            GATE,
            (second(rollup), "genesis.l2_time of rollup.json"),
            (
                format!("{}{}", second(genesis), difference(rollup, genesis)),
                "timestamp of genesis.json",
            ),
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
fn difference(expected: u64, found: u64) -> String {
    if expected == found {
        return String::new();
    }
    let seconds = expected.abs_diff(found);
    let side = if found < expected { "early" } else { "late" };
    let tenths = seconds / 360;
    format!(", {seconds} s = {}.{} h too {side}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_in_seconds_and_hours() {
        // The clock wedge of June 2026: 4.3 hours before its L1 origin.
        assert_eq!(difference(0x6a36_0a34, 0x6a35_cd34), ", 15616 s = 4.3 h too early");
        assert_eq!(difference(5, 5), "");
    }
}
