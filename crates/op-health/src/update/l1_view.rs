//! Since when each op-node is behind L1.

use crate::{figures::l1_view, watch::Watch};

/// L1 blocks that its head may be behind, and its derivation: one slot may be missed, and a poll takes its time.
const HEAD: u64 = 5;
const DERIVATION: u64 = 10;

/// Since when, in seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Late {
    pub(crate) head: Option<f64>,
    pub(crate) derivation: Option<f64>,
}

pub(crate) fn take(watch: &mut Watch) {
    let now = watch.seen.now;
    for at in 0..watch.setup.plan.nodes.len() {
        let node = &watch.setup.plan.nodes[at];
        // What is not known now has not ended.
        let Ok(view) = l1_view::of(watch, node) else { continue };
        let late = watch.seen.late.entry(node.name.clone()).or_default();
        let since = |was: Option<f64>, is_late: bool| is_late.then(|| was.unwrap_or(now));
        late.head = since(late.head, view.head > HEAD);
        late.derivation = since(late.derivation, view.derivation.is_some_and(|by| by > DERIVATION));
    }
}
