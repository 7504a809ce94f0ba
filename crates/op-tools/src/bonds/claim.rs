//! Claims bonds: for whoever put them down, with anybody's key.

use std::time::Duration;

use alloy_primitives::{Address, B256, TxKind, U64, U256};
use alloy_sol_types::SolCall as _;
use eth_rpc::transaction::{Draft, Fees};
use eth_rpc::{Batch, Rpc, Unread, key::SecretKey};
use op_chain::contracts::DisputeGame;
use op_gate::config::Config;
use serde::Serialize;
use serde_json::json;
use tokio::time::sleep;

use super::error::BondsError;
use super::read::{l1, unread};
use super::{Bond, Place};

/// Pause between two looks for a receipt, and how many there are.
const PAUSE: Duration = Duration::from_secs(1);
const LOOKS: usize = 120;

/// What a claim came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Claimed {
    pub game: Address,
    pub recipient: Address,
    /// Wei.
    pub amount: U256,
    /// It was paid; else its delay has begun.
    pub paid: bool,
    pub transaction: B256,
    pub succeeded: bool,
}

/// Calls `claimCredit` for every bond that it moves now, one after another, and waits until each is in a
/// block. `report` gets each.
pub async fn claim(
    config: &Config,
    bonds: &[Bond],
    key: &SecretKey,
    max_fee: u128,
    report: impl Fn(&Claimed),
) -> Result<Vec<Claimed>, BondsError> {
    let l1 = l1(config).await?;
    let mut claimed = Vec::new();
    for bond in bonds.iter().filter(|bond| bond.place.moves()) {
        let transaction = send(&l1, config.l1.chain_id, bond, key, max_fee).await?;
        let done = Claimed {
            game: bond.game,
            recipient: bond.recipient,
            amount: bond.amount,
            paid: bond.place == Place::Claimable,
            transaction,
            succeeded: succeeded(&l1, transaction).await?,
        };
        report(&done);
        claimed.push(done);
    }
    Ok(claimed)
}

async fn send(
    l1: &Rpc,
    chain_id: u64,
    bond: &Bond,
    key: &SecretKey,
    max_fee: u128,
) -> Result<B256, BondsError> {
    let account = key.address();
    let input = DisputeGame::claimCreditCall { recipient: bond.recipient }.abi_encode();
    let object = json!({
        "from": account, "to": bond.game, "data": alloy_primitives::hex::encode_prefixed(&input),
    });
    let mut batch = Batch::default();
    let nonce = batch.pending_nonce(account);
    let price = batch.request::<U256>("eth_gasPrice", json!([]));
    let priority = batch.request::<U256>("eth_maxPriorityFeePerGas", json!([]));
    let gas = batch.request::<U64>("eth_estimateGas", [object]);
    let answers = l1.send(batch).await;
    let nonce = answers.take(&nonce).map_err(unread(l1, "the account's nonce"))?.to();
    let price = answers.take(&price).map_err(unread(l1, "the gas price"))?;
    let priority = answers.take(&priority).map_err(unread(l1, "the priority fee"))?;
    let gas: u64 = match answers.take(&gas) {
        Err(source @ Unread::Reverted(_)) => {
            return Err(BondsError::Refused { game: bond.game, source });
        }
        gas => gas.map_err(unread(l1, "the claim's gas"))?.to(),
    };
    let draft = Draft {
        nonce,
        to: TxKind::Call(bond.game),
        value: U256::ZERO,
        input: input.into(),
        // The state changes until it is in a block.
        gas_limit: gas.saturating_mul(3) / 2,
        fees: Fees::offer(price, priority, max_fee)?,
    };
    let signed = draft.sign(chain_id, key)?;
    let transaction = signed.hash;
    match l1.request::<B256>("eth_sendRawTransaction", [signed.raw]).await {
        Ok(_) => Ok(transaction),
        Err(source) => Err(BondsError::Sent { transaction, source }),
    }
}

async fn succeeded(l1: &Rpc, transaction: B256) -> Result<bool, BondsError> {
    for _ in 0..LOOKS {
        let mut batch = Batch::default();
        let receipt = batch.receipt(transaction);
        let receipt = l1.send(batch).await.take(&receipt).map_err(unread(l1, "a receipt"))?;
        if let Some(receipt) = receipt {
            return Ok(receipt.succeeded());
        }
        sleep(PAUSE).await;
    }
    Err(BondsError::Late(transaction))
}
