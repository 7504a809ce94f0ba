//! An account that sends transactions and waits until they are in a block.

use std::{ops::ControlFlow, path::Path, time::Duration};

use alloy_primitives::{Address, B256, Bytes, TxKind, U64, U256, uint};
use alloy_sol_types::SolCall;
use anyhow::{Context, Result, bail};
use eth_rpc::transaction::{Draft, MAX_GAS, Receipt};
use eth_rpc::{Batch, Rpc, Unread, key::SecretKey};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::wait::until;
use crate::accounts;

/// In wei: what a proof deposits and withdraws.
pub(super) const ONE_ETHER: U256 = uint!(1_000_000_000_000_000_000_U256);
/// How long a transaction may take into a block; L1 makes one every two seconds, L2 one every second.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often a transaction may be overtaken by others of its account.
const ATTEMPTS: usize = 3;

/// An account on one layer.
#[derive(Debug)]
pub(crate) struct Wallet {
    rpc: Rpc,
    chain_id: u64,
    key: SecretKey,
    /// Held from the choice of a nonce until the node has taken the transaction.
    turn: Mutex<()>,
}

impl Wallet {
    pub(crate) fn new(rpc: Rpc, chain_id: u64, key: SecretKey) -> Self {
        Self { rpc, chain_id, key, turn: Mutex::default() }
    }

    /// The account whose key is in a file.
    pub(crate) fn from_key_file(rpc: Rpc, chain_id: u64, path: &Path) -> Result<Self> {
        let key = SecretKey::from_file(path)
            .with_context(|| format!("cannot use the key in {}", path.display()))?;
        Ok(Self::new(rpc, chain_id, key))
    }

    pub(crate) fn address(&self) -> Address {
        self.key.address()
    }

    /// The node that takes the transactions.
    pub(crate) fn rpc(&self) -> &Rpc {
        &self.rpc
    }

    /// Calls a contract with `value` wei and waits until the call is in a block. A call that
    /// reverts is an error with the contract's reason, and is not even sent if that shows before.
    pub(crate) async fn send<C: SolCall>(
        &self,
        to: Address,
        call: &C,
        value: U256,
    ) -> Result<Receipt> {
        let input = Bytes::from(call.abi_encode());
        let receipt = self
            .included(to, &input, value)
            .await
            .with_context(|| format!("{} to {to} is in no block", C::SIGNATURE))?;
        if !receipt.succeeded() {
            let reason = self.reason(to, &input, value, &receipt).await;
            bail!("{} to {to} reverted in {}: {reason}", C::SIGNATURE, receipt.transaction_hash);
        }
        Ok(receipt)
    }

    /// Submits a call until it is in a block: once, unless others use the account too. On L2 they
    /// do: a deposit on L1 takes a nonce of its sender's.
    async fn included(&self, to: Address, input: &Bytes, value: U256) -> Result<Receipt> {
        for _ in 0..ATTEMPTS {
            let submitted = self.submit(to, input.clone(), value).await?;
            if let Outcome::Included(receipt) = self.outcome(submitted).await? {
                return Ok(receipt);
            }
        }
        bail!("{} was overtaken {ATTEMPTS} times: who else sends from it?", self.address())
    }

    async fn submit(&self, to: Address, input: Bytes, value: U256) -> Result<Submitted> {
        let _turn = self.turn.lock().await;
        let mut batch = Batch::default();
        let nonce = batch.request::<U64>("eth_getTransactionCount", (self.address(), "pending"));
        let gas = batch
            .request::<U64>("eth_estimateGas", [call_object(self.address(), to, &input, value)]);
        let answers = self.rpc.send(batch).await;
        let gas = answers.take(&gas).context("the call would fail")?;
        let nonce = answers.take(&nonce).context("cannot read the account's nonce")?.to();
        let draft = Draft {
            nonce,
            to: TxKind::Call(to),
            value,
            input,
            // The state changes until the call is in a block.
            gas_limit: gas.to::<u64>().saturating_mul(3) / 2,
            fees: accounts::FEES,
        };
        let raw = draft.sign(self.chain_id, &self.key)?.raw;
        let hash = self
            .rpc
            .request("eth_sendRawTransaction", [raw])
            .await
            .context("the node does not take the transaction")?;
        Ok(Submitted { hash, nonce })
    }

    /// Waits until a transaction is in a block or never will be.
    async fn outcome(&self, Submitted { hash, nonce }: Submitted) -> Result<Outcome> {
        until(format!("transaction {hash}"), PATIENCE, async || {
            // In this order: a nonce that is used up now has its receipt afterwards.
            let next =
                self.rpc.request::<U64>("eth_getTransactionCount", (self.address(), "latest"));
            let next = next.await?.to::<u64>();
            let receipt: Option<Receipt> =
                self.rpc.request("eth_getTransactionReceipt", [hash]).await?;
            Ok(match receipt {
                Some(receipt) => ControlFlow::Break(Outcome::Included(receipt)),
                None if next > nonce => ControlFlow::Break(Outcome::Overtaken),
                None => ControlFlow::Continue("it is still pending".to_owned()),
            })
        })
        .await
    }

    /// Why a call reverted: the node runs it again.
    async fn reason(&self, to: Address, input: &Bytes, value: U256, receipt: &Receipt) -> String {
        let call = call_object(self.address(), to, input, value);
        match self.rpc.request::<Bytes>("eth_call", (call, receipt.block_number)).await {
            Err(Unread::Reverted(reason)) => reason,
            Err(other) => format!("the reason is not known ({other})"),
            Ok(_) => format!("the same call now passes; it used {} gas", receipt.gas_used),
        }
    }
}

/// A transaction that the node has taken.
#[derive(Debug, Clone, Copy)]
struct Submitted {
    hash: B256,
    nonce: u64,
}

/// How the wait for a transaction ends.
enum Outcome {
    Included(Receipt),
    /// Another transaction of the account has its nonce.
    Overtaken,
}

fn call_object(from: Address, to: Address, input: &Bytes, value: U256) -> Value {
    json!({"from": from, "to": to, "data": input, "value": value, "gas": MAX_GAS})
}
