//! What a node is asked for a proof.

use alloy_primitives::{B256, Bytes, U64};
use eth_rpc::{Answers, Batch, BlockHead, Reading, Rpc, Slot, Unread};
use serde::{Deserialize, Serialize};

use crate::compare::{Block, Sealed};

/// A node as it presented itself when the proof began.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Node {
    pub chain_id: Option<u64>,
    pub genesis: Option<B256>,
    /// The head that came through gossip, or that the sequencer made.
    pub latest: Option<Head>,
    /// The head that was derived from L1; `None` where the node has none or does not know the tag.
    pub safe: Option<Head>,
    /// The head that was derived from final blocks of L1; the same holds.
    pub finalized: Option<Head>,
}

/// Number and hash of a head, from one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub number: u64,
    pub hash: B256,
}

/// A block, and its header in RLP where that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) block: Block,
    pub(super) header: Option<Bytes>,
}

/// An endpoint, and whether its headers are verified.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) rpc: Rpc,
    pub(super) verify: bool,
}

enum Asked {
    Plain(Slot<Option<BlockHead>>),
    Verified(Slot<Option<Sealed>>),
}

impl Source {
    /// The node's chain id and heads; an error where it has no head or cannot be read.
    pub(super) async fn node(&self) -> Result<Node, String> {
        let mut batch = Batch::default();
        let chain_id = batch.chain_id();
        let tags = ["latest", "safe", "finalized"].map(|tag| self.ask(&mut batch, tag));
        let genesis = self.ask(&mut batch, U64::ZERO);
        let answers = self.rpc.send(batch).await;
        let [latest, safe, finalized] = tags.map(|asked| {
            let read = asked.take(&answers)?;
            Ok(read.map(|Read { block, .. }| Head { number: block.number, hash: block.hash }))
        });
        let latest = latest.map_err(|unread: Unread| self.failed(&unread))?;
        if latest.is_none() {
            return Err(format!("{} has no head", self.rpc.shown()));
        }
        Ok(Node {
            chain_id: answers.take(&chain_id).ok().map(|id| id.to()),
            genesis: genesis.take(&answers).ok().flatten().map(|read| read.block.hash),
            latest,
            safe: safe.ok().flatten(),
            finalized: finalized.ok().flatten(),
        })
    }

    /// All blocks of a range, in one request; an error where one is missing or another.
    pub(super) async fn blocks(&self, from: u64, to: u64) -> Result<Vec<Read>, String> {
        let mut batch = Batch::default();
        let asked: Vec<_> =
            (from..=to).map(|number| (number, self.ask(&mut batch, U64::from(number)))).collect();
        let answers = self.rpc.send(batch).await;
        asked.into_iter().map(|(number, asked)| self.expect(number, asked.take(&answers))).collect()
    }

    pub(super) async fn block(&self, number: u64) -> Result<Read, String> {
        let blocks = self.blocks(number, number).await?;
        blocks.into_iter().next().ok_or_else(|| format!("block {number} was not read"))
    }

    fn ask(&self, batch: &mut Batch, block: impl Serialize) -> Asked {
        let (method, params) = ("eth_getBlockByNumber", (block, false));
        if self.verify {
            Asked::Verified(batch.request(method, params))
        } else {
            Asked::Plain(batch.request(method, params))
        }
    }

    fn expect(&self, number: u64, answer: Reading<Option<Read>>) -> Result<Read, String> {
        let shown = self.rpc.shown();
        match answer {
            Ok(Some(read)) if read.block.number == number => Ok(read),
            Ok(Some(Read { block, .. })) => {
                Err(format!("{shown}: asked for block {number}, it answers block {}", block.number))
            }
            Ok(None) => Err(format!("{shown}: block {number} is below its head and missing")),
            Err(unread) => Err(format!("{shown}: block {number}: {unread}")),
        }
    }

    fn failed(&self, unread: &Unread) -> String {
        format!("{}: {unread}", self.rpc.shown())
    }
}

impl Asked {
    fn take(&self, answers: &Answers) -> Reading<Option<Read>> {
        Ok(match self {
            Self::Plain(slot) => {
                answers.take(slot)?.map(|head| Read { block: head.into(), header: None })
            }
            Self::Verified(slot) => answers.take(slot)?.map(|sealed| {
                let header = Some(alloy_rlp::encode(&sealed.header).into());
                Read { block: sealed.into(), header }
            }),
        })
    }
}
