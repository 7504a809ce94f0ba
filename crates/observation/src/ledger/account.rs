//! An account that sends one transaction after another, and loses none when it is interrupted.

use std::{path::Path, time::Duration};

use alloy_primitives::{Address, B256, Bytes, TxKind, U64, U256};
use eth_rpc::transaction::{Draft, Fees, Receipt};
use eth_rpc::{Batch, Rpc, Unread, key::SecretKey};
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::error::{LedgerError, reason, unread};
use super::journal::{Journal, Pending};

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

/// An account on one chain.
#[derive(Debug)]
pub struct Account {
    rpc: Rpc,
    chain_id: u64,
    key: SecretKey,
    journal: Journal,
}

impl Account {
    /// Opens the account's journal in a folder and finishes the transaction that an earlier process left there.
    pub async fn open(rpc: Rpc, key: SecretKey, journals: &Path) -> Result<Self, LedgerError> {
        let mut batch = Batch::default();
        let (chain_id, genesis) = (batch.chain_id(), batch.block(0));
        let answers = rpc.send(batch).await;
        let unread = |what| unread(&rpc, what);
        let chain_id = answers.take(&chain_id).map_err(unread("the chain id"))?.to();
        let genesis = answers.take(&genesis).map_err(unread("the first block"))?;
        // A node that has pruned it still knows its chain.
        let genesis = genesis.map_or(B256::ZERO, |block| block.hash);
        let journal = Journal::open(journals, chain_id, genesis, key.address())?;
        let account = Self { rpc, chain_id, key, journal };
        account.resume().await?;
        Ok(account)
    }

    /// Finishes the transaction that is still on its way after a [`Self::send`] that failed: the next one would
    /// take its place in the journal.
    pub async fn resume(&self) -> Result<(), LedgerError> {
        let Some(pending) = self.journal.read()? else { return Ok(()) };
        match self.settle(&pending).await {
            Ok(_) | Err(LedgerError::Overtaken { .. } | LedgerError::Refused { .. }) => Ok(()),
            // The next one has the same nonce, so one of the two at most is ever in a block.
            Err(LedgerError::NotTaken { .. }) => self.journal.clear(),
            Err(error) => Err(error),
        }
    }

    #[must_use]
    pub fn address(&self) -> Address {
        self.key.address()
    }

    #[must_use]
    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    pub(super) fn rpc(&self) -> &Rpc {
        &self.rpc
    }

    /// Sends a transaction and waits until it is in a block. One that reverts is an error with the contract's
    /// reason, and is not even sent if that shows before.
    pub async fn send(
        &self,
        to: TxKind,
        input: Bytes,
        value: U256,
        what: &str,
    ) -> Result<Receipt, LedgerError> {
        let pending = self.sign(to, input, value, what).await?;
        self.journal.write(&pending)?;
        self.settle(&pending).await
    }

    async fn sign(
        &self,
        to: TxKind,
        input: Bytes,
        value: U256,
        what: &str,
    ) -> Result<Pending, LedgerError> {
        let account = self.address();
        let mut object = json!({"from": account, "data": input, "value": value});
        if let TxKind::Call(to) = to {
            object["to"] = json!(to);
        }
        let mut batch = Batch::default();
        let nonce = batch.request::<U64>("eth_getTransactionCount", (account, "pending"));
        let balance = batch.balance(account);
        let price = batch.request::<U256>("eth_gasPrice", json!([]));
        let priority = batch.request::<U256>("eth_maxPriorityFeePerGas", json!([]));
        let gas = batch.request::<U64>("eth_estimateGas", [&object]);
        let answers = self.rpc.send(batch).await;
        let unread = |what| unread(&self.rpc, what);
        let nonce = answers.take(&nonce).map_err(unread("the account's nonce"))?.to();
        let balance = answers.take(&balance).map_err(unread("the account's balance"))?;
        let price = answers.take(&price).map_err(unread("the gas price"))?;
        let priority = answers.take(&priority).map_err(unread("the priority fee"))?;
        let poor =
            |needed| LedgerError::Poor { account, found: balance, needed, what: what.to_owned() };
        if balance.is_zero() {
            return Err(poor(price));
        }
        let gas: u64 = match answers.take(&gas) {
            Err(Unread::Reverted(text)) => return Err(refused(what, &text)),
            gas => gas.map_err(unread("the transaction's gas"))?.to(),
        };
        // The state changes until it is in a block, and the base fee may double.
        let gas_limit = gas.saturating_mul(5) / 4;
        let max = (price * U256::from(2)).saturating_to();
        let needed = value.saturating_add(U256::from(gas_limit) * U256::from(max));
        if balance < needed {
            return Err(poor(needed));
        }
        let fees = Fees { max, priority: priority.saturating_to::<u128>().min(max) };
        let draft = Draft { nonce, to, value, input, gas_limit, fees };
        Ok(Pending::new(nonce, draft.sign(self.chain_id, &self.key)?, what))
    }

    /// Gives a transaction to the node until it is in a block or never will be.
    async fn settle(&self, pending: &Pending) -> Result<Receipt, LedgerError> {
        let begun = Instant::now();
        let mut pause = FIRST_PAUSE;
        let mut next_giving = begun;
        let mut refusals = 0;
        let mut used_up: Option<Instant> = None;
        loop {
            match self.look(pending).await {
                Look::Included(receipt) => {
                    self.journal.clear()?;
                    return self.judge(receipt, pending).await;
                }
                Look::UsedUp => {
                    if used_up.get_or_insert_with(Instant::now).elapsed() > GRACE {
                        self.journal.clear()?;
                        return Err(pending.overtaken(self.address()));
                    }
                }
                Look::Open => used_up = None,
            }
            if used_up.is_none() && Instant::now() >= next_giving {
                if let Some(reason) = self.give(pending).await {
                    refusals += 1;
                    if refusals == REFUSALS {
                        return Err(pending.not_taken(reason));
                    }
                }
                next_giving = Instant::now() + AGAIN;
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
        let (used, receipt) = (batch.nonce(self.address()), batch.receipt(pending.transaction));
        let answers = self.rpc.send(batch).await;
        match (answers.take(&used), answers.take(&receipt)) {
            (_, Ok(Some(receipt))) => Look::Included(receipt),
            (Ok(used), Ok(None)) if used.to::<u64>() > pending.nonce => Look::UsedUp,
            _ => Look::Open,
        }
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

    async fn judge(&self, receipt: Receipt, pending: &Pending) -> Result<Receipt, LedgerError> {
        if receipt.succeeded() {
            return Ok(receipt);
        }
        let reverted =
            format!("{} reverted in block {}", receipt.transaction_hash, receipt.block_number);
        let reason = self.replay(&receipt).await.unwrap_or(reverted);
        Err(LedgerError::Refused { what: pending.what.clone(), reason })
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

/// What a look at a transaction shows.
enum Look {
    Included(Receipt),
    /// Its nonce is used up. By another one, or nodes do not have its receipt yet.
    UsedUp,
    Open,
}

fn refused(what: &str, text: &str) -> LedgerError {
    LedgerError::Refused { what: what.to_owned(), reason: reason(text) }
}
