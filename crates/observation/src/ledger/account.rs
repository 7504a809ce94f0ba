//! An account that sends one transaction after another, and loses none when it is interrupted.

use std::path::{Path, PathBuf};
use std::time::Duration;

use alloy_primitives::{Address, Bytes, TxKind, U64, U256};
use alloy_sol_types::SolCall;
use eth_rpc::fees::MAX_FEE;
use eth_rpc::transaction::{Draft, Fees, MAX_GAS, Receipt};
use eth_rpc::{Batch, BlockHead, Rpc, Unread, key::SecretKey};
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::error::{LedgerError, is_on, reason, unread};
use super::journal::{Journal, Pending};
use super::signed::Signed;

/// How long a transaction that is not in the journal may be on its way.
const GRACE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(500);

/// What an account pays, and for how long it waits.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// Wei per gas at most.
    pub max_fee: u128,
    /// The fees of a transaction that is in no block after so long are raised.
    pub raise_after: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Self { max_fee: MAX_FEE, raise_after: Duration::from_mins(1) }
    }
}

/// An account on one chain.
#[derive(Debug)]
pub struct Account {
    pub(super) rpc: Rpc,
    pub(super) chain_id: u64,
    pub(super) key: SecretKey,
    pub(super) journal: Journal,
    pub(super) terms: Terms,
    journals: PathBuf,
}

/// What a transaction does.
#[derive(Debug, Clone)]
pub struct Call {
    pub to: TxKind,
    pub input: Bytes,
    pub value: U256,
    /// Gas beside what the node estimates: for what others may make it do until it is in a block.
    pub reserve: u64,
    /// In words.
    pub what: String,
}

impl Call {
    /// A contract's function.
    #[must_use]
    pub fn of<C: SolCall>(to: Address, call: &C, what: &str) -> Self {
        Self {
            to: TxKind::Call(to),
            input: call.abi_encode().into(),
            value: U256::ZERO,
            reserve: 0,
            what: what.to_owned(),
        }
    }
}

/// An account's next transaction: its nonce at a block. If another one with this nonce gets into a block first,
/// this one never does; so what the chain said at that block of what the account did still holds when it does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    pub(super) block: BlockHead,
    nonce: u64,
}

impl Account {
    /// Opens the account's journal in a folder and finishes the transaction that an earlier process left there. On
    /// a certain chain if one is expected: a node of another one would make it begin another journal.
    pub async fn open(
        rpc: Rpc,
        expected: Option<u64>,
        key: SecretKey,
        journals: &Path,
        terms: Terms,
    ) -> Result<Self, LedgerError> {
        let mut batch = Batch::default();
        let (chain_id, genesis) = (batch.chain_id(), batch.block(0));
        let answers = rpc.send(batch).await;
        let unread = |what| unread(&rpc, what);
        let chain_id = answers.take(&chain_id).map_err(unread("the chain id"))?.to();
        is_on(&rpc, expected.unwrap_or(chain_id), chain_id)?;
        let genesis = answers.take(&genesis).map_err(unread("the first block"))?;
        let genesis = genesis.ok_or_else(|| LedgerError::NoGenesis { endpoint: rpc.shown() })?;
        let journal = Journal::open(journals, chain_id, genesis.hash, key.address())?;
        let account = Self { rpc, chain_id, key, journal, terms, journals: journals.to_owned() };
        account.resume().await?;
        Ok(account)
    }

