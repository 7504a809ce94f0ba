//! One batch to an engine: its heads, blocks by number, receipts.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{B256, U64};
use op_chain::rpc::{Answers, Batch, BlockHead, Reading, Rpc, Slot, Unread};
use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use crate::compare::{Block, Sample, header};

/// What an engine is asked for beside its heads.
#[derive(Debug, Default)]
pub(in crate::health) struct Questions {
    /// Blocks by number.
    pub(in crate::health) numbers: BTreeSet<u64>,
    /// Blocks whose first transaction is wanted; their numbers are asked for too.
    pub(in crate::health) first_transactions: BTreeSet<u64>,
    /// Transactions whose receipts are wanted.
    pub(in crate::health) receipts: Vec<B256>,
}

/// What it answered.
#[derive(Debug, Default)]
pub(in crate::health) struct EngineAnswers {
    pub(in crate::health) sample: Sample,
    /// The hash of the first transaction, by block.
    pub(in crate::health) first_transactions: BTreeMap<u64, B256>,
    /// Whether the transaction succeeded, for those that have a receipt.
    pub(in crate::health) succeeded: BTreeMap<B256, bool>,
}

/// A block as the node writes it.
type Raw = Option<Box<RawValue>>;

/// Asks once; every hash is recomputed from its header where `verify` is set.
pub(in crate::health) async fn poll(
    engine: &Rpc,
    questions: &Questions,
    verify: bool,
) -> Reading<EngineAnswers> {
    let mut batch = Batch::default();
    let heads = ["latest", "safe", "finalized"].map(|tag| block(&mut batch, tag));
    let numbers: BTreeSet<u64> =
        questions.numbers.union(&questions.first_transactions).copied().collect();
    let blocks: Vec<(u64, Slot<Raw>)> =
        numbers.into_iter().map(|number| (number, block(&mut batch, U64::from(number)))).collect();
    let receipts: Vec<(B256, Slot<Option<Receipt>>)> = questions
        .receipts
        .iter()
        .map(|&hash| (hash, batch.request("eth_getTransactionReceipt", [hash])))
        .collect();
    let answers = engine.send(batch).await;
    answers.whole()?;
    let [latest, safe, finalized] = heads;
    let mut read = EngineAnswers {
        sample: Sample {
            latest: decode(&take(&answers, &latest)?, verify)?,
            // Until there is one, geth answers an error.
            safe: tagged(&answers, &safe, verify)?,
            finalized: tagged(&answers, &finalized, verify)?,
            blocks: BTreeMap::new(),
        },
        ..EngineAnswers::default()
    };
    for (number, slot) in blocks {
        let raw = take(&answers, &slot)?;
        let block = decode(&raw, verify)?;
        if let Some(block) = block.filter(|block| block.number != number) {
            return Err(Unread::Malformed(format!(
                "asked for block {number}, it answers block {}",
                block.number
            )));
        }
        if questions.first_transactions.contains(&number)
            && let Some(hash) = raw.as_deref().and_then(first_transaction)
        {
            read.first_transactions.insert(number, hash);
        }
        if questions.numbers.contains(&number) {
            read.sample.blocks.insert(number, block);
        }
    }
    for (hash, slot) in receipts {
        if let Ok(Some(receipt)) = answers.take(&slot) {
            read.succeeded.insert(hash, receipt.status == U64::from(1));
        }
    }
    Ok(read)
}

fn block(batch: &mut Batch, which: impl serde::Serialize) -> Slot<Raw> {
    batch.request("eth_getBlockByNumber", (which, false))
}

fn take(answers: &Answers, slot: &Slot<Raw>) -> Reading<Raw> {
    answers.take(slot)
}

fn tagged(answers: &Answers, slot: &Slot<Raw>, verify: bool) -> Reading<Option<Block>> {
    match take(answers, slot) {
        Ok(raw) => decode(&raw, verify),
        Err(Unread::Unreachable(reason)) if reason.contains("not found") => Ok(None),
        Err(unread) => Err(unread),
    }
}

fn decode(raw: &Raw, verify: bool) -> Reading<Option<Block>> {
    let Some(raw) = raw else { return Ok(None) };
    let head: BlockHead =
        serde_json::from_str(raw.get()).map_err(|error| Unread::Malformed(error.to_string()))?;
    if verify {
        header::verify(raw, head.hash).map_err(Unread::Malformed)?;
    }
    Ok(Some(Block {
        number: head.number.to(),
        hash: head.hash,
        parent: head.parent_hash,
        timestamp: head.timestamp.to(),
    }))
}

/// The L1-info deposit, by the protocol.
fn first_transaction(raw: &RawValue) -> Option<B256> {
    #[derive(Deserialize)]
    struct Transactions {
        #[serde(deserialize_with = "first")]
        transactions: Option<B256>,
    }
    serde_json::from_str::<Transactions>(raw.get()).ok()?.transactions
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
