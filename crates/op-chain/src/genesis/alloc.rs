//! `alloc` → state root, in one pass over the file.
//!
//! An OP Stack genesis has some 2,300 accounts that share a few dozen contract codes. Each code is
//! hashed once, and every account is reduced to its trie leaf as soon as it has been read: the
//! codes and the leaves are all that stays of the file.

use std::{borrow::Cow, fmt, io::Read};

use alloy_consensus::EMPTY_ROOT_HASH;
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256, hex, keccak256, map::HashMap};
use alloy_rlp::Decodable;
use alloy_trie::{HashBuilder, Nibbles, TrieAccount};
use serde::de::{self, IgnoredAny};
use serde::{Deserialize, Deserializer};

use super::predeploys::{
    GAS_PRICE_ORACLE, IMPLEMENTATION_SLOT, L1_BLOCK, MESSAGE_PASSER, Predeploys, Setters,
};
use super::premine::Premine;
use super::{GenesisError, number::Quantity, window::Window};
use crate::json;

/// What the genesis header needs of the state.
#[derive(Debug)]
pub(super) struct State {
    /// Root of the account trie.
    pub(super) root: B256,
    /// Storage root of the `L2ToL1MessagePasser`; the zero hash when it has no account.
    pub(super) message_passer_root: B256,
    pub(super) predeploys: Predeploys,
    pub(super) premine: Premine,
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
    proxies: Proxies,
    premine: Premine,
}

/// The accounts of the predeploys that are looked at.
#[derive(Default)]
struct Proxies {
    l1_block: Option<Proxy>,
    gas_price_oracle: Option<Proxy>,
    message_passer: Option<Proxy>,
}

/// An account that may be a proxy.
struct Proxy {
    code_hash: B256,
    /// Where its implementation is; `None` where it is none.
    implementation: Option<Address>,
    first_slot: U256,
}

impl Alloc {
    /// Takes the account of an address from the window.
    pub(super) fn take_account(
        &mut self,
        window: &mut Window<impl Read>,
        address: &str,
    ) -> Result<(), GenesisError> {
        let (address, account, slots) = window.value(|json| {
            let account = Account::deserialize(json)?;
            let address = address
                .parse::<Address>()
                .map_err(|_| invalid(address, "a 20-byte address in hex"))?;
            let slots = account.storage.slots;
            let account = TrieAccount {
                nonce: account.nonce.0,
                balance: account.balance.0,
                storage_root: account.storage.root,
                code_hash: self.codes.hash(&account.code.0)?,
            };
            serde_json::Result::Ok((address, account, slots))
        })?;
        self.premine.add(address, account.balance);
        let proxy = || Some(Proxy::new(account.code_hash, slots));
        match address {
            L1_BLOCK => self.proxies.l1_block = proxy(),
            GAS_PRICE_ORACLE => self.proxies.gas_price_oracle = proxy(),
            MESSAGE_PASSER => {
                self.proxies.message_passer = proxy();
                self.message_passer_root = account.storage_root;
            }
            _ => {}
        }
        self.leaves.push((keccak256(address), alloy_rlp::encode(account)));
        Ok(())
    }

    /// The state, once all accounts have been read.
    pub(super) fn state(self) -> Result<State, GenesisError> {
        let accounts = self.leaves.len();
        let predeploys = self.predeploys();
        let root = trie_root(self.leaves).map_err(|_| {
            <serde_json::Error as de::Error>::custom("an address appears twice in alloc")
        })?;
        let (message_passer_root, premine) = (self.message_passer_root, self.premine);
        Ok(State { root, message_passer_root, predeploys, premine, accounts })
    }

