//! The accounts of the services' keys.

use std::collections::VecDeque;

use crate::memory::{Account, BALANCES, Memory, push};
use crate::{seen::Seen, setup::Setup};
use op_observe::l1::L1Answers;
use op_util::number::float;

/// Seconds between two balances that are remembered, at least.
const PAUSE: f64 = 60.0;

pub(crate) fn take(setup: &Setup, seen: &Seen, memory: &mut Memory, answers: &L1Answers) {
    // All of them reach far enough back for a rate.
    let pause = PAUSE.max(3.0 * float(setup.plan.cadence) / float(BALANCES as u64));
    for (service, &address) in &seen.accounts {
        let Some((balance, nonce)) = answers.accounts.get(&address) else { continue };
        let new = || Account {
            address,
            balances: VecDeque::new(),
            nonce: None,
            nonce_stalled: 0.0,
            sent_elsewhere_at: None,
        };
        let account = memory.accounts.entry(service.clone()).or_insert_with(new);
        if account.address != address {
            *account = new();
        }
        if let Ok(nonce) = nonce
            && account.nonce != Some(*nonce)
        {
            account.nonce = Some(*nonce);
            account.nonce_stalled = 0.0;
        }
        let last = account.balances.back().map_or(f64::MIN, |(at, _)| *at);
        // A clock that was set back must not stop this.
        if let Ok(balance) = balance
            && !(0.0..pause).contains(&(seen.now - last))
        {
            push(&mut account.balances, (seen.now, *balance), BALANCES);
        }
    }
}
