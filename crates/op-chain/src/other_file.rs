//! What a file is that is not the one that was wanted.

use std::{fs::File, io::Read as _, path::Path};

/// What is looked at, in bytes: the first names are enough.
const LOOKED_AT: u64 = 64 * 1024;

/// Files of an OP Stack chain by names that no other of them has near its beginning.
const KINDS: [(&str, &[&str]); 9] = [
    ("a state.json of op-deployer", &["\"appliedIntent\"", "\"create2Salt\""]),
    ("a rollup.json", &["\"seq_window_size\"", "\"l1_system_config_address\""]),
    ("a prestate-proof.json of cannon", &["\"state-data\"", "\"proof-data\""]),
    ("a deploy config", &["\"l2OutputOracleSubmissionInterval\"", "\"finalSystemOwner\""]),
    ("a list of L1 addresses", &["\"SystemConfigProxy\"", "\"OptimismPortalProxy\""]),
    ("an intent.toml of op-deployer", &["fundDevAccounts", "opcmAddress", "configType"]),
    ("a file of the superchain registry", &["public_rpc", "superchain_level"]),
    ("an answer of a JSON-RPC node", &["\"jsonrpc\""]),
    ("a genesis.json", &["\"alloc\"", "\"eip1559Elasticity\""]),
];

/// What the file is in words, where it is known.
#[must_use]
pub fn kind(path: &Path) -> Option<&'static str> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(LOOKED_AT).read_to_end(&mut bytes).ok()?;
    let of_bytes = match bytes.as_slice() {
        [0x1f, 0x8b, ..] => Some("compressed with gzip"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("compressed with zstd"),
        _ => None,
    };
    of_bytes.or_else(|| of_text(&String::from_utf8_lossy(&bytes)))
}

fn of_text(text: &str) -> Option<&'static str> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('<') {
        return Some("a web page");
    }
    let has = |(_, names): &&(&str, &[&str])| names.iter().any(|name| text.contains(name));
    KINDS.iter().find(has).map(|(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_chain_are_told_apart() {
        for (text, expected) in [
            (
                r#"{"version": 1, "create2Salt": "0x1", "appliedIntent": {"alloc": 1}}"#,
                Some("a state.json of op-deployer"),
            ),
            (r#"{"genesis": {}, "block_time": 2, "seq_window_size": 3600}"#, Some("a rollup.json")),
            (r#"{"config": {"optimism": {"eip1559Elasticity": 6}}}"#, Some("a genesis.json")),
            (
                r#"{"step":0,"pre":"0x03","post":"0x03","state-data":"0x"}"#,
                Some("a prestate-proof.json of cannon"),
            ),
            ("\u{feff} <!DOCTYPE html><title>404</title>", Some("a web page")),
            (r#"{"jsonrpc":"2.0","result":null}"#, Some("an answer of a JSON-RPC node")),
            ("{}", None),
            ("", None),
        ] {
            assert_eq!(of_text(text), expected, "{text}");
        }
    }
}
