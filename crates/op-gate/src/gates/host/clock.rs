//! The host's clock: op-node makes, accepts and rejects blocks by it.

use std::fmt::Display;

use crate::finding::{Comparison, Finding, with};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::Clock;

/// Seconds that L1's newest block may be in the host's future. Followers reject a block that is more
/// than five seconds ahead of their clock (op-node `p2p/gossip.go`), and NTP keeps a clock within
/// milliseconds.
const AHEAD: u64 = 5;

/// Milliseconds by which the clock may be corrected while the facts are gathered. NTP does not step a
/// clock that is right; a step during the judgement makes every age in it worthless.
const STEP: u64 = 1_000;

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    vec![not_behind(facts), after_genesis(facts), steady(facts)]
}

/// A block's time cannot be ahead of a right clock.
fn not_behind(facts: &Facts) -> Finding {
    let node = format!("block latest of {}", facts.l1.endpoint);
    let now = facts.l1.read_at;
    with(&facts.l1.latest, GATE, "the time of a block", &node, |latest| {
        let compare = |found: &dyn Display| {
            let expected = format!("at least the time of L1's newest block, less {AHEAD} s");
            Comparison::new(GATE, (expected, &node), (found, "this host's clock"))
        };
        let Some(block) = latest else {
            return compare(&"L1 has no block yet").wait("Let the L1 endpoint sync.");
        };
        let time: u64 = block.timestamp.to();
        let behind = time.saturating_sub(now);
        let found = if behind > AHEAD {
            format!("{now}, {behind} s before block {} of L1", block.number)
        } else {
            "not behind L1".to_owned()
        };
        compare(&found).refuse_unless(
            behind <= AHEAD,
            format!(
                "This host's clock is at least {behind} s behind: set it and keep it set \
                 (timedatectl, NTP). With a wrong clock a follower rejects the sequencer's \
                 blocks and engines reject op-node's tokens. If the clock is right, the L1 \
                 endpoint is not: its newest block is in the future."
            ),
        )
    })
}

fn after_genesis(facts: &Facts) -> Finding {
    let (genesis, now) = (facts.rollup.genesis.l2_time, facts.clock.now);
    let found = if now < genesis {
        format!("{now}, {} s before", genesis - now)
    } else {
        "after genesis".to_owned()
    };
    Comparison::new(
        GATE,
        (format!("at or after {genesis}, when the chain begins"), "genesis.l2_time of rollup.json"),
        (found, "this host's clock"),
    )
    .wait_unless(
        now >= genesis,
        "The chain begins in the future, or this host's clock is behind: wait, or set the clock \
         (timedatectl, NTP).",
    )
}

fn steady(facts: &Facts) -> Finding {
    let jump = facts.clock.jump;
    let found = if jump.unsigned_abs() > STEP {
        format!("the time of day moved {jump} ms more than the time that passed")
    } else {
        "steady".to_owned()
    };
    Comparison::new(
        GATE,
        (
            format!("a clock that nobody sets (by more than {STEP} ms) during the judgement"),
            "CLOCK_MONOTONIC",
        ),
        (found, "CLOCK_REALTIME"),
    )
    .wait_unless(
        jump.unsigned_abs() <= STEP,
        "The clock was set while op-warden judged: once it is right, the next judgement passes. \
         If this repeats, look at what sets it (timedatectl, the virtual machine's host).",
    )
}
