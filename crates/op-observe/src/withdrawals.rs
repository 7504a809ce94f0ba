//! Withdrawals that were proven on L1, by the portal's log, and the games that false ones rest on.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use alloy_primitives::{Address, B256, U64};
use alloy_sol_types::SolEvent;
use eth_rpc::{Answers, Batch, Reading, Slot};
use op_chain::contracts::{DisputeGame, OptimismPortal};
use serde::Deserialize;
use serde_json::json;

/// Blocks that public endpoints take in one question.
const BLOCKS: u64 = 500;
/// Blocks that are read when the chain is first watched: eight days of Ethereum, a day more than a proof takes
/// to count.
const FIRST_LOOK: u64 = 8 * 7_200;
/// Blocks that are read again: L1 may have reorganised them.
const AGAIN: u64 = 64;

/// What is asked about withdrawals.
#[derive(Debug, Default)]
pub struct Questions {
    /// The first block of L1 whose log was not read yet; `None` where none was.
    pub next: Option<u64>,
    /// False ones: who proved each, and the game that it rests on where that is known.
    pub forged: BTreeMap<B256, (Address, Option<Address>)>,
}

#[derive(Debug, Default)]
pub struct WithdrawalAnswers {
    /// The last block whose log was read.
    pub to: u64,
    /// Withdrawals that were proven, and by whom.
    pub proven: BTreeMap<B256, Address>,
    /// The games that false ones rest on, and how they stand.
    pub forged: BTreeMap<B256, Forged>,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Forged {
    pub game: Option<Address>,
    /// 0 in progress, 1 the challenger has won, 2 the defender has won.
    pub status: Option<u8>,
}

pub(crate) struct Slots {
    to: u64,
    logs: Slot<Vec<Log>>,
    forged: Vec<(B256, ForgedSlots)>,
}

struct ForgedSlots {
    proven: Slot<OptimismPortal::provenWithdrawalsReturn>,
    status: Option<Slot<u8>>,
}

#[derive(Debug, Deserialize)]
struct Log {
    topics: Vec<B256>,
}

impl Slots {
    pub(crate) fn ask(batch: &mut Batch, portal: Address, head: u64, asked: &Questions) -> Self {
        let blocks = blocks(asked.next, head);
        let to = *blocks.end();
        let filter = json!({
            "fromBlock": U64::from(*blocks.start()),
            "toBlock": U64::from(to),
            "address": portal,
            "topics": [OptimismPortal::WithdrawalProvenExtension1::SIGNATURE_HASH],
        });
        let logs = batch.request("eth_getLogs", [filter]);
        let forged = asked.forged.iter().map(|(&hash, &(submitter, game))| {
            let proven = OptimismPortal::provenWithdrawalsCall { withdrawal: hash, submitter };
            let slots = ForgedSlots {
                proven: batch.call(portal, &proven),
                status: game.map(|game| batch.call(game, &DisputeGame::statusCall {})),
            };
            (hash, slots)
        });
        let forged = forged.collect();
        Self { to, logs, forged }
    }

    pub(crate) fn read(&self, answers: &Answers) -> Reading<WithdrawalAnswers> {
        let proven = answers.take(&self.logs)?.into_iter().filter_map(|log| match log.topics[..] {
            [_, hash, submitter] => Some((hash, Address::from_word(submitter))),
            _ => None,
        });
        let forged = self.forged.iter().map(|(hash, slots)| {
            let game = answers.take(&slots.proven).ok().map(|proven| proven.game);
            let status = slots.status.as_ref().and_then(|status| answers.take(status).ok());
            (*hash, Forged { game: game.filter(|game| !game.is_zero()), status })
        });
        Ok(WithdrawalAnswers { to: self.to, proven: proven.collect(), forged: forged.collect() })
    }
}

fn blocks(next: Option<u64>, head: u64) -> RangeInclusive<u64> {
    let next = next.unwrap_or_else(|| head.saturating_sub(FIRST_LOOK));
    // What was caught up is read again, what is far behind is not.
    let from = if next + AGAIN < head { next } else { next.min(head).saturating_sub(AGAIN) };
    from..=head.min(from + BLOCKS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_is_read_and_the_newest_again() {
        let (mut next, mut read) = (Some(1), 0);
        for head in [2_000, 2_001, 2_001, 2_002, 2_003, 2_003, 2_100] {
            let blocks = blocks(next, head);
            assert!(*blocks.start() <= read + 1 && blocks.clone().count() <= 500, "{blocks:?}");
            assert!(blocks.end() >= &read && *blocks.end() <= head);
            read = *blocks.end();
            next = Some(read + 1);
        }
        assert_eq!((read, blocks(Some(2_101), 2_100)), (2_100, 2_036..=2_100));
        // A node that is behind another is asked for nothing that it does not have.
        assert_eq!((blocks(Some(2_101), 2_050), blocks(None, 7)), (1_986..=2_050, 0..=7));
        assert_eq!(blocks(Some(1), 5), 0..=5);
    }
}
