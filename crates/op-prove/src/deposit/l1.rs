//! The deposit on L1: checked, signed, sent, found again.

use alloy_primitives::{Address, B256, TxKind, U64, U256};
use eth_rpc::transaction::{Draft, Fees, Receipt, Signed};
use eth_rpc::{Batch, Reading, Unread, key::SecretKey};
use op_chain::contracts::OptimismPortal;
use op_chain::deposit::{self, TransactionDeposited};
use serde::de::IgnoredAny;
use serde_json::json;

use crate::deposit::{chain::Chain, error::DepositError};

/// Gas that the deposit buys on L2, enough for an account that is a small contract.
const GAS: u64 = 100_000;

/// Whether L1 is the chain's, and the portal too: ETH sent to an address without it would be lost.
pub(super) async fn check(chain: &Chain) -> Result<(), DepositError> {
    let mut batch = Batch::default();
    let id = batch.chain_id();
    let system_config = batch.call(chain.portal, &OptimismPortal::systemConfigCall {});
    let answers = chain.l1.send(batch).await;
    wrong_chain(chain, answers.take(&id).map_err(unread(chain, "the chain id"))?.to())?;
    let found = answers.take(&system_config).map_err(|source| match source {
        Unread::Reverted(_) | Unread::Malformed(_) => {
            DepositError::NoPortal { portal: chain.portal, endpoint: chain.l1.shown(), source }
        }
        _ => unread(chain, "OptimismPortal.systemConfig()")(source),
    })?;
    if found != chain.system_config {
        let (expected, portal) = (chain.system_config, chain.portal);
        return Err(DepositError::WrongPortal { expected, found, portal });
    }
    Ok(())
}

fn wrong_chain(chain: &Chain, found: u64) -> Result<(), DepositError> {
    let expected = chain.l1_chain_id;
    if found == expected {
        return Ok(());
    }
    Err(DepositError::WrongL1 { expected, found, endpoint: chain.l1.shown() })
}

/// A signed deposit that the portal takes and the account can pay.
pub(super) async fn sign(
    chain: &Chain,
    key: &SecretKey,
    to: Address,
    amount: U256,
    max_fee: u128,
) -> Result<Signed, DepositError> {
    let account = key.address();
    let input = deposit::input(to, amount, GAS);
    let mut batch = Batch::default();
    let nonce = batch.request::<U64>("eth_getTransactionCount", (account, "pending"));
    let id = batch.chain_id();
    let balance = batch.balance(account);
    let price = batch.request::<U256>("eth_gasPrice", json!([]));
    let priority = batch.request::<U256>("eth_maxPriorityFeePerGas", json!([]));
    let object = json!({"from": account, "to": chain.portal, "data": input, "value": amount});
    let gas = batch.request::<U64>("eth_estimateGas", [object]);
    let answers = chain.l1.send(batch).await;
    // The endpoint may ask many nodes, and not all have to be right.
    wrong_chain(chain, answers.take(&id).map_err(unread(chain, "the chain id"))?.to())?;
    let nonce = answers.take(&nonce).map_err(unread(chain, "the account's nonce"))?.to();
    let balance = answers.take(&balance).map_err(unread(chain, "the account's balance"))?;
    let price = answers.take(&price).map_err(unread(chain, "the gas price"))?;
    let priority = answers.take(&priority).map_err(unread(chain, "the priority fee"))?;
    let fees = Fees::offer(price, priority, max_fee)?;
    if balance <= amount {
        // The portal's gas cannot be estimated without the ETH: it burns about what L2 gets.
        let needed = amount.saturating_add(price * U256::from(GAS));
        return Err(DepositError::Poor { needed, found: balance, account });
    }
    let gas: u64 = match answers.take(&gas) {
        Err(refused @ Unread::Reverted(_)) => return Err(DepositError::Refused(refused)),
        gas => gas.map_err(unread(chain, "the deposit's gas"))?.to(),
    };
    // The state changes until it is in a block.
    let gas_limit = gas.saturating_mul(3) / 2;
    let needed = amount.saturating_add(U256::from(gas_limit) * U256::from(fees.max));
    if balance < needed {
        return Err(DepositError::Poor { needed, found: balance, account });
    }
    let to = TxKind::Call(chain.portal);
    let draft = Draft { nonce, to, value: amount, input, gas_limit, fees };
    Ok(draft.sign(chain.l1_chain_id, key)?)
}

/// Gives it to L1. Where the answer is lost or an error, L1 may have it all the same: one that was sent
/// twice is "already known".
pub(super) async fn send(chain: &Chain, signed: Signed) -> Result<B256, DepositError> {
    let transaction = signed.hash;
    let sent = chain.l1.request::<B256>("eth_sendRawTransaction", [signed.raw]).await;
    let Err(source) = sent else { return Ok(transaction) };
    let known = chain.l1.request::<Option<IgnoredAny>>("eth_getTransactionByHash", [transaction]);
    match known.await {
        Ok(Some(IgnoredAny)) => Ok(transaction),
        _ => Err(DepositError::Sent { transaction, source }),
    }
}

/// The transaction's receipt, once it is in a block.
pub(super) async fn deposit(chain: &Chain, transaction: B256) -> Reading<Option<Receipt>> {
    let mut batch = Batch::default();
    let receipt = batch.receipt(transaction);
    chain.l1.send(batch).await.take(&receipt)
}

/// The transaction that follows from it on L2.
pub(super) fn l2_transaction(chain: &Chain, receipt: &Receipt) -> Result<B256, DepositError> {
    if !receipt.succeeded() {
        return Err(DepositError::Failed(receipt.transaction_hash));
    }
    let (event, index) = receipt.event::<TransactionDeposited>(chain.portal)?;
    Ok(deposit::l2_transaction(&event, receipt.block(), index)?)
}

fn unread(chain: &Chain, what: &'static str) -> impl FnOnce(Unread) -> DepositError {
    let endpoint = chain.l1.shown();
    move |source| DepositError::L1 { what, endpoint, source }
}
