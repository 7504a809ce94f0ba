//! Balances and how long they last.

use alloy_primitives::{Address, U256};
use op_chain::spending;

use crate::{memory::Memory, seen::Seen, setup::Setup};
use op_util::number::whole;

/// In wei, or why it is not known.
pub(crate) fn balance(seen: &Seen, account: Address) -> Result<U256, String> {
    let l1 = seen.l1.get().map_err(str::to_owned)?;
    let (balance, _) = l1.accounts.get(&account).ok_or("it was not read yet")?;
    balance.as_ref().copied().map_err(ToString::to_string)
}

/// Seconds for which balances must be known: bonds and batches come in steps, and one alone is no rate.
pub(crate) fn needed(setup: &Setup) -> u64 {
    (2 * setup.plan.cadence).max(spending::SHORT)
}

/// Wei an hour, over the last hours; `None` while too little is known.
pub(crate) fn spent_an_hour(setup: &Setup, memory: &Memory, service: &str) -> Option<U256> {
    let balances = &memory.accounts.get(service)?.balances;
    let balances: Vec<_> = balances.iter().map(|&(at, balance)| (whole(at), balance)).collect();
    spending::an_hour(&balances, needed(setup))
}

/// Seconds that the balance lasts at that rate; `None` while nothing is spent.
pub(crate) fn runway(setup: &Setup, seen: &Seen, memory: &Memory, service: &str) -> Option<u64> {
    let balance = balance(seen, *seen.accounts.get(service)?).ok()?;
    spending::runway(balance, spent_an_hour(setup, memory, service)?)
}
