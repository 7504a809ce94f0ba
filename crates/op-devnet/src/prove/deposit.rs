//! A deposit: ETH sent to the portal on L1 arrives on L2, in the same block on every engine.

use std::{ops::ControlFlow, time::Duration};

use alloy_primitives::{Address, B256, Bytes, U64, U256, keccak256};
use alloy_rlp::Encodable;
use alloy_sol_types::sol;
use anyhow::{Context, Result, ensure};
use op_chain::{
    rollup::BlockId,
    rpc::{Batch, Rpc},
};
use serde::Serialize;

use super::{
    wait::until,
    wallet::{Receipt, Wallet},
};

sol! {
    interface OptimismPortal {
        /// Sends `value` wei, and a call, from L1 to L2.
        function depositTransaction(address to, uint256 value, uint64 gasLimit, bool isCreation, bytes data) external payable;

        /// A deposit; version 0 of the data is mint (32 bytes), value (32), gas (8), creation (1), input.
        event TransactionDeposited(address indexed from, address indexed to, uint256 indexed version, bytes opaqueData);
    }
}

/// Gas that the deposit buys on L2.
const GAS: u64 = 100_000;
/// How long L2 may take to include a deposit: the L1 block must become an L1 origin first.
const PATIENCE: Duration = Duration::from_secs(90);

/// A deposit that is on L1.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deposit {
    /// An address that had nothing before.
    pub(crate) recipient: Address,
    /// Wei.
    pub(crate) amount: U256,
    pub(crate) l1_transaction: B256,
    pub(crate) l1_block: BlockId,
    /// The transaction that follows from the log on L1; the hash commits to all its contents.
    pub(crate) l2_transaction: B256,
}

/// Deposits `amount` wei for a fresh address.
pub(crate) async fn send(user: &Wallet, portal: Address, amount: U256) -> Result<Deposit> {
    let recipient = Address::random();
    let call = OptimismPortal::depositTransactionCall {
        to: recipient,
        value: amount,
        gasLimit: GAS,
        isCreation: false,
        data: Bytes::new(),
    };
    let receipt = user.send(portal, &call, amount).await.context("the deposit failed on L1")?;
    let (event, log_index) = receipt.event::<OptimismPortal::TransactionDeposited>(portal)?;
    let l1_block = receipt.block();
    Ok(Deposit {
        recipient,
        amount,
        l1_transaction: receipt.transaction_hash,
        l1_block,
        l2_transaction: l2_transaction(&event, source_hash(l1_block.hash, log_index))?,
    })
}

/// Waits until an engine has the deposit, and says in which L2 block.
pub(crate) async fn arrival(deposit: &Deposit, engine: &Rpc) -> Result<BlockId> {
    let what = format!("deposit {} on the engine {}", deposit.l2_transaction, engine.shown());
    let receipt = until(what, PATIENCE, async || {
        let mut batch = Batch::default();
        let receipt =
            batch.request::<Option<Receipt>>("eth_getTransactionReceipt", [deposit.l2_transaction]);
        let head = batch.request::<U64>("eth_blockNumber", [(); 0]);
        let answers = engine.send(batch).await;
        let head = answers.take(&head)?;
        Ok(answers.take(&receipt)?.map_or_else(
            || ControlFlow::Continue(format!("not in any of its {head} L2 blocks")),
            ControlFlow::Break,
        ))
    })
    .await?;
    ensure!(receipt.succeeded(), "the deposit {} failed on L2", deposit.l2_transaction);
    let mut batch = Batch::default();
    let balance = batch.balance(deposit.recipient);
    let balance = engine.send(batch).await.take(&balance)?;
    ensure!(
        balance == deposit.amount,
        "the deposit's recipient {} has {balance} wei on {}, not {}",
        deposit.recipient,
        engine.shown(),
        deposit.amount
    );
    Ok(receipt.block())
}

/// The source hash of a user deposit (OP Stack specification, "Source hash computation", domain 0).
fn source_hash(l1_block: B256, log_index: u64) -> B256 {
    let deposit = keccak256([l1_block.0, U256::from(log_index).to_be_bytes()].concat());
    keccak256([B256::ZERO, deposit].concat())
}

/// The hash of the L2 transaction that follows from a deposit (OP Stack specification, "The
/// deposited transaction type").
fn l2_transaction(event: &OptimismPortal::TransactionDeposited, source: B256) -> Result<B256> {
    const DEPOSIT_TYPE: u8 = 0x7e;
    ensure!(event.version.is_zero(), "deposit version {} is not known", event.version);
    let (mint, rest) = split::<32>(&event.opaqueData)?;
    let (value, rest) = split::<32>(rest)?;
    let (gas, rest) = split::<8>(rest)?;
    let ([creation], input) = split::<1>(rest)?;
    ensure!(creation == 0, "the portal logged a contract creation, which nobody asked for");

    let mint = U256::from_be_bytes(mint);
    let value = U256::from_be_bytes(value);
    let gas = u64::from_be_bytes(gas);
    let is_system = false;
    let fields: [&dyn Encodable; 8] =
        [&source, &event.from, &event.to, &mint, &value, &gas, &is_system, &input];
    let mut encoded = vec![DEPOSIT_TYPE];
    alloy_rlp::encode_list::<_, dyn Encodable>(&fields, &mut encoded);
    Ok(keccak256(encoded))
}

fn split<const N: usize>(data: &[u8]) -> Result<([u8; N], &[u8])> {
    let (head, rest) = data.split_first_chunk().context("the deposit's data is cut off")?;
    Ok((*head, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, b256, uint};

    /// A deposit of op-devnet, and the transaction that op-node v1.16.10 derived from it.
    #[test]
    fn the_l2_transaction_is_the_one_that_op_node_derives() {
        let mint = uint!(1_000_000_000_000_000_000_U256).to_be_bytes::<32>();
        let event = OptimismPortal::TransactionDeposited {
            from: address!("976ea74026e726554db657fa54763abd0c3a0aa9"),
            to: address!("aa219c1f2c0777587066ae1199bf86fc2f014f50"),
            version: U256::ZERO,
            opaqueData: [&mint[..], &mint[..], &GAS.to_be_bytes()[..], &[0]].concat().into(),
        };
        let l1_block = b256!("60cc26536d7686744e81bd9717055ca8e891cd5fc438cba4267610ec4702fca8");
        assert_eq!(
            l2_transaction(&event, source_hash(l1_block, 0)).unwrap(),
            b256!("f12c1cc11e430b9534ad95295e4470d5ac074dde90b91f012c3696b7702c98af")
        );
        let cut = OptimismPortal::TransactionDeposited { opaqueData: mint.into(), ..event };
        assert!(l2_transaction(&cut, B256::ZERO).is_err());
    }
}
