//! The accounts that pay on L1.

use alloy_primitives::{U256, utils::format_ether};

use crate::judge::{Verdict, span};
use crate::{
    condition::{Name, State},
    number::float,
    watch::Watch,
};

/// People need a day to send ETH.
const SHORT: f64 = 24.0 * 3_600.0;
/// Nobody may be asleep any more.
const LAST: f64 = 6.0 * 3_600.0;

pub(super) fn judge(watch: &Watch) -> Vec<Verdict> {
    let spenders = watch
        .config
        .services
        .iter()
        .filter_map(|(name, service)| Some((name.as_str(), service.min_balance?)));
    let mut verdicts: Vec<Verdict> = spenders
        .filter(|(name, _)| watch.accounts.contains_key(*name))
        .flat_map(|(name, least)| {
            [Some(balance(watch, name, least)), runway(watch, name)].into_iter().flatten()
        })
        .collect();
    verdicts.extend(progress(watch));
    verdicts
}

fn balance(watch: &Watch, name: &str, least: U256) -> Verdict {
    let expected = format!("at least {} ETH", ether(least));
    let account = watch.accounts[name];
    let mend = format!("Send ETH on L1 to {account}.");
    match watch.balance(account) {
        Err(reason) => Verdict::unknown(Name::Balance, name, expected, &reason, "See L1."),
        Ok(balance) => {
            Verdict::holds(Name::Balance, name, expected, format!("{} ETH", ether(balance))).unless(
                balance >= least,
                State::Failed,
                mend,
            )
        }
    }
}

fn runway(watch: &Watch, name: &str) -> Option<Verdict> {
    let runway = watch.runway(name)?;
    let account = watch.accounts[name];
    let state = if runway < LAST { State::Failed } else { State::Warn };
    let expected = format!("enough for {}", span(SHORT));
    let found = format!("enough for {} at the rate of late", span(runway));
    let mend = format!("Send ETH on L1 to {account}: when it is used up the service stops.");
    let verdict = Verdict::holds(Name::Runway, name, expected, found);
    Some(verdict.unless(runway >= SHORT, state, mend))
}

/// While blocks wait to become safe, the batcher's transactions get into L1.
fn progress(watch: &Watch) -> Option<Verdict> {
    const NAME: Name = Name::BatcherProgress;
    let batcher = watch.service_of("op-batcher")?;
    let account = watch.memory.accounts.get(batcher)?;
    let sequencer = watch.memory.nodes.get(&watch.plan.sequencer()?.name)?;
    let head = sequencer.unsafe_head?.block.number;
    let safe = sequencer.safe_head.map_or(0, |head| head.block.number);
    let limit = float(watch.plan.limits.safe_stall);
    let expected = format!("a transaction within {} while blocks wait", span(limit));
    let found = format!(
        "{} transactions, the last came {} ago; {} blocks wait",
        account.nonce.unwrap_or_default(),
        span(account.nonce_stalled),
        head.saturating_sub(safe)
    );
    let engine = watch.engine(&watch.plan.sequencer()?.name);
    // L1 is asked for the account only when its key was judged.
    let known = watch.accounts.get(batcher).is_some_and(|&account| watch.balance(account).is_ok());
    if engine.is_pending() || !known && !watch.l1.is_lost() {
        return Some(Verdict::unknown(NAME, batcher, expected, "it was not read yet", ""));
    }
    let verdict = Verdict::holds(NAME, batcher, expected, found);
    Some(verdict.unless(
        head <= safe || account.nonce_stalled <= limit,
        State::Failed,
        "The batcher gets nothing into L1: see its log for errors of its L1 endpoint, its balance, and whether one of its transactions is stuck below L1's fees.",
    ))
}

/// Wei as ETH, short.
fn ether(wei: U256) -> String {
    let text = format_ether(wei);
    let end = text.find('.').map_or(text.len(), |dot| text.len().min(dot + 7));
    text[..end].trim_end_matches('0').trim_end_matches('.').to_owned()
}
