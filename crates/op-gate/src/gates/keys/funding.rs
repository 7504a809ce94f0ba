//! The role's account can pay for its L1 transactions.

use alloy_primitives::{Address, U256};
use eth_rpc::units::ether;
use op_chain::spending;
use op_util::text::span;

use crate::finding::{Comparison, Finding, with};
use crate::{config::Service, gate::Gate, gates::keys::no_key::no_key, read::Facts};

const GATE: Gate = Gate::Funding;

/// Less than this many seconds to go on, and the operator should act today.
const SHORT: u64 = 24 * 3_600;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let (Some(least), Some((path, key))) = (service.min_balance, facts.key(service)) else {
        return Vec::new();
    };
    let account = match key {
        Ok(account) => account,
        Err(error) => return vec![no_key(GATE, None, "minBalance of the service", path, error)],
    };
    let source = format!("eth_getBalance of {account} on {}", facts.l1.endpoint);
    let expected = format!("at least {} ETH", ether(least));
    let Some(balance) = facts.l1.balances.get(account) else { return Vec::new() };
    vec![with(balance, GATE, &expected, &source, |&balance| {
        let runway = runway(balance, account, facts);
        let lasts = runway.map_or_else(String::new, |seconds| {
            format!(", enough for {} at the recent rate", span(seconds))
        });
        let comparison = Comparison::new(
            GATE,
            (&expected, "minBalance of the service"),
            (format!("{} ETH{lasts}", ether(balance)), &source),
        );
        if balance < least {
            return comparison.wait(format!("Send ETH on L1 to {account}."));
        }
        comparison.warn_unless(
            runway.is_none_or(|seconds| seconds >= SHORT),
            format!("Send ETH on L1 to {account} soon: without it the service stops."),
        )
    })]
}

/// Seconds that the balance lasts at the recent rate; `None` while nothing is spent, or nothing known.
fn runway(balance: U256, account: &Address, facts: &Facts) -> Option<u64> {
    let latest = facts.l1.latest.as_ref().ok()?.as_ref()?;
    let past = facts.l1.past_balances.get(account)?.iter();
    let mut balances: Vec<_> = past.map(|past| (past.timestamp, past.balance)).collect();
    balances.push((latest.timestamp.to(), balance));
    spending::runway(balance, spending::an_hour(&balances, spending::SHORT)?)
}
