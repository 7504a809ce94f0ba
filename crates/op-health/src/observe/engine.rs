//! One batch to an engine: its heads, blocks by number, receipts.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{B256, U64};
use eth_rpc::{Batch, BlockHead, Reading, Rpc, Slot};
use serde::{Deserialize, Deserializer, de, de::DeserializeOwned};
use serde_json::json;

use op_prove::compare::{Asked, Block, Sealed, Snapshot};

/// What an engine is asked for beside its heads.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    pub(crate) numbers: BTreeSet<u64>,
    /// Blocks whose first transaction is wanted.
    pub(crate) first_transactions: BTreeSet<u64>,
    /// Transactions whose receipts are wanted.
    pub(crate) receipts: Vec<B256>,
    /// Whether its peers are counted.
    pub(crate) peers: bool,
}

#[derive(Debug, Default)]
pub(crate) struct EngineAnswers {
    pub(crate) snapshot: Snapshot,
    /// The hash of the first transaction, by block.
    pub(crate) first_transactions: BTreeMap<u64, B256>,
    /// Whether the transaction succeeded, for those that have a receipt.
    pub(crate) succeeded: BTreeMap<B256, bool>,
    /// How many peers it has; `None` where nobody asked.
    pub(crate) peers: Option<Reading<u64>>,
}

/// Asks once; every hash is recomputed from its header where `verify` is set.
pub(crate) async fn poll(
    engine: &Rpc,
    questions: &Questions,
    verify: bool,
) -> Reading<EngineAnswers> {
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
    let answers = engine.send(batch).await;
    let first = first
        .into_iter()
        .filter_map(|(block, slot)| Some((block, answers.take(&slot).ok()??.first?)));
    let succeeded = receipts
        .into_iter()
        .filter_map(|(hash, slot)| Some((hash, answers.take(&slot).ok()??.status == U64::from(1))));
    Ok(EngineAnswers {
        snapshot: snapshot.read(&answers)?,
        first_transactions: first.collect(),
        succeeded: succeeded.collect(),
        peers: peers.map(|slot| answers.take(&slot).map(|count| count.to())),
    })
}

/// The transactions of a block; the first is the L1-info deposit, by the protocol.
#[derive(Deserialize)]
struct Transactions {
    #[serde(rename = "transactions", deserialize_with = "first")]
    first: Option<B256>,
}

/// The first item of a list, without keeping the others.
fn first<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<B256>, D::Error> {
    struct First;
    impl<'de> de::Visitor<'de> for First {
        type Value = Option<B256>;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("a list of transaction hashes")
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let first = items.next_element()?;
            while items.next_element::<de::IgnoredAny>()?.is_some() {}
            Ok(first)
        }
    }
    deserializer.deserialize_seq(First)
}

#[derive(Deserialize)]
struct Receipt {
    status: U64,
}
