//! Base64 between two lines, as OpenSSH writes it.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use zeroize::Zeroizing;

/// Characters of a line.
const WIDTH: usize = 70;

/// The text of `bytes` between the lines that name them.
pub(super) fn wrap(name: &str, bytes: &[u8]) -> Zeroizing<String> {
    let digits = Zeroizing::new(BASE64_STANDARD.encode(bytes));
    // One allocation: growing would leave a copy that nothing zeroes.
    let mut text = Zeroizing::new(String::with_capacity(2 * digits.len() + 2 * name.len() + 64));
    for part in ["-----BEGIN ", name, "-----\n"] {
        text.push_str(part);
    }
    let mut rest = digits.as_str();
    while !rest.is_empty() {
        let (line, others) = rest.split_at(rest.len().min(WIDTH));
        text.push_str(line);
        text.push('\n');
        rest = others;
    }
    for part in ["-----END ", name, "-----\n"] {
        text.push_str(part);
    }
    text
}

/// The bytes between the lines; `None` where the text is not of that form.
pub(super) fn unwrap(name: &str, text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let inner = text.trim().strip_prefix(&format!("-----BEGIN {name}-----"))?;
    let inner = inner.strip_suffix(&format!("-----END {name}-----"))?;
    let mut digits = Zeroizing::new(String::with_capacity(inner.len()));
    digits.extend(inner.chars().filter(|character| !character.is_ascii_whitespace()));
    BASE64_STANDARD.decode(digits.as_bytes()).ok().map(Zeroizing::new)
}
