//! Whether what users send gets into blocks.

use crate::seen::Seen;
use op_observe::engine::EngineAnswers;

/// Blocks of deposits alone after which the pool is looked at more closely.
const SUSPICIOUS: u64 = 15;

/// What is known of users' transactions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inclusion {
    /// Transactions that wait in the sequencer's pool, or why that is not known; `None` before the first look.
    pub(crate) waiting: Option<Result<u64, String>>,
    /// Blocks in a row that hold deposits alone while transactions wait.
    pub(crate) blocks: u64,
    /// The last block that was counted.
    counted: Option<u64>,
}

impl Inclusion {
    /// Whether it is worth to look at what the transactions pay.
    pub(crate) const fn is_suspicious(&self) -> bool {
        self.blocks >= SUSPICIOUS
    }
}

pub(crate) fn take(seen: &mut Seen, answers: &EngineAnswers) {
    let inclusion = &mut seen.inclusion;
    let Some(pool) = &answers.pool else { return };
    for (&block, &transactions) in &answers.transactions {
        if inclusion.counted.is_some_and(|counted| block <= counted) {
            continue;
        }
        inclusion.counted = Some(block);
        inclusion.blocks = if transactions > 1 { 0 } else { inclusion.blocks + 1 };
    }
    // One that pays too little waits for cheaper times.
    let nobody_waits = matches!(pool, Ok(0)) || answers.anybody_pays == Some(false);
    if nobody_waits {
        inclusion.blocks = 0;
    }
    inclusion.waiting = Some(pool.as_ref().copied().map_err(ToString::to_string));
}
