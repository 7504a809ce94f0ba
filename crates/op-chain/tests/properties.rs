//! Facts about every input, not only about chosen ones.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use alloy_primitives::U256;
use op_chain::{
    genesis::{Fallback, GenesisBlock},
    key::SecretKey,
    rollup::RollupConfig,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const SMALL: &str = include_str!("data/genesis.json");

/// Bytes that are more often than not close to JSON.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        any::<u8>().prop_map(|byte| vec![byte]),
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\\u00",
            "0x",
            "null",
            "-1",
            "1e99",
            "\"alloc\":",
            "\"config\":",
            "\"storage\":",
            "\"balance\":",
            "\"timestamp\":",
        ])
        .prop_map(|token| token.as_bytes().to_vec()),
    ];
    prop::collection::vec(token, 0..80).prop_map(|tokens| tokens.concat())
}

/// What of a genesis.json the engines go by, written down without the parser under test.
fn meaning(file: &Value) -> Value {
    let now = number(&file["timestamp"]);
    let config = &file["config"];
    let mut meaning = json!({
        "chainId": config["chainId"],
        "londonBlock": config["londonBlock"],
        "extraData": hex(&file["extraData"]),
        "stateHash": file["stateHash"],
    });
    for (ethereum, optimism) in [
        ("shanghaiTime", "canyonTime"),
        ("cancunTime", "ecotoneTime"),
        ("pragueTime", "isthmusTime"),
    ] {
        let active = |name: &str| config[name].as_u64().is_some_and(|time| U256::from(time) <= now);
        meaning[ethereum] = json!([active(ethereum), active(optimism)]);
    }
    for (field, default) in [
        ("nonce", 0),
        ("timestamp", 0),
        ("gasLimit", 0),
        ("difficulty", 0),
        ("number", 0),
        ("gasUsed", 0),
        ("baseFeePerGas", 1_000_000_000),
        ("excessBlobGas", 0),
        ("blobGasUsed", 0),
    ] {
        let value = &file[field];
        meaning[field] = json!(if value.is_null() { U256::from(default) } else { number(value) });
    }
    for field in ["mixHash", "coinbase", "parentHash"] {
        meaning[field] = json!(word(&file[field]));
    }
    let accounts = file["alloc"].as_object().into_iter().flatten().map(|(address, account)| {
        let slots = account["storage"].as_object().into_iter().flatten();
        let slots: Map<_, _> = slots
            .map(|(slot, value)| (unprefixed(slot), json!(word(value))))
            .filter(|(_, value)| *value != json!(U256::ZERO))
            .collect();
        let nonce = if account["nonce"].is_null() { U256::ZERO } else { number(&account["nonce"]) };
        let account = json!({
            "balance": number(&account["balance"]), "nonce": nonce, "code": hex(&account["code"]), "storage": slots,
        });
        (unprefixed(address), account)
    });
    meaning["alloc"] = Value::Object(accounts.collect());
    meaning
}

/// `0x` is hex, all else decimal.
fn number(value: &Value) -> U256 {
    match value {
        Value::String(text) => match text.strip_prefix("0x") {
            Some(digits) => U256::from_str_radix(digits, 16).unwrap_or(U256::MAX),
            None => U256::from_str_radix(text, 10).unwrap_or(U256::MAX),
        },
        other => U256::from(other.as_u64().unwrap_or(u64::MAX)),
    }
}

/// Hex with or without `0x`.
fn word(value: &Value) -> U256 {
    // ruint reads no digits as zero, which is what an absent field is.
    U256::from_str_radix(&hex(value), 16).unwrap_or(U256::MAX)
}

fn hex(value: &Value) -> String {
    unprefixed(value.as_str().unwrap_or_default())
}

/// geth and alloy take `0X` for a prefix of bytes too.
fn unprefixed(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    text.strip_prefix("0x").map_or(text.clone(), str::to_owned)
}

/// Whether the parser sees the change of one byte, or the change means nothing.
fn judged_right(position: usize, byte: u8) -> Result<(), String> {
    let seen = |json: &[u8]| {
        let block = GenesisBlock::from_json(json, None).ok()?;
        Some((block.hash, block.chain_id, block.forks))
    };
    let mut mutated = SMALL.as_bytes().to_vec();
    mutated[position] = byte;
    let after = seen(&mutated);
    if after.is_none() || after != seen(SMALL.as_bytes()) {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&mutated);
    let value: Value =
        serde_json::from_str(&text).map_err(|error| format!("not JSON ({error}): {text}"))?;
    let (before, after) = (meaning(&serde_json::from_str(SMALL).unwrap()), meaning(&value));
    if before == after { Ok(()) } else { Err(format!("{before}\n{after}")) }
}

