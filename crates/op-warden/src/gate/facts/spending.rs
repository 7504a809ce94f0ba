//! What accounts spent of late: their balances in the past.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256};
use op_chain::rpc::{Answers, Batch, BlockHead, Reading, Slot};

/// How far back, in L1 blocks: a day of Ethereum for endpoints with an archive, and what every node
/// still has (geth keeps the state of 128 blocks).
const BLOCKS: [u64; 2] = [7200, 120];

/// An account's balance at an earlier block.
#[derive(Debug, Clone, Copy)]
pub struct Past {
    /// In wei.
    pub balance: U256,
    /// The block's time, seconds since the Unix epoch.
    pub timestamp: u64,
}

/// The past of an account, the longest first; what the endpoint does not have is left out.
pub type Spending = Vec<Past>;

/// The questions about past blocks.
pub(super) struct SpendingSlots {
    blocks: Vec<(Slot<Option<BlockHead>>, Vec<(Address, Slot<U256>)>)>,
}

/// Asks for the accounts' balances at blocks before the newest one.
pub(super) fn ask(
    batch: &mut Batch,
    accounts: BTreeSet<Address>,
    latest: &Reading<Option<BlockHead>>,
) -> SpendingSlots {
    let newest = latest.as_ref().ok().and_then(Option::as_ref).map(|block| block.number.to());
    let numbers = BLOCKS.iter().filter_map(|back| u64::checked_sub(newest?, *back));
    let numbers: Vec<u64> = if accounts.is_empty() { Vec::new() } else { numbers.collect() };
    let blocks = numbers.into_iter().map(|number| {
        let block = batch.block(number);
        let balances = accounts.iter().map(|&account| (account, batch.balance_at(account, number)));
        (block, balances.collect())
    });
    SpendingSlots { blocks: blocks.collect() }
}

pub(super) fn read(slots: SpendingSlots, answers: &Answers) -> BTreeMap<Address, Spending> {
    let mut spending: BTreeMap<Address, Spending> = BTreeMap::new();
    for (block, balances) in slots.blocks {
        let Ok(Some(block)) = answers.take(&block) else { continue };
        for (account, slot) in balances {
            let Ok(balance) = answers.take(&slot) else { continue };
            let past = Past { balance, timestamp: block.timestamp.to() };
            spending.entry(account).or_default().push(past);
        }
    }
    spending
}
