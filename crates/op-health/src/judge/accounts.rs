//! The accounts that pay on L1.

use alloy_primitives::{Address, U256};
use eth_rpc::units::ether;
use op_util::text::span;

use crate::{figures::accounts, watch::Watch};
use op_status::condition::{Condition, Name, State};
use op_util::number::{float, whole};

/// People need a day to send ETH.
const SHORT: u64 = 24 * 3_600;
/// The latest moment to wake somebody.
const LAST: u64 = 6 * 3_600;

const SEE: &str = "See L1, and the service's gates.";

pub(super) fn judge(watch: &Watch) -> Vec<Condition> {
    let spenders = watch
        .setup
        .config
        .services
        .iter()
        .filter_map(|(name, service)| Some((name.as_str(), service.min_balance?)));
    let mut conditions: Vec<Condition> = spenders
        .flat_map(|(name, least)| [balance(watch, name, least), runway(watch, name)])
        .collect();
    conditions.extend(progress(watch));
    conditions
}

fn balance(watch: &Watch, name: &str, least: U256) -> Condition {
    let expected = format!("at least {} ETH", ether(least));
    match read(watch, name) {
        Err(reason) => Condition::unknown(Name::Balance, name, expected, &reason, SEE),
        Ok((account, balance)) => {
            let found = format!("{} ETH", ether(balance));
            let mend = format!("Send ETH on L1 to {account}.");
            let condition = Condition::holds(Name::Balance, name, expected, found);
            condition.unless(balance >= least, State::Failed, mend)
        }
    }
}

/// The account of a service and what it holds, or why that is not known.
fn read(watch: &Watch, name: &str) -> Result<(Address, U256), String> {
    let account = watch.seen.accounts.get(name).ok_or("the service's key was not read yet")?;
    Ok((*account, accounts::balance(&watch.seen, *account)?))
}

fn runway(watch: &Watch, name: &str) -> Condition {
    let expected = format!("enough for {}", span(SHORT));
    let account = match read(watch, name) {
        Ok((account, _)) => account,
        Err(reason) => return Condition::unknown(Name::Runway, name, expected, &reason, SEE),
    };
    let holds = |found| Condition::holds(Name::Runway, name, expected, found);
    let Some(spent) = accounts::spent_an_hour(&watch.setup, &watch.memory, name) else {
        let needed = span(accounts::needed(&watch.setup));
        return holds(format!("not known until its balance was watched for {needed}"));
    };
    let Some(runway) = accounts::runway(&watch.setup, &watch.seen, &watch.memory, name) else {
        return holds(format!("{} ETH an hour are spent", ether(spent)));
    };
    let state = if runway < LAST { State::Failed } else { State::Warn };
    let found = format!("enough for {} at the rate of the last hours", span(runway));
    let mend = format!("Send ETH on L1 to {account}: when it is used up the service stops.");
    holds(found).unless(runway >= SHORT, state, mend)
}

/// While blocks wait to become safe, the batcher's transactions get into L1.
fn progress(watch: &Watch) -> Option<Condition> {
    const NAME: Name = Name::BatcherProgress;
    const MEND: &str = "The batcher gets nothing into L1: see its log for errors of its L1 endpoint, its balance, \
                        and whether one of its transactions is stuck below L1's fees.";
    let Watch { setup, seen, memory, .. } = watch;
    let batcher = setup.service_of("op-batcher")?;
    let sequencer = &setup.plan.sequencer()?.name;
    let limit = setup.plan.limits.safe_stall;
    let expected = format!("a transaction within {} while blocks wait", span(limit));
    let unread = |expected| Condition::unknown(NAME, batcher, expected, "it was not read yet", "");
    let heads = memory.nodes.get(sequencer);
    let (Some(account), Some(head)) =
        (memory.accounts.get(batcher), heads.and_then(|heads| heads.unsafe_head))
    else {
        return Some(unread(expected));
    };
    let head = head.block.number;
    let safe = heads.and_then(|heads| heads.safe_head).map_or(0, |head| head.block.number);
    let found = format!(
        "{} transactions, the last came {} ago; {} blocks wait",
        account.nonce.unwrap_or_default(),
        span(whole(account.nonce_stalled)),
        head.saturating_sub(safe)
    );
    // L1 is asked for the account only when its key was judged.
    let read =
        seen.accounts.get(batcher).is_some_and(|&account| accounts::balance(seen, account).is_ok());
    if seen.engine(sequencer).is_pending() || !read && !seen.l1.is_lost() {
        return Some(unread(expected));
    }
    let condition = Condition::holds(NAME, batcher, expected, found);
    let progresses = head <= safe || account.nonce_stalled <= float(limit);
    Some(condition.unless(progresses, State::Failed, MEND))
}
