//! How many transactions the accounts have sent: now, with those that wait, and at earlier blocks.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U64};
use eth_rpc::{Answers, Batch, BlockHead, Reading, Slot};

use crate::{gate::Gate, read::request::Request};

/// How far back, in L1 blocks, the furthest first. geth keeps the state of 128.
const BLOCKS: [u64; 3] = [120, 12, 3];

/// What an account has sent.
#[derive(Debug)]
pub struct Sender {
    /// Transactions in blocks.
    pub sent: Reading<u64>,
    /// With those that wait in the endpoint's pool.
    pub pending: Reading<u64>,
    /// At earlier blocks, the oldest first; what the endpoint does not have is left out.
    pub past: Vec<PastNonce>,
}

#[derive(Debug, Clone, Copy)]
pub struct PastNonce {
    pub sent: u64,
    /// The block's time, seconds since the Unix epoch.
    pub timestamp: u64,
}

/// The accounts of the services that are judged by what they sent.
pub(super) fn accounts(request: &Request<'_>) -> BTreeSet<Address> {
    let judged = request.judged_by(Gate::Alone).filter(|service| !service.is_node());
    judged.filter_map(|service| request.account(service)).collect()
}

pub(super) struct SenderSlots {
    account: Address,
    sent: Slot<U64>,
    pending: Slot<U64>,
}

impl SenderSlots {
    pub(super) fn ask(batch: &mut Batch, account: Address) -> Self {
        Self { account, sent: batch.nonce(account), pending: batch.pending_nonce(account) }
    }
}

pub(super) struct PastSlots {
    block: Slot<Option<BlockHead>>,
    sent: BTreeMap<Address, Slot<U64>>,
}

/// Asks what the accounts had sent at blocks before the newest one.
pub(super) fn ask_past(
    batch: &mut Batch,
    senders: &[SenderSlots],
    latest: &Reading<Option<BlockHead>>,
) -> Vec<PastSlots> {
    let newest = latest.as_ref().ok().and_then(Option::as_ref).map(|block| block.number.to());
    let Some(newest) = newest.filter(|_| !senders.is_empty()) else { return Vec::new() };
    let numbers: BTreeSet<u64> =
        BLOCKS.iter().map(|back| u64::saturating_sub(newest, *back)).collect();
    let ask = |number| PastSlots {
        block: batch.block(number),
        sent: batch.earlier(number, |batch| {
            senders.iter().map(|sender| (sender.account, batch.nonce(sender.account))).collect()
        }),
    };
    numbers.into_iter().map(ask).collect()
}

pub(super) fn read(
    senders: &[SenderSlots],
    state: &Answers,
    past: &[PastSlots],
    answers: &Answers,
) -> BTreeMap<Address, Sender> {
    let sender = |slots: &SenderSlots| Sender {
        sent: state.take(&slots.sent).map(|sent| sent.to()),
        pending: state.take(&slots.pending).map(|sent| sent.to()),
        past: past.iter().filter_map(|past| past_nonce(slots.account, past, answers)).collect(),
    };
    senders.iter().map(|slots| (slots.account, sender(slots))).collect()
}

fn past_nonce(account: Address, past: &PastSlots, answers: &Answers) -> Option<PastNonce> {
    let block = answers.take(&past.block).ok()??;
    let sent = answers.take(past.sent.get(&account)?).ok()?;
    Some(PastNonce { sent: sent.to(), timestamp: block.timestamp.to() })
}
