//! `alloc` → state root, in one pass over the file.
//!
//! An OP Stack genesis has some 2,300 accounts that share a few dozen contract codes. Each code is
//! hashed once, and every account is reduced to its trie leaf as soon as it has been read: the
//! codes and the leaves are all that stays of the file.

use std::{borrow::Cow, fmt, io::Read};

use alloy_consensus::EMPTY_ROOT_HASH;
use alloy_primitives::{
    Address, B256, KECCAK256_EMPTY, U256, address, hex, keccak256, map::HashMap,
};
use alloy_trie::{HashBuilder, Nibbles, TrieAccount};
use serde::{
    Deserialize, Deserializer,
    de::{self, IgnoredAny},
};

use super::{GenesisError, number::Quantity, window::Window};
use crate::json;

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

/// The accounts read so far, each reduced to its leaf of the trie.
#[derive(Default)]
pub(super) struct Alloc {
    codes: CodeHashes,
    leaves: Vec<(B256, Vec<u8>)>,
    message_passer_root: B256,
}

impl Alloc {
    /// Takes the account of an address from the window.
    pub(super) fn take_account(
        &mut self,
        window: &mut Window<impl Read>,
        address: &str,
    ) -> Result<(), GenesisError> {
        let (address, account) = window.value(|json| {
            let account = Account::deserialize(json)?;
            let address = address
                .parse::<Address>()
                .map_err(|_| invalid(address, "a 20-byte address in hex"))?;
            let account = TrieAccount {
                nonce: account.nonce.0,
                balance: account.balance.0,
                storage_root: account.storage.0,
                code_hash: self.codes.hash(&account.code.0)?,
            };
            serde_json::Result::Ok((address, account))
        })?;
        if address == MESSAGE_PASSER {
            self.message_passer_root = account.storage_root;
        }
        self.leaves.push((keccak256(address), alloy_rlp::encode(account)));
        Ok(())
    }

    /// The state, once all accounts have been read.
    pub(super) fn state(self) -> Result<State, GenesisError> {
        let accounts = self.leaves.len();
        let root = trie_root(self.leaves).map_err(|_| {
            <serde_json::Error as de::Error>::custom("an address appears twice in alloc")
        })?;
        Ok(State { root, message_passer_root: self.message_passer_root, accounts })
    }
}

/// Fields of an account (op-geth, `core/types/account.go`).
const ACCOUNT: [&str; 4] = ["balance", "nonce", "code", "storage"];

struct Account<'a> {
    balance: Quantity<U256>,
    nonce: Quantity<u64>,
    code: Text<'a>,
    storage: StorageRoot,
}

impl<'de> Deserialize<'de> for Account<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AccountVisitor)
    }
}

struct AccountVisitor;

impl<'de> de::Visitor<'de> for AccountVisitor {
    type Value = Account<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an account")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Account<'de>, A::Error> {
        let (mut balance, mut nonce, mut code, mut storage) = (None, None, None, None);
        while let Some(Text(name)) = map.next_key()? {
            match &*name {
                "balance" => once(&mut balance, "balance", map.next_value()?)?,
                "nonce" => once(&mut nonce, "nonce", map.next_value()?)?,
                "code" => once(&mut code, "code", map.next_value()?)?,
                "storage" => once(&mut storage, "storage", map.next_value()?)?,
                other => {
                    json::spelled_right(other, &ACCOUNT)?;
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Account {
            balance: balance.ok_or_else(|| de::Error::missing_field("balance"))?,
            nonce: nonce.unwrap_or_default(),
            code: code.unwrap_or_default(),
            storage: storage.unwrap_or_default(),
        })
    }
}

fn once<T, E: de::Error>(field: &mut Option<T>, name: &'static str, value: T) -> Result<(), E> {
    field.replace(value).map_or(Ok(()), |_| Err(E::duplicate_field(name)))
}

/// Code hashes by hex text, as most accounts carry one and the same proxy.
#[derive(Default)]
struct CodeHashes(HashMap<String, B256>);

impl CodeHashes {
    fn hash<E: de::Error>(&mut self, code: &str) -> Result<B256, E> {
        if code.is_empty() {
            return Ok(KECCAK256_EMPTY);
        }
        if let Some(hash) = self.0.get(code) {
            return Ok(*hash);
        }
        if !code.starts_with("0x") {
            return Err(E::custom("code must begin with 0x"));
        }
        let bytes = hex::decode(code).map_err(|error| E::custom(format_args!("code: {error}")))?;
        let hash = keccak256(bytes);
        self.0.insert(code.to_owned(), hash);
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

/// A string borrowed from the window unless it contains an escape.
#[derive(Default, Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn invalid<E: de::Error>(text: &str, expected: &'static str) -> E {
    E::invalid_value(de::Unexpected::Str(text), &expected)
}