/// Every position of the file, with the bytes that are most likely to go unnoticed.
#[test]
fn no_byte_of_a_genesis_changes_its_meaning_unnoticed() {
    for position in 0..SMALL.len() {
        for byte in *b"0189afAFxX \",:{}n" {
            if let Err(difference) = judged_right(position, byte) {
                panic!("byte {position} as {:?}: {difference}", char::from(byte));
            }
        }
    }
}

/// One account of an alloc, as JSON text.
fn account() -> impl Strategy<Value = (String, String)> {
    let slots = prop::collection::btree_map(any::<[u8; 32]>(), any::<u128>(), 0..4);
    (any::<[u8; 20]>(), any::<u128>(), any::<u64>(), prop::collection::vec(any::<u8>(), 0..9), slots).prop_map(
        |(address, balance, nonce, code, slots)| {
            let hex = alloy_primitives::hex::encode::<&[u8]>;
            let slots: Map<_, _> =
                slots.iter().map(|(slot, value)| (hex(slot), json!(format!("{value:032x}")))).collect();
            let account = json!({
                "balance": format!("{balance:#x}"), "nonce": nonce, "code": format!("0x{}", hex(&code)), "storage": slots,
            });
            (hex(&address), account.to_string())
        },
    )
}

fn with_alloc<'a>(accounts: impl Iterator<Item = &'a (String, String)>) -> String {
    let entries: Vec<_> =
        accounts.map(|(address, account)| format!("\"{address}\":{account}")).collect();
    let mut file: Value = serde_json::from_str(SMALL).unwrap();
    file["alloc"] = json!("ALLOC");
    file.to_string().replacen("\"ALLOC\"", &format!("{{{}}}", entries.join(",")), 1)
}

proptest! {
    #[test]
    fn no_bytes_make_a_parser_panic(bytes in bytes()) {
        let fallback = Fallback { chain_id: 1, forks: op_chain::forks::ForkTimes::default() };
        let _ = GenesisBlock::from_json(&bytes, Some(&fallback));
        let _ = serde_json::from_slice::<RollupConfig>(&bytes);
        let _ = SecretKey::from_hex(&bytes);
    }

    #[test]
    fn no_piece_of_a_genesis_makes_the_parser_panic(
        cut in 0..SMALL.len(), skip in 0_usize..40, noise in bytes(),
    ) {
        let rest = &SMALL.as_bytes()[(cut + skip).min(SMALL.len())..];
        let _ = GenesisBlock::from_json(&[&SMALL.as_bytes()[..cut], &noise, rest].concat(), None);
    }

    #[test]
    fn any_byte_anywhere_changes_the_hash_or_nothing(position in 0..SMALL.len(), byte: u8) {
        prop_assert_eq!(judged_right(position, byte), Ok(()));
    }

    #[test]
    fn the_order_of_accounts_does_not_matter(
        (accounts, shuffled) in prop::collection::btree_map(any::<u8>(), account(), 0..12)
            .prop_map(|accounts| accounts.into_values().collect::<Vec<_>>())
            .prop_flat_map(|accounts| (Just(accounts.clone()), Just(accounts).prop_shuffle())),
    ) {
        let one = GenesisBlock::from_json(with_alloc(accounts.iter()).as_bytes(), None).unwrap();
        let other = GenesisBlock::from_json(with_alloc(shuffled.iter()).as_bytes(), None).unwrap();
        prop_assert_eq!(one.hash, other.hash);
    }

    #[test]
    fn every_account_is_part_of_the_hash(accounts in prop::collection::vec(account(), 1..6), left_out: prop::sample::Index) {
        let left_out = left_out.index(accounts.len());
        let rest = accounts.iter().enumerate().filter(|(index, _)| *index != left_out).map(|(_, account)| account);
        let all = GenesisBlock::from_json(with_alloc(accounts.iter()).as_bytes(), None).unwrap();
        let fewer = GenesisBlock::from_json(with_alloc(rest).as_bytes(), None).unwrap();
        prop_assert_ne!(all.hash, fewer.hash);
    }

    #[test]
    fn a_key_survives_being_written_and_read(bytes: [u8; 32]) {
        // Almost every 32 bytes are a key.
        if let Ok(key) = SecretKey::from_bytes(&bytes) {
            let read = SecretKey::from_hex(key.to_hex().as_bytes()).unwrap();
            prop_assert_eq!((read.address(), read.peer_id()), (key.address(), key.peer_id()));
        }
    }
}
