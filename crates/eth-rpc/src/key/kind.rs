//! What a file that is no key holds in its place.

/// What it is in words, where it is known.
pub(super) fn of(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let words: Vec<&str> = text.split_whitespace().collect();
    let all = |is: fn(&u8) -> bool, text: &str| text.bytes().all(|byte| is(&byte));
    let hex = text.strip_prefix("0x").unwrap_or(text);
    Some(match text {
        _ if text.contains("ENC[AES256_GCM") || text.contains("\"sops\"") => {
            "what sops has encrypted"
        }
        _ if text.starts_with("age-encryption.org/") || text.contains("BEGIN AGE ENCRYPTED") => {
            "what age has encrypted"
        }
        _ if text.starts_with("AGE-SECRET-KEY-") => "a key of age",
        _ if text.starts_with("-----BEGIN") => "a key in PEM",
        _ if text.starts_with('{') && text.to_lowercase().contains("\"crypto\"") => {
            "a keystore, which a password protects"
        }
        _ if text.starts_with("0X") => "a key that begins with 0X, which the programs refuse",
        _ if matches!(words.len(), 12 | 15 | 18 | 21 | 24)
            && words.iter().all(|word| all(u8::is_ascii_lowercase, word)) =>
        {
            "a mnemonic"
        }
        _ if hex.len() == 40 && all(u8::is_ascii_hexdigit, hex) => "an address",
        _ if matches!(hex.len(), 66 | 128 | 130) && all(u8::is_ascii_hexdigit, hex) => {
            "a public key"
        }
        _ => return None,
    })
}

/// Whether it is one of these that nobody else may see.
pub(super) fn is_secret(text: &str) -> bool {
    of(text).is_some_and(|kind| !matches!(kind, "an address" | "a public key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_keep_keys_in_is_named() {
        let key = "ab".repeat(32);
        for (text, expected) in [
            (
                r#"{"address":"aa","crypto":{"cipher":"aes-128-ctr"},"version":3}"#,
                Some("a keystore"),
            ),
            ("test test test test test test test test test test test junk", Some("a mnemonic")),
            (
                "-----BEGIN EC PRIVATE KEY-----\nMHQ\n-----END EC PRIVATE KEY-----\n",
                Some("a key in PEM"),
            ),
            ("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", Some("what age has")),
            ("AGE-SECRET-KEY-1QQ\n", Some("a key of age")),
            ("key: ENC[AES256_GCM,data:xx]", Some("what sops has")),
            (&format!("0X{key}"), Some("a key that begins with 0X")),
            ("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\n", Some("an address")),
            (&"ab".repeat(64), Some("a public key")),
            (&format!("\"{key}\""), None),
            (&key[1..], None),
            ("", None),
        ] {
            let found = of(text);
            let holds = found
                .zip(expected)
                .map_or(found.is_none() && expected.is_none(), |(found, expected)| {
                    found.starts_with(expected)
                });
            assert!(holds, "{text}: {found:?}");
        }
    }
}
