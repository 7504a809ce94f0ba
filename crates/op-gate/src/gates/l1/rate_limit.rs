//! The L1 endpoint answers as often as the chain asks.

use crate::finding::{Comparison, Finding, with};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::L1RateLimit;
const MEND: &str = "\
    The L1 endpoint allows fewer requests than the chain makes: have op-node ask less often \
    (l1.rateLimit, --l1.rpc-rate-limit, in requests a second), take a plan that allows more, or \
    run a node of your own. A chain at its limit falls behind L1, and its batches come late.";

const BATCHES: &str = "\
    Set l1.maxBatchSize (op-node's --l1.rpc-max-batch-size, 20 by default) to what the provider \
    allows: op-node does not split a batch that is refused, and stands still. op-warden did.";

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    let l1 = &facts.l1;
    let node = format!("answers of {}", l1.endpoint);
    let limits = l1.limits;
    let finding = with(&l1.answered, GATE, "answers", &node, |()| {
        let found = match limits.seen {
            0 => "no limit met".to_owned(),
            seen => format!("{seen} times \"too many requests\""),
        };
        let comparison = compare(&found, &node);
        match (limits.seen, limits.lost) {
            (0, _) => comparison.holds(),
            (_, 0) => comparison.warn(MEND),
            _ => comparison.wait(MEND),
        }
    });
    // Whatever else is to be said about an endpoint that never answered, this is why.
    if limits.lost > 0 && l1.answered.is_err() {
        let found = format!("{} times \"too many requests\", and no answer", limits.seen);
        return vec![compare(&found, &node).wait(MEND)];
    }
    let batches = l1.batch_limit.map(|most| {
        let found = format!("larger ones than {most} calls are refused");
        let expected = ("batches of the size that op-node sends", "--l1.rpc-max-batch-size");
        Comparison::new(GATE, expected, (found, &node)).warn(BATCHES)
    });
    std::iter::once(finding).chain(batches).collect()
}

fn compare(found: &str, node: &str) -> Comparison {
    Comparison::new(
        GATE,
        ("an endpoint that answers every request", "HTTP 429, JSON-RPC -32005 (EIP-1474)"),
        (found, node),
    )
}