    /// Finishes the transaction that is still on its way after a [`Self::send`] that failed: the next one would
    /// take its place in the journal.
    pub async fn resume(&self) -> Result<(), LedgerError> {
        let Some(pending) = self.journal.read()? else { return Ok(()) };
        match self.settle(pending).await {
            Ok(_)
            | Err(
                LedgerError::Overtaken { .. }
                | LedgerError::Refused { .. }
                | LedgerError::OutOfGas { .. },
            ) => Ok(()),
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

    /// What the account has signed for a ledger.
    pub(super) fn signed(&self, ledger: Address) -> Result<Signed, LedgerError> {
        Signed::open(&self.journals, self.chain_id, ledger, self.address())
    }

    /// Sends a transaction and waits until it is in a block. One that reverts is an error with the contract's
    /// reason, and is not even sent if that shows before. One that runs out of gas is sent once more, with more.
    pub async fn send(&self, call: Call) -> Result<Receipt, LedgerError> {
        match self.send_at(self.turn().await?, &call).await {
            Err(LedgerError::OutOfGas { gas, .. }) => {
                let call = Call { reserve: gas, ..call };
                self.send_at(self.turn().await?, &call).await
            }
            sent => sent,
        }
    }

    async fn send_at(&self, turn: Turn, call: &Call) -> Result<Receipt, LedgerError> {
        let draft = self.draft(turn, call).await?;
        self.sign_and_send(draft, &call.what).await
    }

    /// Signs it, sends it and waits until it is in a block.
    pub(super) async fn sign_and_send(
        &self,
        draft: Draft,
        what: &str,
    ) -> Result<Receipt, LedgerError> {
        let pending = Pending::new(draft.nonce, draft.sign(self.chain_id, &self.key)?, what);
        self.journal.write(&pending)?;
        self.settle(pending).await
    }

    /// Waits until none of the account's transactions is on its way.
    pub(super) async fn turn(&self) -> Result<Turn, LedgerError> {
        let begun = Instant::now();
        loop {
            let (block, nonce, pending) = self.nonces().await?;
            if pending <= nonce {
                return Ok(Turn { block, nonce });
            }
            if begun.elapsed() > GRACE {
                return Err(LedgerError::InFlight {
                    account: self.address(),
                    count: pending - nonce,
                });
            }
            sleep(PAUSE).await;
        }
    }

    /// The newest block, the account's nonce there, and its nonce with what is on its way.
    async fn nonces(&self) -> Result<(BlockHead, u64, u64), LedgerError> {
        let unread = |what| unread(&self.rpc, what);
        let mut batch = Batch::default();
        let chain_id = batch.chain_id();
        let (block, pending) = (batch.head("latest"), batch.pending_nonce(self.address()));
        let answers = self.rpc.send(batch).await;
        let found = answers.take(&chain_id).map_err(unread("the chain id"))?.to();
        is_on(&self.rpc, self.chain_id, found)?;
        let block = answers.take(&block).map_err(unread("the newest block"))?;
        let no_block = || Unread::Malformed("there is no newest block".to_owned());
        let block = block.ok_or_else(no_block).map_err(unread("the newest block"))?;
        let pending: u64 = answers.take(&pending).map_err(unread("the account's nonce"))?.to();
        let mut batch = Batch::at(block.hash);
        let nonce = batch.nonce(self.address());
        let nonce = self.rpc.send(batch).await.take(&nonce);
        Ok((block, nonce.map_err(unread("the account's nonce"))?.to(), pending))
    }

    /// A transaction that the node takes, as far as can be seen, and the account can pay.
    pub(super) async fn draft(&self, turn: Turn, call: &Call) -> Result<Draft, LedgerError> {
        let account = self.address();
        let mut object =
            json!({"from": account, "data": call.input, "value": call.value, "gas": MAX_GAS});
        if let TxKind::Call(to) = call.to {
            object["to"] = json!(to);
        }
        let mut batch = Batch::default();
        let balance = batch.balance(account);
        let gas = batch.request::<U64>("eth_estimateGas", [&object]);
        let answers = self.rpc.send(batch).await;
        let unread = |what| unread(&self.rpc, what);
        let balance = answers.take(&balance).map_err(unread("the account's balance"))?;
        let fees = self.fees().await?;
        let poor =
            |needed| LedgerError::Poor { account, found: balance, needed, what: call.what.clone() };
        if balance.is_zero() {
            return Err(poor(U256::from(fees.max)));
        }
        let gas: u64 = match answers.take(&gas) {
            Err(Unread::Reverted(text)) => {
                return Err(LedgerError::Refused {
                    what: call.what.clone(),
                    reason: reason(&text),
                });
            }
            gas => gas.map_err(unread("the transaction's gas"))?.to(),
        };
        // The state changes until it is in a block.
        let gas_limit = (gas.saturating_mul(5) / 4).saturating_add(call.reserve);
        let cost = U256::from(gas_limit).saturating_mul(U256::from(fees.max));
        let needed = call.value.saturating_add(cost);
        if balance < needed {
            return Err(poor(needed));
        }
        let (to, value, input) = (call.to, call.value, call.input.clone());
        Ok(Draft { nonce: turn.nonce, to, value, input, gas_limit, fees })
    }

    /// What is offered for gas now.
    pub(super) async fn fees(&self) -> Result<Fees, LedgerError> {
        let mut batch = Batch::default();
        let price = batch.request::<U256>("eth_gasPrice", json!([]));
        let priority = batch.request::<U256>("eth_maxPriorityFeePerGas", json!([]));
        let answers = self.rpc.send(batch).await;
        let price = answers.take(&price).map_err(unread(&self.rpc, "the gas price"))?;
        let priority = answers.take(&priority).map_err(unread(&self.rpc, "the priority fee"))?;
        Ok(Fees::offer(price, priority, self.terms.max_fee)?)
    }
}
