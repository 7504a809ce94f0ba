//! Facts about every input, not only about chosen ones.

use eth_rpc::key::SecretKey;
use op_chain::{
    genesis::{Fallback, GenesisBlock},
    rollup::RollupConfig,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const SMALL: &str = include_str!("../data/genesis.json");

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
