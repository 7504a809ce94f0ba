//! Transactions signed in this process: no node holds a key.

use alloy_consensus::{SignableTransaction as _, TxEip1559};
use alloy_eips::Encodable2718 as _;
use alloy_network::TxSignerSync as _;
use alloy_primitives::{Bytes, TxKind, U256};
use alloy_signer_local::PrivateKeySigner;
use anyhow::{Context as _, Result};

/// Wei per gas offered at most; the devnet's L1 and L2 start at 1 gwei.
const MAX_FEE: u128 = 100_000_000_000;
/// Wei per gas for whoever makes the block.
const PRIORITY_FEE: u128 = 1_000_000_000;

/// What a transaction does, before fees and signature.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) nonce: u64,
    pub(crate) to: TxKind,
    /// Wei.
    pub(crate) value: U256,
    pub(crate) input: Bytes,
    pub(crate) gas_limit: u64,
}

impl Draft {
    /// The signed EIP-1559 transaction as `eth_sendRawTransaction` takes it.
    pub(crate) fn sign(self, chain_id: u64, signer: &PrivateKeySigner) -> Result<Bytes> {
        let mut transaction = TxEip1559 {
            chain_id,
            nonce: self.nonce,
            gas_limit: self.gas_limit,
            max_fee_per_gas: MAX_FEE,
            max_priority_fee_per_gas: PRIORITY_FEE,
            to: self.to,
            value: self.value,
            input: self.input,
            ..TxEip1559::default()
        };
        let signature = signer
            .sign_transaction_sync(&mut transaction)
            .context("the transaction cannot be signed")?;
        Ok(transaction.into_signed(signature).encoded_2718().into())
    }
}
