//! Standard calls by name, and what they return.

use alloy_primitives::{Address, B256, Bytes, U64, U256, Uint};
use serde::{Deserialize, Deserializer, de};
use serde_json::{Value, json};

use crate::transaction::Receipt;
use crate::{Batch, Slot};

/// Number, hash, parent and time of a block, read from one answer so that they belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockHead {
    /// Block hash.
    pub hash: B256,
    /// Block number.
    #[serde(deserialize_with = "quantity")]
    pub number: U64,
    /// Hash of the block before.
    pub parent_hash: B256,
    /// Seconds since the Unix epoch.
    #[serde(deserialize_with = "quantity")]
    pub timestamp: U64,
    /// Root of the state after the block.
    #[serde(default)]
    pub state_root: Option<B256>,
    /// Part of the header since Cancun (EIP-4844).
    #[serde(default)]
    pub excess_blob_gas: Option<U64>,
    /// Part of the header since Prague (EIP-7685).
    #[serde(default)]
    pub requests_hash: Option<B256>,
    /// Part of the header since Amsterdam (EIP-7928).
    #[serde(default)]
    pub block_access_list_hash: Option<B256>,
    /// The same by the name that Besu gave it first (hyperledger/besu#10359).
    #[serde(default)]
    pub bal_hash: Option<B256>,
}

/// An account as `eth_getProof` shows it (EIP-1186), with one place of its storage.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountProof {
    /// The account.
    pub address: Address,
    /// The nodes from the state's root to the account.
    pub account_proof: Vec<Bytes>,
    /// Transactions that it has sent.
    #[serde(deserialize_with = "quantity")]
    pub nonce: U64,
    /// Wei.
    #[serde(deserialize_with = "quantity")]
    pub balance: U256,
    /// Hash of its code.
    pub code_hash: B256,
    /// Root of the account's storage.
    pub storage_hash: B256,
    /// The places that were asked for.
    pub storage_proof: Vec<StorageProof>,
}

/// A place of an account's storage.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StorageProof {
    /// The place: nodes write it with or without its leading zeros.
    #[serde(deserialize_with = "quantity")]
    pub key: U256,
    /// What is there.
    #[serde(deserialize_with = "quantity")]
    pub value: U256,
    /// The nodes from the storage's root to the place.
    pub proof: Vec<Bytes>,
}

/// A number in JSON-RPC: `0x` and at least one hex digit. ruint's own reading takes "" and "0x" for zero.
fn quantity<'de, D: Deserializer<'de>, const BITS: usize, const LIMBS: usize>(
    deserializer: D,
) -> Result<Uint<BITS, LIMBS>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.strip_prefix("0x")
        .filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|digits| Uint::from_str_radix(digits, 16).ok())
        .ok_or_else(|| {
            de::Error::invalid_value(de::Unexpected::Str(&text), &"0x and hex digits that fit")
        })
}

/// Standard calls by name.
impl Batch {
    /// `eth_chainId`.
    pub fn chain_id(&mut self) -> Slot<U64> {
        self.number("eth_chainId", json!([]))
    }

    /// `eth_getBlockByNumber`; `None` when the node has no such block.
    pub fn block(&mut self, number: u64) -> Slot<Option<BlockHead>> {
        self.request("eth_getBlockByNumber", (U64::from(number), false))
    }

    /// `eth_getBlockByNumber` of a tag: `latest`, `safe`, `finalized`.
    pub fn head(&mut self, tag: &'static str) -> Slot<Option<BlockHead>> {
        self.request("eth_getBlockByNumber", (tag, false))
    }

    /// `eth_getBalance` in wei.
    pub fn balance(&mut self, account: Address) -> Slot<U256> {
        self.number("eth_getBalance", json!([account, self.state()]))
    }

    /// `eth_getStorageAt`: a word of a contract's storage.
    pub fn storage(&mut self, contract: Address, place: B256) -> Slot<B256> {
        self.request("eth_getStorageAt", (contract, place, self.state()))
    }

    /// `eth_getTransactionCount`: transactions that the account has sent.
    pub fn nonce(&mut self, account: Address) -> Slot<U64> {
        self.number("eth_getTransactionCount", json!([account, self.state()]))
    }

    /// `eth_getTransactionCount` with the transactions that wait in the node's pool.
    pub fn pending_nonce(&mut self, account: Address) -> Slot<U64> {
        self.number("eth_getTransactionCount", json!([account, "pending"]))
    }

    /// `eth_getTransactionReceipt`; `None` while the transaction is in no block.
    pub fn receipt(&mut self, transaction: B256) -> Slot<Option<Receipt>> {
        self.request("eth_getTransactionReceipt", [transaction])
    }

    /// `eth_getProof` of an account and one place of its storage.
    pub fn proof(&mut self, account: Address, place: B256) -> Slot<AccountProof> {
        self.request("eth_getProof", (account, [place], self.state()))
    }

    fn number<const BITS: usize, const LIMBS: usize>(
        &mut self,
        method: &'static str,
        params: Value,
    ) -> Slot<Uint<BITS, LIMBS>> {
        self.push(method, params, |raw| {
            quantity(&mut serde_json::Deserializer::from_str(raw.get()))
                .map_err(|error| error.to_string())
        })
    }
}
