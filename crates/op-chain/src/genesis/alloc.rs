//! `alloc` → state root, in one pass over the file.
//!
//! An OP Stack genesis has some 2,300 accounts that share a few dozen contract codes. Each code is
//! hashed once, and every account is reduced to its trie leaf while the JSON is being read, so
//! nothing of the file is copied.

use std::{borrow::Cow, fmt};

use alloy_consensus::EMPTY_ROOT_HASH;
use alloy_primitives::{
    Address, B256, KECCAK256_EMPTY, U256, address, hex, keccak256, map::HashMap,
};
use alloy_trie::{HashBuilder, Nibbles, TrieAccount};
use serde::{Deserialize, Deserializer, de};

use super::number::Quantity;

/// `L2ToL1MessagePasser`, the same on every OP Stack chain.
const MESSAGE_PASSER: Address = address!("4200000000000000000000000000000000000016");

/// What the genesis header needs of the state.
#[derive(Debug)]
pub(super) struct State {
    /// Root of the account trie.
    pub(super) root: B256,
    /// Storage root of the `L2ToL1MessagePasser`; the zero hash when it has no account.
    pub(super) message_passer_root: B256,
    accounts: usize,
}

impl State {
    pub(super) const fn is_empty(&self) -> bool {
        self.accounts == 0
    }
}

impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AllocVisitor)
    }
}

struct AllocVisitor;

impl<'de> de::Visitor<'de> for AllocVisitor {
    type Value = State;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object from address to account")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<State, A::Error> {
        let mut codes = CodeHashes::default();
        let mut leaves = Vec::new();
        let mut message_passer_root = B256::ZERO;
        while let Some(Text(key)) = map.next_key()? {
            let address =
                key.parse::<Address>().map_err(|_| invalid(&key, "a 20-byte address in hex"))?;
            let account: Account<'de> = map.next_value()?;
            if address == MESSAGE_PASSER {
                message_passer_root = account.storage.0;
            }
            let leaf = TrieAccount {
                nonce: account.nonce.0,
                balance: account.balance.0,
                storage_root: account.storage.0,
                code_hash: codes.hash(account.code)?,
            };
            leaves.push((keccak256(address), alloy_rlp::encode(leaf)));
        }
        let accounts = leaves.len();
        let root = trie_root(leaves)
            .map_err(|_| de::Error::custom("an address appears twice in alloc"))?;
        Ok(State { root, message_passer_root, accounts })
    }
}

#[derive(Deserialize)]
struct Account<'a> {
    balance: Quantity<U256>,
    #[serde(default)]
    nonce: Quantity<u64>,
    #[serde(borrow, default)]
    code: Text<'a>,
    #[serde(default)]
    storage: StorageRoot,
}

/// Code hashes by hex text, as most accounts carry one and the same proxy.
#[derive(Default)]
struct CodeHashes<'a>(HashMap<Text<'a>, B256>);

impl<'a> CodeHashes<'a> {
    fn hash<E: de::Error>(&mut self, code: Text<'a>) -> Result<B256, E> {
        if code.0.is_empty() {
            return Ok(KECCAK256_EMPTY);
        }
        if let Some(hash) = self.0.get(&code) {
            return Ok(*hash);
        }
        if !code.0.starts_with("0x") {
            return Err(E::custom("code must begin with 0x"));
        }
        let bytes =
            hex::decode(&*code.0).map_err(|error| E::custom(format_args!("code: {error}")))?;
        let hash = keccak256(bytes);
        self.0.insert(code, hash);
        Ok(hash)
    }
}

/// Root of an account's storage trie.
struct StorageRoot(B256);

impl Default for StorageRoot {
    fn default() -> Self {
        Self(EMPTY_ROOT_HASH)
    }
}

impl<'de> Deserialize<'de> for StorageRoot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(StorageVisitor)
    }
}

struct StorageVisitor;

impl<'de> de::Visitor<'de> for StorageVisitor {
    type Value = StorageRoot;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object from storage slot to value, or null")
    }

    fn visit_none<E>(self) -> Result<StorageRoot, E> {
        Ok(StorageRoot::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<StorageRoot, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<StorageRoot, A::Error> {
        let mut leaves = Vec::new();
        while let Some((Text(slot), Text(value))) = map.next_entry()? {
            let value = U256::from_be_bytes(word(&value)?.0);
            // The state has no zero slots: writing one deletes it.
            let leaf = if value.is_zero() { Vec::new() } else { alloy_rlp::encode(value) };
            leaves.push((keccak256(word(&slot)?), leaf));
        }
        trie_root(leaves)
            .map(StorageRoot)
            .map_err(|_| de::Error::custom("a storage slot appears twice"))
    }
}

/// A storage key or value: up to 32 bytes in hex, padded on the left, `0x` optional (geth's `storageJSON`).
fn word<E: de::Error>(text: &str) -> Result<B256, E> {
    let error = || invalid(text, "up to 32 bytes in hex");
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let mut word = B256::ZERO;
    let start = 32_usize.checked_sub(digits.len() / 2).ok_or_else(error)?;
    hex::decode_to_slice(digits, &mut word[start..]).map_err(|_| error())?;
    Ok(word)
}

/// A key that appears twice in a trie.
struct Duplicate;

/// Root of a trie from hashed keys to RLP values; an empty value is no leaf.
fn trie_root(mut leaves: Vec<(B256, Vec<u8>)>) -> Result<B256, Duplicate> {
    leaves.sort_unstable_by_key(|leaf| leaf.0);
    if leaves.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(Duplicate);
    }
    let mut builder = HashBuilder::default();
    for (key, value) in leaves.iter().filter(|leaf| !leaf.1.is_empty()) {
        builder.add_leaf(Nibbles::unpack(key), value);
    }
    Ok(builder.root())
}

/// A string borrowed from the file unless it contains an escape.
#[derive(Default, PartialEq, Eq, Hash, Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn invalid<E: de::Error>(text: &str, expected: &'static str) -> E {
    E::invalid_value(de::Unexpected::Str(text), &expected)
}
