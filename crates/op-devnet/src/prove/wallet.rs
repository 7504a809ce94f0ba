//! An account that sends transactions and waits for what becomes of them.

use std::{ops::ControlFlow, time::Duration};

use alloy_primitives::{Address, B256, Bytes, TxKind, U64, U256};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{SolCall, SolEvent};
use anyhow::{Context, Result, bail};
use op_chain::{
    rollup::BlockId,
    rpc::{Batch, Rpc, Unread},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::wait::until;
use crate::transaction::Draft;

/// How long a transaction may take into a block; both layers make one every two seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// An account on one layer.
#[derive(Debug)]
pub(crate) struct Wallet {
    rpc: Rpc,
    chain_id: u64,
    signer: PrivateKeySigner,
    /// Held from the choice of a nonce until the node has taken the transaction.
    turn: Mutex<()>,
}

impl Wallet {
    pub(crate) fn new(rpc: Rpc, chain_id: u64, signer: PrivateKeySigner) -> Self {
        Self { rpc, chain_id, signer, turn: Mutex::default() }
    }

    pub(crate) fn address(&self) -> Address {
        self.signer.address()
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
        let transaction = self
            .submit(to, input.clone(), value)
            .await
            .with_context(|| format!("cannot send {} to {to}", C::SIGNATURE))?;
        let receipt = self
            .receipt(transaction)
            .await
            .with_context(|| format!("{} to {to} is in no block", C::SIGNATURE))?;
        if !receipt.succeeded() {
            let reason = self.reason(to, &input, value, &receipt).await;
            bail!("{} to {to} reverted in {transaction}: {reason}", C::SIGNATURE);
        }
        Ok(receipt)
    }

    /// Hands a transaction to the node.
    async fn submit(&self, to: Address, input: Bytes, value: U256) -> Result<B256> {
        let _turn = self.turn.lock().await;
        let mut batch = Batch::default();
        let nonce = batch.request::<U64>("eth_getTransactionCount", (self.address(), "pending"));
        let gas = batch
            .request::<U64>("eth_estimateGas", [call_object(self.address(), to, &input, value)]);
        let answers = self.rpc.send(batch).await;
        let gas = answers.take(&gas).context("the call would fail")?;
        let draft = Draft {
            nonce: answers.take(&nonce).context("cannot read the account's nonce")?.to(),
            to: TxKind::Call(to),
            value,
            input,
            // The state changes until the call is in a block.
            gas_limit: gas.to::<u64>().saturating_mul(3) / 2,
        };
        let raw = draft.sign(self.chain_id, &self.signer)?;
        self.rpc
            .request("eth_sendRawTransaction", [raw])
            .await
            .context("the node does not take the transaction")
    }

    async fn receipt(&self, transaction: B256) -> Result<Receipt> {
        until(format!("transaction {transaction}"), PATIENCE, async || {
            let receipt: Option<Receipt> =
                self.rpc.request("eth_getTransactionReceipt", [transaction]).await?;
            Ok(receipt.map_or_else(
                || ControlFlow::Continue("it is still pending, or was replaced".to_owned()),
                ControlFlow::Break,
            ))
        })
        .await
    }

    /// Why a call reverted, as the node tells it afterwards.
    async fn reason(&self, to: Address, input: &Bytes, value: U256, receipt: &Receipt) -> String {
        let call = call_object(self.address(), to, input, value);
        match self.rpc.request::<Bytes>("eth_call", (call, receipt.block_number)).await {
            Err(Unread::Reverted(reason)) => reason,
            Err(other) => format!("the reason is not known ({other})"),
            Ok(_) => format!("the same call now passes; it used {} gas", receipt.gas_used),
        }
    }
}

fn call_object(from: Address, to: Address, input: &Bytes, value: U256) -> Value {
    json!({"from": from, "to": to, "data": input, "value": value})
}

/// A transaction in a block, as far as proofs read it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Receipt {
    /// 1 when it succeeded.
    status: U64,
    pub(crate) transaction_hash: B256,
    block_hash: B256,
    block_number: U64,
    gas_used: U64,
    logs: Vec<Log>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
    log_index: U64,
}

impl Receipt {
    pub(crate) fn block(&self) -> BlockId {
        BlockId { hash: self.block_hash, number: self.block_number.to() }
    }

    /// The event that `emitter` logged, and its place among the block's logs.
    pub(crate) fn event<E: SolEvent>(&self, emitter: Address) -> Result<(E, u64)> {
        let log = self
            .logs
            .iter()
            .find(|log| log.address == emitter && log.topics.first() == Some(&E::SIGNATURE_HASH));
        let log = log.with_context(|| {
            format!("{} logged no {} in {}", emitter, E::SIGNATURE, self.transaction_hash)
        })?;
        let event = E::decode_raw_log(log.topics.iter().copied(), &log.data)
            .with_context(|| format!("{emitter} logged a malformed {}", E::SIGNATURE))?;
        Ok((event, log.log_index.to()))
    }

    /// Whether the call did not revert.
    pub(crate) fn succeeded(&self) -> bool {
        !self.status.is_zero()
    }
}
