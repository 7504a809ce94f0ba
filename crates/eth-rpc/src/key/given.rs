//! A key that somebody gives in the place of its file.

use std::path::Path;

use op_util::foreign;

use super::kind;

/// Whether what is given as the path of a key's file is a key, or what keys are made from. Then no message shows
/// it from now on ([`foreign::clean`]), and the caller says that it is one.
#[must_use]
pub fn is_key_itself(path: &Path) -> bool {
    let given = path.to_string_lossy();
    let text = given.trim();
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let is_hex = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_key = is_hex || kind::is_secret(text);
    if is_key {
        for spelling in [&*given, text, digits] {
            foreign::hide(spelling);
        }
    }
    is_key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::SecretKey;

    #[test]
    fn a_key_in_the_place_of_its_file_is_told_and_hidden() {
        let digits = "7e57ab1e".repeat(8);
        let words = "legal winner thank year wave sausage worth useful legal winner thank yellow";
        for given in [
            digits.clone(),
            format!("0x{digits}"),
            format!("0X{digits}"),
            format!(" {digits}\n"),
            // No key, as it is not below the order; a secret that somebody mistyped all the same.
            "f".repeat(64),
            words.to_owned(),
            "AGE-SECRET-KEY-1QQQQQQQQQQ".to_owned(),
        ] {
            let error = SecretKey::from_file(Path::new(&given)).unwrap_err();
            let said = foreign::message(&format!("cannot use the key file {given}: {error}"));
            assert!(said.contains("expected the path of a file, found a key"), "{said}");
            assert!(said.contains("[hidden]") && !said.contains(given.trim()), "{said}");
        }
    }

    #[test]
    fn a_file_that_is_there_is_read_whatever_its_name_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("7e57ab1f".repeat(8));
        std::fs::write(&file, "7e57ab1e".repeat(8)).unwrap();
        assert!(SecretKey::from_file(&file).is_ok());
        for path in ["batcher.key", "./none", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", ""] {
            assert!(!is_key_itself(Path::new(path)), "{path}");
        }
    }
}
