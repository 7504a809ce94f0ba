//! A state of one account with one place of storage, and its proof (EIP-1186): each trie is one leaf.

use alloy_primitives::{B256, hex, keccak256};
use serde_json::{Value, json};

/// `eth_getProof` of the account with this place and value, all in hex; and the state's root.
pub(crate) fn proof(address: &str, key: &str, value: &str) -> (Value, String) {
    let bytes = |text: &str| hex::decode(text).unwrap();
    let code = B256::repeat_byte(0x1a);
    let place = leaf(&bytes(key), &text(&bytes(value)));
    let storage = keccak256(&place);
    // Nonce 1 and no balance.
    let account = list(&[vec![1], text(&[]), text(storage.as_slice()), text(code.as_slice())]);
    let node = leaf(&bytes(address), &account);
    let answer = json!({
        "address": address, "accountProof": [hex::encode_prefixed(&node)], "balance": "0x0", "codeHash": code,
        "nonce": "0x1", "storageHash": storage,
        "storageProof": [{"key": key, "value": value, "proof": [hex::encode_prefixed(&place)]}],
    });
    (answer, keccak256(&node).to_string())
}

/// All of the path, with the mark of a leaf of even length, and what is there.
fn leaf(key: &[u8], value: &[u8]) -> Vec<u8> {
    let path = [&[0x20], keccak256(key).as_slice()].concat();
    list(&[text(&path), text(value)])
}

/// RLP, of more than one byte or none.
fn text(bytes: &[u8]) -> Vec<u8> {
    [header(0x80, bytes.len()), bytes.to_vec()].concat()
}

fn list(items: &[Vec<u8>]) -> Vec<u8> {
    let content = items.concat();
    [header(0xc0, content.len()), content].concat()
}

fn header(kind: u8, length: usize) -> Vec<u8> {
    match u8::try_from(length).unwrap() {
        short @ ..=55 => vec![kind + short],
        long => vec![kind + 56, long],
    }
}
