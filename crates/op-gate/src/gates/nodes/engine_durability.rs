//! What the sequencer has confirmed is on disk.

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::EngineDurability;
/// Blocks that op-reth keeps in memory before and after it writes; 2 and 0 by default, 50 and more since v2.8.0.
const FLAGS: [&str; 2] = ["engine.persistence-threshold", "engine.memory-block-buffer-target"];

pub(crate) fn judge(service: &Service, _: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    if command.component != "op-reth" {
        return vec![Finding::skip(GATE, "only op-reth keeps blocks in memory alone")];
    }
    if service.is_followers_engine() {
        return vec![Finding::skip(GATE, "a follower gets its newest blocks again")];
    }
    let found = |flag: &str| command.value(flag).unwrap_or("the program's default").to_owned();
    let judge = |flag: &str| {
        Comparison::new(
            GATE,
            ("0 blocks in memory alone", "a sequencer's newest blocks exist nowhere else"),
            (found(flag), format!("--{flag} of op-reth")),
        )
        .refuse_unless(
            command.value(flag) == Some("0"),
            format!(
                "Killed, the engine loses confirmed blocks, and the sequencer makes others of the same \
                 heights: set --{flag}=0."
            ),
        )
    };
    FLAGS.iter().map(|flag| judge(flag)).collect()
}
