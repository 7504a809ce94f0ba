//! The L1-info deposits at the start of the sequencer's blocks.

use std::{collections::BTreeMap, ops::Range};

use crate::{memory::Memory, seen::Seen};
use op_observe::engine::EngineAnswers;

/// Deposits that are looked at in one poll.
const A_POLL: u64 = 20;

/// The blocks whose deposits were not looked at yet, below the sequencer's head.
pub(crate) fn new_blocks(memory: &Memory, head: Option<u64>) -> Range<u64> {
    match (memory.next_l1_info, head) {
        (Some(next), Some(head)) => next..next.saturating_add(A_POLL).min(head.saturating_add(1)),
        (None, _) | (_, None) => 0..0,
    }
}

/// Receipts are read in the poll after the one that names the transaction.
pub(crate) fn take(seen: &mut Seen, memory: &mut Memory, answers: &EngineAnswers) {
    let head = answers.snapshot.latest.map_or(0, |block| block.number);
    // Looked at from now on; a reorganised block has another deposit.
    let next = memory.next_l1_info.get_or_insert(head.saturating_add(1));
    *next = (*next).min(head.saturating_add(1));
    for (block, hash) in std::mem::take(&mut seen.pending_receipts) {
        match answers.succeeded.get(&hash) {
            Some(true) => {}
            Some(false) => {
                memory.failed_l1_info = Some(block);
                memory.counters.l1_info_failures += 1;
            }
            // Not there yet, or reorganised away.
            None => *next = (*next).min(block),
        }
    }
    let named: BTreeMap<_, _> =
        answers.first_transactions.range(*next..).map(|(&block, &hash)| (block, hash)).collect();
    *next = named.keys().last().map_or(*next, |last| last.saturating_add(1));
    seen.pending_receipts = named;
}
