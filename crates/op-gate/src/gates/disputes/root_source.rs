//! Proposer, challenger and dispute-mon have a source of the roots that their game type claims.

use op_chain::game_args::is_super;

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::RootSource;

/// Proven by other means, from either source (optimism#21983).
const EITHER: u32 = 10;

/// Where super roots come from; the name changed between releases.
const SUPER_SOURCES: [&str; 3] = ["superroot-rpc", "supernode-rpc", "supervisor-rpc"];

pub(crate) fn judge(service: &Service, _: &Facts) -> Vec<Finding> {
    let (Some(command), Some(game_type)) = (&service.command, service.game_type) else {
        return Vec::new();
    };
    let given = |flag: &str| command.value(flag).or_else(|| command.value(&format!("{flag}s")));
    let output = given("rollup-rpc").is_some();
    let superroot = SUPER_SOURCES.into_iter().any(|flag| given(flag).is_some());
    let found = match (output, superroot) {
        (false, false) => "neither",
        (true, false) => "--rollup-rpc",
        (false, true) => "a source of super roots",
        (true, true) => "--rollup-rpc and a source of super roots",
    };
    let finding = |expected: &str| {
        Comparison::new(
            GATE,
            (expected, format!("game type {game_type} of the service")),
            (found, format!("arguments of {}", command.component)),
        )
    };
    // op-proposer takes one source only.
    let alone = command.component != "op-proposer" || output != superroot;
    if game_type == EITHER {
        let holds = (output || superroot) && alone;
        return vec![finding("--rollup-rpc or --superroot-rpc(s)").refuse_unless(
            holds,
            "Games of this type need a source of roots: give --rollup-rpc, or --superroot-rpc(s).",
        )];
    }
    vec![if is_super(game_type) {
        finding("--superroot-rpc(s)").refuse_unless(
            superroot && alone,
            "Games of this type claim super roots: give --superroot-rpcs (op-proposer, and no \
             --rollup-rpc) or --superroot-rpc (op-challenger, op-dispute-mon). A single chain's \
             op-node can answer there.",
        )
    } else {
        finding("--rollup-rpc").refuse_unless(
            output && alone,
            "Games of this type claim output roots: give --rollup-rpc, and op-proposer nothing \
             else.",
        )
    }]
}
