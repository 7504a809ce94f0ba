//! What becomes of a transaction that is signed.

use std::time::Duration;

use alloy_primitives::{B256, Bytes};
use eth_rpc::transaction::{Draft, Receipt};
use eth_rpc::{Batch, Unread};
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::account::Account;
use super::error::{LedgerError, reason};
use super::journal::Pending;

/// How long a transaction may take into a block.
const PATIENCE: Duration = Duration::from_mins(3);
/// How often it is given to the node again: it may have lost it.
const AGAIN: Duration = Duration::from_secs(10);
/// How long a receipt may be missing when the nonce is used up.
const GRACE: Duration = Duration::from_secs(15);
/// So many refusals are the node's last word.
const REFUSALS: u32 = 2;
/// Pauses between two looks: each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LAST_PAUSE: Duration = Duration::from_millis(500);

/// What a look at a transaction shows.
enum Look {
    Included(Receipt),
    /// Its nonce is used up. By another one, or nodes do not have its receipt yet.
    UsedUp,
    /// A transaction before it is missing: the chain has gone back behind it.
    Gap,
    Open,
}

impl Account {
    /// Gives a transaction to the node until it is in a block or never will be.
    pub(super) async fn settle(&self, mut pending: Pending) -> Result<Receipt, LedgerError> {
        let begun = Instant::now();
        let mut pause = FIRST_PAUSE;
        let mut next_giving = begun;
        let mut next_raise = begun + self.terms.raise_after;
        let mut raised_at = self.height().await;
        let mut refusals = 0;
        let mut used_up: Option<Instant> = None;
        let mut gap: Option<Instant> = None;
        loop {
            match self.look(&pending).await {
                Look::Included(receipt) => {
                    self.journal.clear()?;
                    return self.judge(receipt, &pending).await;
                }
                Look::UsedUp => {
                    if used_up.get_or_insert_with(Instant::now).elapsed() > GRACE {
                        self.journal.clear()?;
                        return Err(pending.overtaken(self.address()));
                    }
                }
                Look::Gap => {
                    // It is not in a block before others of this account are. What they did is done anew.
                    if gap.get_or_insert_with(Instant::now).elapsed() > GRACE {
                        let reason = "the chain went back, and a transaction before it is missing";
                        return Err(pending.not_taken(reason.to_owned()));
                    }
                }
                Look::Open => (used_up, gap) = (None, None),
            }
            if used_up.is_none() && Instant::now() >= next_giving {
                if let Some(reason) = self.give(&pending).await {
                    refusals += 1;
                    if refusals == REFUSALS {
                        return Err(pending.not_taken(reason));
                    }
                }
                next_giving = Instant::now() + AGAIN;
            }
            if used_up.is_none() && Instant::now() >= next_raise {
                // A chain that makes no blocks makes none for more either.
                let height = self.height().await;
                if height > raised_at {
                    self.raise(&mut pending).await?;
                    raised_at = height;
                }
                next_raise = Instant::now() + self.terms.raise_after;
            }
            if begun.elapsed() > PATIENCE {
                return Err(pending.waits(PATIENCE));
            }
            sleep(pause).await;
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }

    async fn look(&self, pending: &Pending) -> Look {
        let mut batch = Batch::default();
        let used = batch.nonce(self.address());
        let receipts: Vec<_> = pending.hashes().map(|hash| batch.receipt(hash)).collect();
        let answers = self.rpc.send(batch).await;
        let mut all_missing = true;
        for receipt in &receipts {
            match answers.take(receipt) {
                Ok(Some(receipt)) => return Look::Included(receipt),
                Ok(None) => {}
                Err(_) => all_missing = false,
            }
        }
        match answers.take(&used) {
            Ok(used) if all_missing && used.to::<u64>() > pending.nonce => Look::UsedUp,
            Ok(used) if used.to::<u64>() < pending.nonce => Look::Gap,
            _ => Look::Open,
        }
    }

    /// The number of the newest block; `None` while the node does not answer.
    async fn height(&self) -> Option<u64> {
        let mut batch = Batch::default();
        let head = batch.head("latest");
        let head = self.rpc.send(batch).await.take(&head).ok().flatten();
        head.map(|head| head.number.to())
    }

    /// Gives it to the node. Returns the refusal if the node does not have it afterwards: an answer may get
    /// lost, and a node answers a transaction that it already has with an error.
    async fn give(&self, pending: &Pending) -> Option<String> {
        let sent = self.rpc.request::<B256>("eth_sendRawTransaction", [&pending.raw]).await;
        let refusal = sent.err()?;
        let known = self
            .rpc
            .request::<Option<IgnoredAny>>("eth_getTransactionByHash", [pending.transaction])
            .await;
        matches!(known, Ok(None)).then(|| reason(&refusal.to_string()))
    }

    /// Puts the same transaction with higher fees in its place, if they stay below the limit. Both have one
    /// nonce, so one at most is ever in a block.
    async fn raise(&self, pending: &mut Pending) -> Result<(), LedgerError> {
        // A node that does not answer may do so next time.
        let (Some(draft), Ok(present)) = (Draft::of(&pending.raw), self.fees().await) else {
            return Ok(());
        };
        let Some(fees) = draft.fees.raised(present, self.terms.max_fee) else { return Ok(()) };
        let signed = Draft { fees, ..draft }.sign(self.chain_id, &self.key)?;
        let before = pending.clone();
        pending.replace(signed);
        self.journal.write(pending)?;
        if self.give(pending).await.is_some() {
            // The account may be too poor for it. The one before is given again.
            pending.go_back_to(before);
            self.journal.write(pending)?;
        }
        Ok(())
    }

    async fn judge(&self, receipt: Receipt, pending: &Pending) -> Result<Receipt, LedgerError> {
        if receipt.succeeded() {
            return Ok(receipt);
        }
        let what = pending.what.clone();
        let gas = receipt.gas_used.to::<u64>();
        if Draft::of(&pending.raw).is_some_and(|draft| gas >= draft.gas_limit) {
            return Err(LedgerError::OutOfGas { what, gas });
        }
        let reverted =
            format!("{} reverted in block {}", receipt.transaction_hash, receipt.block_number);
        let reason = self.replay(&receipt).await.unwrap_or(reverted);
        Err(LedgerError::Refused { what, reason })
    }

    /// Why a transaction reverted: the node runs it again.
    async fn replay(&self, receipt: &Receipt) -> Option<String> {
        let sent: Value =
            self.rpc.request("eth_getTransactionByHash", [receipt.transaction_hash]).await.ok()?;
        let object = json!({
            "from": sent["from"],
            "to": sent["to"],
            "data": sent["input"],
            "value": sent["value"],
        });
        match self.rpc.request::<Bytes>("eth_call", (object, receipt.block_number)).await {
            Err(Unread::Reverted(text)) => Some(reason(&text)),
            _ => None,
        }
    }
}
