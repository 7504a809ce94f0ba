//! Carries a plan out: signs, sends, mines and checks every step.

use alloy_primitives::{Address, B256, Bytes, U64, U256};
use anyhow::{Context as _, Result, bail, ensure};
use eth_rpc::transaction::{Draft, Fees};
use eth_rpc::{Batch, Rpc, key::SecretKey};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::plan::Step;

/// Blocks over which the steps may spread; one of 60 M gas holds them all.
const MAX_BLOCKS: usize = 4;

/// What a deployment took.
#[derive(Debug, Clone, Copy)]
pub struct Deployment {
    /// How many.
    pub transactions: usize,
    /// Of all of them.
    pub gas_used: u64,
    /// The block with the last transaction.
    pub l1_block: u64,
}

/// Deploys to an anvil: it mines on request, so nothing waits for the next block.
pub(crate) async fn deploy(
    l1: &Rpc,
    chain_id: u64,
    deployer: &SecretKey,
    fees: Fees,
    steps: &[Step],
) -> Result<Deployment> {
    let sent = send(l1, chain_id, deployer, fees, steps).await?;
    let receipts = mine(l1, &sent).await?;
    for (step, receipt) in steps.iter().zip(&receipts) {
        check(step, deployer.address(), receipt)
            .with_context(|| format!("L1 deployment: {}", step.label))?;
    }
    Ok(Deployment {
        transactions: receipts.len(),
        gas_used: receipts.iter().map(|receipt| receipt.gas_used.to::<u64>()).sum(),
        l1_block: receipts
            .iter()
            .map(|receipt| receipt.block_number.to())
            .max()
            .unwrap_or_default(),
    })
}

/// Sends all steps in one request and returns the transactions' hashes.
async fn send(
    l1: &Rpc,
    chain_id: u64,
    deployer: &SecretKey,
    fees: Fees,
    steps: &[Step],
) -> Result<Vec<B256>> {
    let mut batch = Batch::default();
    let mut slots = Vec::with_capacity(steps.len());
    for step in steps {
        let transaction = sign(step, chain_id, deployer, fees)?;
        slots.push(batch.request("eth_sendRawTransaction", [transaction]));
    }
    let answers = l1.send(batch).await;
    steps
        .iter()
        .zip(&slots)
        .map(|(step, slot)| {
            answers
                .take(slot)
                .with_context(|| format!("L1 does not take the transaction to {}", step.label))
        })
        .collect()
}

fn sign(step: &Step, chain_id: u64, deployer: &SecretKey, fees: Fees) -> Result<Bytes> {
    let draft = Draft {
        nonce: step.nonce,
        to: step.to,
        value: U256::ZERO,
        input: step.input.clone(),
        gas_limit: step.gas_limit,
        fees,
    };
    let signed = draft.sign(chain_id, deployer);
    let signed = signed.with_context(|| format!("L1 deployment: cannot {}", step.label))?;
    Ok(signed.raw)
}

/// The fields of a receipt that show success.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Receipt {
    status: U64,
    contract_address: Option<Address>,
    gas_used: U64,
    block_number: U64,
}

/// Has blocks mined until all transactions are in, and returns their receipts.
async fn mine(l1: &Rpc, transactions: &[B256]) -> Result<Vec<Receipt>> {
    for _ in 0..MAX_BLOCKS {
        l1.request::<Value>("evm_mine", json!([]))
            .await
            .context("L1 does not mine on request: is it an anvil?")?;
        if let Some(receipts) = receipts(l1, transactions).await? {
            return Ok(receipts);
        }
    }
    bail!(
        "the L1 deployment is not complete after {MAX_BLOCKS} blocks: is the L1's gas limit below 60 M?"
    )
}

/// The receipts, if all transactions are in a block.
async fn receipts(l1: &Rpc, transactions: &[B256]) -> Result<Option<Vec<Receipt>>> {
    let mut batch = Batch::default();
    let slots: Vec<_> = transactions
        .iter()
        .map(|transaction| {
            batch.request::<Option<Receipt>>("eth_getTransactionReceipt", [transaction])
        })
        .collect();
    let answers = l1.send(batch).await;
    slots.iter().map(|slot| answers.take(slot).context("cannot read an L1 receipt")).collect()
}

fn check(step: &Step, deployer: Address, receipt: &Receipt) -> Result<()> {
    ensure!(
        !receipt.status.is_zero(),
        "the transaction reverted, using {} of {} gas",
        receipt.gas_used,
        step.gas_limit
    );
    let expected = step.to.is_create().then(|| deployer.create(step.nonce));
    ensure!(
        receipt.contract_address == expected,
        "expected a contract at {expected:?}, the receipt has {:?}",
        receipt.contract_address
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::TxKind;

    fn step() -> Step {
        Step {
            label: "create Proxy".to_owned(),
            nonce: 3,
            to: TxKind::Create,
            input: Bytes::new(),
            gas_limit: 900_000,
        }
    }

    fn receipt(status: u64, contract_address: Option<Address>) -> Receipt {
        Receipt {
            status: U64::from(status),
            contract_address,
            gas_used: U64::from(53_000),
            block_number: U64::from(1),
        }
    }

    #[test]
    fn a_receipt_must_say_success_and_the_planned_address() {
        let deployer = Address::repeat_byte(1);
        let planned = Some(deployer.create(3));
        check(&step(), deployer, &receipt(1, planned)).unwrap();
        assert!(check(&step(), deployer, &receipt(1, None)).is_err());
        assert!(check(&step(), deployer, &receipt(1, Some(deployer))).is_err());
        let reverted = check(&step(), deployer, &receipt(0, planned)).unwrap_err().to_string();
        assert_eq!(reverted, "the transaction reverted, using 53000 of 900000 gas");
    }
}
