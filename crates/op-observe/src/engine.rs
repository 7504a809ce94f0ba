//! One batch to an engine: its heads, blocks by number, receipts.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, U64, address, b256, keccak256};
use eth_rpc::{Batch, BlockHead, Reading, Rpc, Slot};
use serde::{Deserialize, Deserializer, de, de::DeserializeOwned};
use serde_json::json;

use crate::pool;
use op_chain::contracts::L2ToL1MessagePasser;
use op_prove::compare::{Asked, Block, Sealed, Snapshot};

const MESSAGE_PASSER: Address = address!("4200000000000000000000000000000000000016");
const EMPTY_ROOT_HASH: B256 =
    b256!("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");

/// What an engine is asked for beside its heads.
#[derive(Debug, Default)]
pub struct Questions {
    pub numbers: BTreeSet<u64>,
    /// Blocks whose first transaction is wanted.
    pub first_transactions: BTreeSet<u64>,
    /// Transactions whose receipts are wanted.
    pub receipts: Vec<B256>,
    /// Whether its peers are counted.
    pub peers: bool,
    /// Blocks whose output roots are wanted.
    pub outputs: BTreeSet<u64>,
    /// Withdrawals that are looked up.
    pub withdrawals: BTreeSet<B256>,
    /// Whether what waits in its pool is counted, and whether anybody there pays enough.
    pub pool: Option<bool>,
}

#[derive(Debug, Default)]
pub struct EngineAnswers {
    pub snapshot: Snapshot,
    /// The hash of the first transaction, by block.
    pub first_transactions: BTreeMap<u64, B256>,
    /// Whether the transaction succeeded, for those that have a receipt.
    pub succeeded: BTreeMap<B256, bool>,
    /// How many peers it has; `None` where nobody asked.
    pub peers: Option<Reading<u64>>,
    /// How many transactions each of those blocks has.
    pub transactions: BTreeMap<u64, usize>,
    /// The output roots that follow from the headers.
    pub outputs: BTreeMap<u64, B256>,
    /// Whether each withdrawal is there.
    pub withdrawals: BTreeMap<B256, bool>,
    /// Transactions that wait in the pool; `None` where nobody asked.
    pub pool: Option<Reading<u64>>,
    /// Whether any of them pays what a block asks for; `None` where that is not known.
    pub anybody_pays: Option<bool>,
}

/// Asks once; every hash is recomputed from its header where `verify` is set.
pub async fn poll(engine: &Rpc, questions: &Questions, verify: bool) -> Reading<EngineAnswers> {
    if verify {
        ask::<Sealed>(engine, questions).await
    } else {
        ask::<BlockHead>(engine, questions).await
    }
}

async fn ask<B: DeserializeOwned + Into<Block>>(
    engine: &Rpc,
    questions: &Questions,
) -> Reading<EngineAnswers> {
    let mut batch = Batch::default();
    let snapshot = Asked::<B>::ask(&mut batch, &questions.numbers);
    let first: Vec<(u64, Slot<Option<Transactions>>)> = questions
        .first_transactions
        .iter()
        .map(|&block| (block, batch.request("eth_getBlockByNumber", (U64::from(block), false))))
        .collect();
    let receipts: Vec<(B256, Slot<Option<Receipt>>)> = questions
        .receipts
        .iter()
        .map(|&hash| (hash, batch.request("eth_getTransactionReceipt", [hash])))
        .collect();
    let peers = questions.peers.then(|| batch.request::<U64>("net_peerCount", json!([])));
    let outputs: Vec<(u64, Slot<Option<Output>>)> = questions
        .outputs
        .iter()
        .map(|&block| (block, batch.request("eth_getBlockByNumber", (U64::from(block), false))))
        .collect();
    let withdrawals: Vec<(B256, Slot<bool>)> = questions
        .withdrawals
        .iter()
        .map(|&withdrawal| {
            let call = L2ToL1MessagePasser::sentMessagesCall { withdrawal };
            (withdrawal, batch.call(MESSAGE_PASSER, &call))
        })
        .collect();
    let pool = questions.pool.map(|closely| pool::Slots::ask(&mut batch, closely));
    let answers = engine.send(batch).await;
    let first: Vec<_> = first
        .into_iter()
        .filter_map(|(block, slot)| Some((block, answers.take(&slot).ok()??)))
        .collect();
    let outputs = outputs
        .into_iter()
        .filter_map(|(block, slot)| Some((block, answers.take(&slot).ok()??.root()?)));
    let withdrawals = withdrawals
        .into_iter()
        .filter_map(|(withdrawal, slot)| Some((withdrawal, answers.take(&slot).ok()?)));
    let succeeded = receipts
        .into_iter()
        .filter_map(|(hash, slot)| Some((hash, answers.take(&slot).ok()??.status == U64::from(1))));
    Ok(EngineAnswers {
        snapshot: snapshot.read(&answers)?,
        first_transactions: first
            .iter()
            .filter_map(|(block, all)| Some((*block, all.listed.first?)))
            .collect(),
        transactions: first.iter().map(|(block, all)| (*block, all.listed.count)).collect(),
        outputs: outputs.collect(),
        withdrawals: withdrawals.collect(),
        anybody_pays: pool.as_ref().and_then(|slots| slots.anybody_pays(&answers)),
        pool: pool.map(|slots| slots.waiting(&answers)),
        succeeded: succeeded.collect(),
        peers: peers.map(|slot| answers.take(&slot).map(|count| count.to())),
    })
}

/// The transactions of a block; the first is the L1-info deposit, by the protocol.
#[derive(Deserialize)]
struct Transactions {
    #[serde(rename = "transactions", deserialize_with = "listed")]
    listed: Listed,
}

struct Listed {
    first: Option<B256>,
    count: usize,
}

/// The first item of a list and how many there are, without keeping the others.
fn listed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Listed, D::Error> {
    struct First;
    impl<'de> de::Visitor<'de> for First {
        type Value = Listed;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("a list of transaction hashes")
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let first = items.next_element()?;
            let mut count = usize::from(first.is_some());
            while items.next_element::<de::IgnoredAny>()?.is_some() {
                count += 1;
            }
            Ok(Listed { first, count })
        }
    }
    deserializer.deserialize_seq(First)
}

/// What a block's output root is made of.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    hash: B256,
    state_root: B256,
    /// From Isthmus on the root of the storage of [`MESSAGE_PASSER`].
    withdrawals_root: Option<B256>,
}

impl Output {
    fn root(&self) -> Option<B256> {
        const VERSION: B256 = B256::ZERO;
        // Before Isthmus it is the root of a list of nothing.
        let root = self.withdrawals_root.filter(|root| *root != EMPTY_ROOT_HASH)?;
        Some(keccak256([VERSION, self.state_root, root, self.hash].concat()))
    }
}

#[derive(Deserialize)]
struct Receipt {
    status: U64,
}
