//! Every block of a follower compared with a reference, and a verdict that tells behind from diverged.

use std::fmt;

use alloy_primitives::B256;
use op_chain::rpc::{Batch, BlockHead, Reading, Rpc};
use serde::Serialize;

/// Blocks asked for in one request; geth's limit for a batch is 1000.
const CHUNK: u64 = 500;

/// How a follower stands to the reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Verdict {
    /// Every block of the range is the same.
    Equal {
        /// Last block of the range.
        to: u64,
        /// Its hash on both.
        hash: B256,
    },
    /// Every block that the follower has is the same, but it does not have all.
    Behind {
        /// The follower's head, equal to the reference's block.
        head: u64,
        /// Last block of the range.
        to: u64,
    },
    /// The two hold different blocks.
    Diverged {
        /// The first block that differs.
        block: u64,
        /// Its hash on the reference.
        reference: B256,
        /// Its hash on the follower.
        follower: B256,
    },
    /// Not to be judged now.
    Unknown {
        /// Why.
        reason: String,
    },
}

impl Verdict {
    /// 0 equal, 1 diverged, 2 behind, 3 unknown.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Equal { .. } => 0,
            Self::Diverged { .. } => 1,
            Self::Behind { .. } => 2,
            Self::Unknown { .. } => 3,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal { to, hash } => write!(formatter, "equal up to block {to} {hash}"),
            Self::Behind { head, to } => {
                write!(formatter, "behind: equal up to its head {head}, the range ends at {to}")
            }
            Self::Diverged { block, reference, follower } => {
                write!(
                    formatter,
                    "diverged at block {block}: {reference} on the reference, {follower} here"
                )
            }
            Self::Unknown { reason } => write!(formatter, "unknown: {reason}"),
        }
    }
}

/// Compares all blocks from `from` to `to`, the reference's head when `None`.
pub async fn compare(reference: &Rpc, follower: &Rpc, from: u64, to: Option<u64>) -> Verdict {
    match try_compare(reference, follower, from, to).await {
        Ok(verdict) => verdict,
        Err(reason) => Verdict::Unknown { reason },
    }
}

async fn try_compare(
    reference: &Rpc,
    follower: &Rpc,
    from: u64,
    to: Option<u64>,
) -> Result<Verdict, String> {
    let to = match to {
        Some(to) => to,
        None => head(reference).await?,
    };
    let follower_head = head(follower).await?;
    if from > to {
        return Err(format!("the range begins at {from} and ends at {to}"));
    }
    let last = to.min(follower_head);
    if last < from {
        return Err(format!("the follower's head is {follower_head}, the range begins at {from}"));
    }
    let mut parents = Parents::default();
    let mut hash = B256::ZERO;
    let mut next = from;
    while next <= last {
        let end = last.min(next.saturating_add(CHUNK - 1));
        let (ours, theirs) =
            tokio::join!(blocks(reference, next, end), blocks(follower, next, end));
        for (ours, theirs) in ours?.into_iter().zip(theirs?) {
            if ours.hash != theirs.hash {
                return confirm(reference, follower, ours.number.to()).await;
            }
            parents.link(&ours)?;
            hash = ours.hash;
        }
        let Some(after) = end.checked_add(1) else { break };
        next = after;
    }
    Ok(if last == to { Verdict::Equal { to, hash } } else { Verdict::Behind { head: last, to } })
}

/// Blocks must be children of each other, or the chain changed between two answers.
#[derive(Default)]
struct Parents(Option<B256>);

impl Parents {
    fn link(&mut self, block: &BlockHead) -> Result<(), String> {
        if self.0.is_some_and(|parent| parent != block.parent_hash) {
            return Err(format!(
                "block {} does not follow the one before: the chain was reorganised meanwhile",
                block.number
            ));
        }
        self.0 = Some(block.hash);
        Ok(())
    }
}

/// Reads a differing block again: two answers before and after a reorganisation are not a divergence.
async fn confirm(reference: &Rpc, follower: &Rpc, number: u64) -> Result<Verdict, String> {
    let (ours, theirs) =
        tokio::join!(blocks(reference, number, number), blocks(follower, number, number));
    match (ours?.first(), theirs?.first()) {
        (Some(ours), Some(theirs)) if ours.hash != theirs.hash => {
            Ok(Verdict::Diverged { block: number, reference: ours.hash, follower: theirs.hash })
        }
        _ => Err(format!(
            "block {number} differed once and not again: a reorganisation is under way"
        )),
    }
}

async fn head(rpc: &Rpc) -> Result<u64, String> {
    let mut batch = Batch::default();
    let slot = batch.head("latest");
    match rpc.send(batch).await.take(&slot) {
        Ok(Some(block)) => Ok(block.number.to()),
        Ok(None) => Err(format!("{} has no head", rpc.shown())),
        Err(unread) => Err(format!("{}: {unread}", rpc.shown())),
    }
}

async fn blocks(rpc: &Rpc, from: u64, to: u64) -> Result<Vec<BlockHead>, String> {
    let mut batch = Batch::default();
    let slots: Vec<_> = (from..=to).map(|number| (number, batch.block(number))).collect();
    let answers = rpc.send(batch).await;
    slots
        .iter()
        .map(|(number, slot)| {
            expect(*number, answers.take(slot))
                .map_err(|reason| format!("{}: {reason}", rpc.shown()))
        })
        .collect()
}

fn expect(number: u64, answer: Reading<Option<BlockHead>>) -> Result<BlockHead, String> {
    match answer {
        Ok(Some(block)) if block.number.to::<u64>() == number => Ok(block),
        Ok(Some(block)) => {
            Err(format!("asked for block {number}, it answers block {}", block.number))
        }
        Ok(None) => Err(format!("block {number} is below its head and missing")),
        Err(unread) => Err(format!("block {number}: {unread}")),
    }
}
