//! The chain has the forks that the batcher's kind of data needs.

use op_chain::forks::Fork;

use crate::finding::{Comparison, Finding};
use crate::{command::Command, gate::Gate, read::Facts};

/// What op-batcher does not start with before a fork is active (`batcher/service.go`, `initChannelConfig`).
struct Needs {
    flag: &'static str,
    is_meant: fn(&str) -> bool,
    fork: Fork,
    says: &'static str,
    mend: &'static str,
}

const NEEDS: [Needs; 2] = [
    Needs {
        flag: "data-availability-type",
        is_meant: |given| matches!(given, "blobs" | "auto"),
        fork: Fork::Ecotone,
        says: "cannot use Blobs before Ecotone",
        mend: "set --data-availability-type=calldata until then (on NixOS batcher.dataAvailability)",
    },
    Needs {
        flag: "compression-algo",
        is_meant: |given| given.starts_with("brotli"),
        fork: Fork::Fjord,
        says: "cannot use brotli compression before Fjord",
        mend: "set --compression-algo=zlib until then (on NixOS in batcher.settings)",
    },
];

pub(super) fn judge(gate: Gate, command: &Command, facts: &Facts) -> Vec<Finding> {
    let judge = |needs: &Needs| {
        let given = command.setting(needs.flag).filter(|given| (needs.is_meant)(given))?;
        let time = facts.rollup.forks.time(needs.fork);
        let comparison = Comparison::new(
            gate,
            (
                format!("{} is active", needs.fork),
                format!("{given}, --{} of the batcher", needs.flag),
            ),
            (
                time.map_or_else(|| "never".to_owned(), |time| format!("from {time} on")),
                "rollup.json, by the host's clock",
            ),
        );
        let is_active = facts.rollup.forks.is_active(needs.fork, facts.clock.now);
        Some(comparison.refuse_unless(
            is_active,
            format!("op-batcher does not start (\"{}\"): {}.", needs.says, needs.mend),
        ))
    };
    NEEDS.iter().filter_map(judge).collect()
}
