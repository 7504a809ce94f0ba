//! Transactions signed in this process (no node holds a key), and what becomes of them.

use alloy_consensus::{SignableTransaction as _, Signed as Envelope, TxEip1559};
use alloy_eips::{Decodable2718 as _, Encodable2718 as _};
use alloy_primitives::{Address, B256, Bytes, TxKind, U64, U256, keccak256};
use alloy_sol_types::SolEvent;
use serde::{Deserialize, Serialize};

use crate::key::{SecretKey, SignError};

/// A block by hash and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockId {
    /// Block hash.
    pub hash: B256,
    /// Block number.
    pub number: u64,
}

/// What a transaction offers for its gas (EIP-1559).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fees {
    /// Wei per gas at most.
    pub max: u128,
    /// Wei per gas for the maker of the block.
    pub priority: u128,
}

/// Gas that one transaction may use where Osaka is active (EIP-7825): on an L2 with Karst too. An estimate asks for no
/// more: engines begin at the block's limit otherwise, of which op-reth before v2.3.3 fails.
pub const MAX_GAS: U64 = U64::from_limbs([1 << 24]);

/// What a transaction does, before its signature.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Place among the account's transactions.
    pub nonce: u64,
    /// A contract or account; or a new contract.
    pub to: TxKind,
    /// Wei.
    pub value: U256,
    /// What the contract is called with, or its code.
    pub input: Bytes,
    /// Gas that it may use.
    pub gas_limit: u64,
    /// What it offers.
    pub fees: Fees,
}

/// A signed transaction.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Known before any node has it.
    pub hash: B256,
    /// As `eth_sendRawTransaction` takes it.
    pub raw: Bytes,
}

impl Draft {
    /// The draft of a transaction that was signed with [`Draft::sign`]; `None` of any other.
    #[must_use]
    pub fn of(raw: &[u8]) -> Option<Self> {
        let transaction = Envelope::<TxEip1559>::decode_2718_exact(raw).ok()?.strip_signature();
        Some(Self {
            nonce: transaction.nonce,
            to: transaction.to,
            value: transaction.value,
            input: transaction.input,
            gas_limit: transaction.gas_limit,
            fees: Fees {
                max: transaction.max_fee_per_gas,
                priority: transaction.max_priority_fee_per_gas,
            },
        })
    }

    /// Signs it as a transaction of one chain.
    pub fn sign(self, chain_id: u64, key: &SecretKey) -> Result<Signed, SignError> {
        let transaction = TxEip1559 {
            chain_id,
            nonce: self.nonce,
            gas_limit: self.gas_limit,
            max_fee_per_gas: self.fees.max,
            max_priority_fee_per_gas: self.fees.priority,
            to: self.to,
            value: self.value,
            input: self.input,
            ..TxEip1559::default()
        };
        let signature = key.sign(transaction.signature_hash())?;
        let raw = transaction.into_signed(signature).encoded_2718();
        Ok(Signed { hash: keccak256(&raw), raw: raw.into() })
    }
}

/// A transaction in a block, as `eth_getTransactionReceipt` returns it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// 1 when it succeeded.
    pub status: U64,
    /// The transaction.
    pub transaction_hash: B256,
    /// Hash of its block.
    pub block_hash: B256,
    /// Number of its block.
    pub block_number: U64,
    /// Gas that it used.
    pub gas_used: U64,
    /// What contracts logged.
    pub logs: Vec<Log>,
}

/// An entry of a contract's log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Log {
    /// The contract.
    pub address: Address,
    /// Signature and indexed parameters.
    pub topics: Vec<B256>,
    /// The other parameters.
    pub data: Bytes,
    /// Place among the block's entries.
    #[serde(rename = "logIndex")]
    pub index: U64,
}

/// Why a receipt holds no such event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum EventError {
    /// The contract logged nothing of the kind.
    #[error("{emitter} logged no {signature} in {transaction}")]
    None { emitter: Address, signature: &'static str, transaction: B256 },
    /// Its data are not the event's.
    #[error("{emitter} logged a malformed {signature}: {reason}")]
    Malformed { emitter: Address, signature: &'static str, reason: String },
}

impl Receipt {
    /// The block that the transaction is in.
    #[must_use]
    pub fn block(&self) -> BlockId {
        BlockId { hash: self.block_hash, number: self.block_number.to() }
    }

    /// Whether the call did not revert.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        !self.status.is_zero()
    }

    /// The first such event of `emitter`, and its place among the block's log entries.
    pub fn event<E: SolEvent>(&self, emitter: Address) -> Result<(E, u64), EventError> {
        let signature = E::SIGNATURE;
        let is =
            |log: &&Log| log.address == emitter && log.topics.first() == Some(&E::SIGNATURE_HASH);
        let transaction = self.transaction_hash;
        let log = self.logs.iter().find(is);
        let log = log.ok_or(EventError::None { emitter, signature, transaction })?;
        let event = E::decode_raw_log(log.topics.iter().copied(), &log.data).map_err(|error| {
            EventError::Malformed { emitter, signature, reason: error.to_string() }
        })?;
        Ok((event, log.index.to()))
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{address, b256, bytes};

    use super::*;

    /// Signed by Foundry's `cast mktx` with account 0 of the published test mnemonic: `cast mktx
    /// 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --value 5 --nonce 7 --gas-limit 21000 --gas-price 3gwei
    /// --priority-gas-price 1gwei --chain 900 --private-key …`.
    #[test]
    fn a_transaction_is_the_one_that_cast_signs() {
        let key = b"ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
        let draft = Draft {
            nonce: 7,
            to: TxKind::Call(address!("70997970C51812dc3A010C7d01b50e0d17dc79C8")),
            value: U256::from(5),
            input: Bytes::new(),
            gas_limit: 21_000,
            fees: Fees { max: 3_000_000_000, priority: 1_000_000_000 },
        };
        let signed = draft.sign(900, &SecretKey::from_hex(key).unwrap()).unwrap();
        assert_eq!(
            signed.raw,
            bytes!(
                "02f86c82038407843b9aca0084b2d05e008252089470997970c51812dc3a010c7d01b50e0d17dc79c80580c080a0b19fe1059ea920edf434dbc9b79607a322e0c93ae8b11a74df524617684364a8a03fde35feea08f0534ca9009f19b98e6b3d5490402367e901272431a6fcbae59a"
            )
        );
        assert_eq!(
            signed.hash,
            b256!("1a8dc8e6a77e62cf091a4ba2182b1929bfeb141912b99d08b9ff812e4f51cdb9")
        );
        // What was signed is read again.
        let again = Draft::of(&signed.raw).unwrap().sign(900, &SecretKey::from_hex(key).unwrap());
        assert_eq!(again.unwrap().raw, signed.raw);
        assert!(Draft::of(&signed.raw[1..]).is_none());
    }
}
