//! Time that passes, whatever the host's clock says.

use crate::{clock::Tick, memory::Memory, seen::Seen, watch::Watch};
use op_prove::compare::Verdict;

/// Seconds for which a step of the clock counts.
const STEP_COUNTS: f64 = 300.0;

/// A new process goes on with what is remembered: it has aged since it was saved.
pub(crate) fn resume(watch: &mut Watch) {
    let Watch { seen, memory, .. } = watch;
    if memory.saved_at > 0.0 {
        age(seen, memory, (seen.now - memory.saved_at).max(0.0));
    }
    memory.counters.starts += 1;
}

pub(crate) fn pass(watch: &mut Watch, tick: Tick) {
    let Watch { seen, memory, .. } = watch;
    seen.now = tick.now;
    seen.watched += tick.passed;
    age(seen, memory, tick.passed);
    seen.steps.retain(|(at, _)| (tick.now - at).abs() <= STEP_COUNTS);
    if tick.step != 0.0 {
        seen.steps.push((tick.now, tick.step));
    }
}

fn age(seen: &Seen, memory: &mut Memory, passed: f64) {
    for (name, node) in &mut memory.nodes {
        if let Some(last) = seen.comparisons.get(name) {
            let behind = |verdict: &Verdict| match verdict {
                Verdict::Behind { .. } => passed,
                _ => 0.0,
            };
            node.unsafe_behind += behind(&last.unsafe_head);
            node.safe_behind += behind(&last.safe_head);
        }
        let heads = [&mut node.unsafe_head, &mut node.safe_head, &mut node.finalized_head];
        for head in heads.into_iter().flatten() {
            head.stalled += passed;
        }
    }
    for account in memory.accounts.values_mut() {
        account.nonce_stalled += passed;
    }
}
