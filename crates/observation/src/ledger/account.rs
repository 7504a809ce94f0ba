//! An account that sends one transaction after another, and loses none when it is interrupted.

use std::{path::Path, time::Duration};

use alloy_primitives::{Address, B256, Bytes, TxKind, U64, U256};
use op_chain::{
    key::SecretKey,
    rpc::{Batch, Rpc, Unread},
    transaction::{Draft, Fees, Receipt},
};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{
    LedgerError,
    error::reason,
    journal::{Journal, Pending},
};

/// How long a transaction may take into a block.
const PATIENCE: Duration = Duration::from_mins(3);
/// How often it is given to the node again: it may have lost it.
const AGAIN: Duration = Duration::from_secs(10);

/// An account on one chain.
#[derive(Debug)]
pub struct Account {
    rpc: Rpc,
    chain_id: u64,
    key: SecretKey,
    journal: Journal,
}

impl Account {
    /// Opens the account's journal in a folder and brings to an end what an earlier process left there.
    pub async fn open(rpc: Rpc, key: SecretKey, journals: &Path) -> Result<Self, LedgerError> {
        let mut batch = Batch::default();
        let (chain_id, genesis) = (batch.chain_id(), batch.block(0));
        let answers = rpc.send(batch).await;
        let unread = |what| super::unread(&rpc, what);
        let chain_id = answers.take(&chain_id).map_err(unread("the chain id"))?.to();
        let genesis = answers.take(&genesis).map_err(unread("the first block"))?;
        // A node that has pruned it still knows its chain.
        let genesis = genesis.map_or(B256::ZERO, |block| block.hash);
        let journal = Journal::open(journals, chain_id, genesis, key.address())?;
        let account = Self { rpc, chain_id, key, journal };
        if let Some(pending) = account.journal.read()? {
            match account.settle(&pending).await {
                Ok(_) | Err(LedgerError::Overtaken { .. } | LedgerError::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(account)
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> Address {
        self.key.address()
    }

    /// Its chain.
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
        let unread = |what| super::unread(&self.rpc, what);
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
        let fees = Fees { max, priority: priority.saturating_to() };
        let draft = Draft { nonce, to, value, input, gas_limit, fees };
        Ok(Pending::new(nonce, draft.sign(self.chain_id, &self.key)?, what))
    }

    /// Gives a transaction to the node until it is in a block or never will be.
    async fn settle(&self, pending: &Pending) -> Result<Receipt, LedgerError> {
        let Pending { nonce, transaction, raw, what } = pending;
        let deadline = Instant::now() + PATIENCE;
        let mut pause = Duration::from_millis(20);
        let mut next_sending = Instant::now();
        loop {
            // In this order: a nonce that is used up now has its receipt afterwards.
            let mut batch = Batch::default();
            let (nonces, receipt) = (batch.nonce(self.address()), batch.receipt(*transaction));
            let answers = self.rpc.send(batch).await;
            let used = answers.take(&nonces).map(|used| used.to::<u64>());
            match (used, answers.take(&receipt)) {
                (_, Ok(Some(receipt))) => {
                    self.journal.clear()?;
                    return self.judge(receipt, pending).await;
                }
                (Ok(used), Ok(None)) if used > *nonce && !self.is_known(pending).await => {
                    self.journal.clear()?;
                    return Err(LedgerError::Overtaken {
                        account: self.address(),
                        transaction: *transaction,
                        what: what.clone(),
                    });
                }
                _ => {}
            }
            if Instant::now() >= next_sending {
                // Whatever the answer: a node that knows it says so with an error.
                let _ = self.rpc.request::<B256>("eth_sendRawTransaction", [raw]).await;
                next_sending = Instant::now() + AGAIN;
                continue;
            }
            if Instant::now() > deadline {
                return Err(LedgerError::Pending {
                    transaction: *transaction,
                    what: what.clone(),
                    seconds: PATIENCE.as_secs(),
                });
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }

    /// Whether the node has the receipt after all: it may have come between two looks.
    async fn is_known(&self, pending: &Pending) -> bool {
        let mut batch = Batch::default();
        let receipt = batch.receipt(pending.transaction);
        !matches!(self.rpc.send(batch).await.take(&receipt), Ok(None))
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

    /// Why a transaction reverted, as the node tells it afterwards.
    async fn replay(&self, receipt: &Receipt) -> Option<String> {
        let sent: Value =
            self.rpc.request("eth_getTransactionByHash", [receipt.transaction_hash]).await.ok()?;
        let object = json!({"from": sent["from"], "to": sent["to"], "data": sent["input"], "value": sent["value"]});
        match self.rpc.request::<Bytes>("eth_call", (object, receipt.block_number)).await {
            Err(Unread::Reverted(text)) => Some(reason(&text)),
            _ => None,
        }
    }
}

fn refused(what: &str, text: &str) -> LedgerError {
    LedgerError::Refused { what: what.to_owned(), reason: reason(text) }
}
