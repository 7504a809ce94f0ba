//! The accounts of the services' keys.

use alloy_primitives::{Address, U256};

use crate::watch::Watch;
use crate::{
    memory::{Account, BALANCES, push},
    number::whole,
    observe::l1::L1Answers,
};

/// Seconds between two samples of a balance.
const SAMPLE: f64 = 60.0;
/// Less time says nothing about a rate, in seconds.
const SHORT: f64 = 300.0;

impl Watch {
    pub(super) fn take_accounts(&mut self, answers: &L1Answers) {
        let now = self.now;
        for (service, &address) in &self.accounts {
            let Some((balance, nonce)) = answers.accounts.get(&address) else { continue };
            let new = || Account {
                address,
                balances: std::collections::VecDeque::new(),
                nonce: None,
                nonce_stalled: 0.0,
            };
            let account = self.memory.accounts.entry(service.clone()).or_insert_with(new);
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
            // A clock that was set back must not stop the samples.
            if let Ok(balance) = balance
                && !(0.0..SAMPLE).contains(&(now - last))
            {
                push(&mut account.balances, (now, *balance), BALANCES);
            }
        }
    }

    /// In wei, or why it is not known.
    pub(crate) fn balance(&self, account: Address) -> Result<U256, String> {
        let l1 = self.l1.get().map_err(str::to_owned)?;
        let (balance, _) = l1.accounts.get(&account).ok_or("it was not read yet")?;
        balance.as_ref().copied().map_err(ToString::to_string)
    }

    /// Wei an hour, of late. What came in is left out, and so is whatever took most of the account at once:
    /// nobody spends at that rate, and the balance itself tells of it. `None` while too little is known.
    pub(crate) fn spent_an_hour(&self, service: &str) -> Option<U256> {
        let samples = &self.memory.accounts.get(service)?.balances;
        let seconds = samples.back()?.0 - samples.front()?.0;
        if seconds < SHORT {
            return None;
        }
        let pairs = samples.iter().zip(samples.iter().skip(1));
        let spent: U256 = pairs
            .filter(|((_, before), (_, after))| *after >= *before / U256::from(2))
            .map(|((_, before), (_, after))| before.saturating_sub(*after))
            .sum();
        Some(spent * U256::from(3_600) / U256::from(whole(seconds)))
    }

    /// Seconds that the balance lasts at that rate; `None` while nothing is spent.
    pub(crate) fn runway(&self, service: &str) -> Option<f64> {
        let rate = self.spent_an_hour(service).filter(|rate| !rate.is_zero())?;
        let balance = self.balance(*self.accounts.get(service)?).ok()?;
        Some(f64::from(balance) / f64::from(rate) * 3_600.0)
    }
}
