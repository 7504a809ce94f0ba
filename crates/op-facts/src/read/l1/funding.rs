//! What accounts spent recently: their balances in the past.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256};
use eth_rpc::{Answers, Batch, BlockHead, Reading, Slot};

/// How far back, in L1 blocks: a day of Ethereum for endpoints with an archive, and what every node
/// still has (geth keeps the state of 128 blocks).
const BLOCKS: [u64; 2] = [7200, 120];

#[derive(Debug, Clone, Copy)]
pub struct PastBalance {
    /// In wei.
    pub balance: U256,
    /// The block's time, seconds since the Unix epoch.
    pub timestamp: u64,
}

pub(super) struct PastSlots {
    block: Slot<Option<BlockHead>>,
    balances: Vec<(Address, Slot<U256>)>,
}

/// Asks for the accounts' balances at blocks before the newest one.
pub(super) fn ask(
    batch: &mut Batch,
    accounts: &BTreeSet<Address>,
    latest: &Reading<Option<BlockHead>>,
) -> Vec<PastSlots> {
    let newest = latest.as_ref().ok().and_then(Option::as_ref).map(|block| block.number.to());
    let Some(newest) = newest.filter(|_| !accounts.is_empty()) else { return Vec::new() };
    let numbers = BLOCKS.iter().filter_map(|back| u64::checked_sub(newest, *back));
    let ask = |number| PastSlots {
        block: batch.block(number),
        balances: batch.earlier(number, |batch| {
            accounts.iter().map(|&account| (account, batch.balance(account))).collect()
        }),
    };
    numbers.map(ask).collect()
}

/// The oldest balance first; what the endpoint does not have is left out.
pub(super) fn read(slots: &[PastSlots], answers: &Answers) -> BTreeMap<Address, Vec<PastBalance>> {
    let mut balances: BTreeMap<Address, Vec<PastBalance>> = BTreeMap::new();
    for past in slots {
        let Ok(Some(block)) = answers.take(&past.block) else { continue };
        for (account, slot) in &past.balances {
            let Ok(balance) = answers.take(slot) else { continue };
            let past = PastBalance { balance, timestamp: block.timestamp.to() };
            balances.entry(*account).or_default().push(past);
        }
    }
    balances
}