    fn predeploys(&self) -> Predeploys {
        let code = |proxy: &Option<Proxy>| self.code_behind(proxy.as_ref()?);
        let proxies = &self.proxies;
        let oracle = proxies.gas_price_oracle.as_ref().map(|proxy| proxy.first_slot);
        Predeploys {
            l1_block: code(&proxies.l1_block).map(|hash| self.codes.setters(hash)),
            gas_price_oracle: code(&proxies.gas_price_oracle).and(oracle),
            message_passer: code(&proxies.message_passer).is_some(),
        }
    }

    /// The hash of the code that a call to the proxy ends in; `None` where there is none.
    fn code_behind(&self, proxy: &Proxy) -> Option<B256> {
        let hash = match proxy.implementation {
            None => proxy.code_hash,
            Some(implementation) => {
                let key = keccak256(implementation);
                let (_, leaf) = self.leaves.iter().find(|(hashed, _)| *hashed == key)?;
                TrieAccount::decode(&mut leaf.as_slice()).ok()?.code_hash
            }
        };
        (hash != KECCAK256_EMPTY && proxy.code_hash != KECCAK256_EMPTY).then_some(hash)
    }
}

impl Proxy {
    fn new(code_hash: B256, slots: Slots) -> Self {
        let implementation = Address::from_word(slots.implementation);
        let implementation = (!implementation.is_zero()).then_some(implementation);
        Self { code_hash, implementation, first_slot: slots.first }
    }
}

/// Fields of an account (op-geth, `core/types/account.go`).
const ACCOUNT: [&str; 4] = ["balance", "nonce", "code", "storage"];

struct Account<'a> {
    balance: Quantity<U256>,
    nonce: Quantity<u64>,
    code: Text<'a>,
    storage: Storage,
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
struct CodeHashes(HashMap<String, (B256, Setters)>);

impl CodeHashes {
    fn hash<E: de::Error>(&mut self, code: &str) -> Result<B256, E> {
        if code.is_empty() {
            return Ok(KECCAK256_EMPTY);
        }
        if let Some((hash, _)) = self.0.get(code) {
            return Ok(*hash);
        }
        if !code.starts_with("0x") {
            return Err(E::custom("code must begin with 0x"));
        }
        let bytes = hex::decode(code).map_err(|error| E::custom(format_args!("code: {error}")))?;
        let hash = keccak256(&bytes);
        self.0.insert(code.to_owned(), (hash, Setters::of_code(&bytes)));
        Ok(hash)
    }

    fn setters(&self, hash: B256) -> Setters {
        self.0.values().find(|code| code.0 == hash).map(|code| code.1).unwrap_or_default()
    }
}

/// An account's storage.
struct Storage {
    /// Root of its trie.
    root: B256,
    slots: Slots,
}

/// The values that show what stands behind a predeploy; zero where there is none.
#[derive(Clone, Copy, Default)]
struct Slots {
    implementation: B256,
    first: U256,
}

impl Default for Storage {
    fn default() -> Self {
        Self { root: EMPTY_ROOT_HASH, slots: Slots::default() }
    }
}

impl<'de> Deserialize<'de> for Storage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(StorageVisitor)
    }
}

struct StorageVisitor;

impl<'de> de::Visitor<'de> for StorageVisitor {
    type Value = Storage;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object from storage slot to value, or null")
    }

    fn visit_none<E>(self) -> Result<Storage, E> {
        Ok(Storage::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Storage, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Storage, A::Error> {
        let mut leaves = Vec::new();
        let mut slots = Slots::default();
        while let Some((Text(slot), Text(value))) = map.next_entry()? {
            let (slot, value) = (word(&slot)?, U256::from_be_bytes(word(&value)?.0));
            match slot {
                IMPLEMENTATION_SLOT => slots.implementation = value.into(),
                B256::ZERO => slots.first = value,
                _ => {}
            }
            // The state has no zero slots: writing one deletes it.
            let leaf = if value.is_zero() { Vec::new() } else { alloy_rlp::encode(value) };
            leaves.push((keccak256(slot), leaf));
        }
        trie_root(leaves)
            .map(|root| Storage { root, slots })
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
