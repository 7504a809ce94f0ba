//! What follows from a key file that holds no key.

use std::path::Path;

use alloy_primitives::Address;
use eth_rpc::key::KeyError;

use crate::finding::{Comparison, Finding};
use crate::gate::Gate;

pub(crate) fn no_key(
    gate: Gate,
    expected: Option<&Address>,
    expected_source: &str,
    path: &Path,
    error: &KeyError,
) -> Finding {
    let expected =
        expected.map_or_else(|| "a key".to_owned(), |address| format!("the key of {address}"));
    let comparison = Comparison::new(
        gate,
        (expected, expected_source),
        (error, format!("key file {}", path.display())),
    );
    match error {
        KeyError::Missing => {
            comparison.wait("Put the key there: 64 hex digits, readable by op-warden only.")
        }
        KeyError::Given => comparison.refuse("Write a fresh key into a file and give its path."),
        KeyError::Unreadable(_) => comparison.wait("Make the file readable by op-warden."),
        KeyError::Other(_) => comparison.refuse(
            "Put the key itself there: 64 hex digits, with or without 0x, and nothing else. `cast \
             wallet` takes it out of a keystore or a mnemonic.",
        ),
        KeyError::NotHex | KeyError::OutOfRange => comparison
            .refuse("Write the key as 64 hex digits, with or without 0x, and nothing else."),
    }
}
