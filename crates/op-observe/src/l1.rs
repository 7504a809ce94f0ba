//! Three batches to L1: its heads; roles, accounts, games in play, withdrawals and control at its newest
//! block; new games.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, U256};
use eth_rpc::{Batch, BlockHead, Reading, Rpc, Unread};
use op_chain::contracts::{SystemConfig, batcher_of};

use crate::control::{self, Control};
use crate::games::{self, GameAnswers};
use crate::withdrawals::{self, WithdrawalAnswers};
use op_status::status::L1Head;

#[derive(Debug, Clone, Copy)]
pub struct Contracts {
    pub system_config: Address,
    pub portal: Address,
    /// `None` where no service makes or watches games.
    pub factory: Option<Address>,
}

#[derive(Debug)]
pub struct Questions {
    /// `None` while rollup.json is not there.
    pub contracts: Option<Contracts>,
    pub accounts: BTreeSet<Address>,
    /// A block that was there.
    pub again: Option<u64>,
    pub games: games::Questions,
    pub withdrawals: withdrawals::Questions,
    /// `None` where it was read recently.
    pub control: Option<control::Questions>,
}

#[derive(Debug)]
pub struct L1Answers {
    /// Scheme, host and port.
    pub endpoint: String,
    pub head: L1Head,
    /// Of the head.
    pub hash: B256,
    /// The hash of the block that was asked for again.
    pub again: Option<B256>,
    pub safe: Option<L1Head>,
    pub finalized: Option<L1Head>,
    pub batcher: Option<Reading<Address>>,
    pub signer: Option<Reading<Address>>,
    pub accounts: BTreeMap<Address, (Reading<U256>, Reading<u64>)>,
    pub games: Option<Reading<GameAnswers>>,
    pub withdrawals: Option<Reading<WithdrawalAnswers>>,
    pub control: Option<Control>,
    /// How often it said that it limits requests.
    pub limited: u32,
}

/// Asks three times at most, all but the heads at one block: behind one URL there may be nodes that are
/// not equally far.
pub async fn poll(l1: &Rpc, questions: &Questions) -> Reading<L1Answers> {
    let before = l1.limits().seen;
    let mut batch = Batch::default();
    let heads = ["latest", "safe", "finalized"].map(|tag| batch.head(tag));
    let again = questions.again.map(|number| batch.block(number));
    let answers = l1.send(batch).await;
    let again = again.and_then(|slot| answers.take(&slot).ok()?);
    let [latest, safe, finalized] = heads.map(|slot| answers.take(&slot));
    let latest = latest?.ok_or_else(|| Unread::Malformed("it has no newest block".to_owned()))?;

    let mut batch = Batch::at(latest.hash).together();
    let roles = questions.contracts.map(|contracts| {
        (
            batch.call(contracts.system_config, &SystemConfig::batcherHashCall {}),
            batch.call(contracts.system_config, &SystemConfig::unsafeBlockSignerCall {}),
        )
    });
    let contracts = questions.contracts.as_ref();
    let games =
        contracts.and_then(|contracts| games::Slots::ask(&mut batch, contracts, &questions.games));
    let withdrawals = contracts.map(|contracts| {
        let (portal, head) = (contracts.portal, latest.number.to());
        withdrawals::Slots::ask(&mut batch, portal, head, &questions.withdrawals)
    });
    let control = contracts.zip(questions.control.as_ref());
    let control =
        control.map(|(contracts, asked)| control::Slots::ask(&mut batch, contracts, asked));
    let accounts: Vec<_> = questions
        .accounts
        .iter()
        .map(|&account| (account, batch.balance(account), batch.nonce(account)))
        .collect();
    let answers = l1.send(batch).await;
    answers.whole()?;
    let games = match games {
        Some(slots) => {
            let batch = Batch::at(latest.hash).together();
            Some(slots.read(l1, batch, &answers, &questions.games).await)
        }
        None => None,
    };
    let (batcher, signer) = roles.map_or((None, None), |(batcher, signer)| {
        (Some(answers.take(&batcher).and_then(batcher_of)), Some(answers.take(&signer)))
    });
    Ok(L1Answers {
        endpoint: l1.shown(),
        head: head(latest),
        hash: latest.hash,
        again: again.map(|block| block.hash),
        safe: safe.ok().flatten().map(head),
        finalized: finalized.ok().flatten().map(head),
        batcher,
        signer,
        accounts: accounts
            .into_iter()
            .map(|(account, balance, nonce)| {
                (account, (answers.take(&balance), answers.take(&nonce).map(|nonce| nonce.to())))
            })
            .collect(),
        games,
        withdrawals: withdrawals.map(|slots| slots.read(&answers)),
        control: control.map(|slots| slots.read(&answers)),
        limited: l1.limits().seen.saturating_sub(before),
    })
}

fn head(block: BlockHead) -> L1Head {
    L1Head { number: block.number.to(), timestamp: block.timestamp.to() }
}
