//! What of somebody's log may be shown: it may end up in a ticket.

/// The most characters that are shown of a line.
const SHOWN: usize = 360;

/// How many of them come before what is meant, if it stands further right.
const BEFORE: usize = 80;

/// What stands for something left out.
const LEFT_OUT: &str = "…";

/// In a line with one of these, long hexadecimal words may be keys.
const ABOUT_SECRETS: [&str; 7] =
    ["key", "secret", "jwt", "mnemonic", "password", "private", "seed"];

/// What follows one of these and a `=` or `:` is a secret, to the end of the line.
const BEFORE_SECRETS: [&str; 8] = [
    "mnemonic",
    "password",
    "passphrase",
    "secret",
    "private-key",
    "private_key",
    "token",
    "authorization",
];

/// The line from a little before its byte `start`, without secrets and as one line of text.
pub(super) fn shown(line: &[u8], start: usize) -> String {
    let before = String::from_utf8_lossy(line.get(..start).unwrap_or(line));
    let text = String::from_utf8_lossy(line).replace(char::is_control, " ");
    // Redacted as a whole: what makes a word a secret may stand anywhere in the line.
    let text = redact(&text);
    let from = redact(&before).chars().count();
    let from = if from + BEFORE < SHOWN { 0 } else { from - BEFORE };
    let mut shown: String = text.chars().skip(from).take(SHOWN).collect();
    if from > 0 {
        shown.insert_str(0, LEFT_OUT);
    }
    if text.chars().count() > from + SHOWN {
        shown.push_str(LEFT_OUT);
    }
    shown
}

fn redact(text: &str) -> String {
    let text = without_named(text);
    let lower = text.to_ascii_lowercase();
    let about_secrets = ABOUT_SECRETS.iter().any(|word| lower.contains(word));
    let mut redacted = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        words(&mut redacted, before, about_secrets);
        let end = after.find(|end: char| end.is_whitespace() || "\"'<>`".contains(end));
        let (url, after) = after.split_at(end.unwrap_or(after.len()));
        redacted.push_str(&origin(url));
        rest = after;
    }
    words(&mut redacted, rest, about_secrets);
    redacted
}

/// The text up to the first secret that is named.
fn without_named(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    let end = |name: &&str| {
        lower.match_indices(*name).find_map(|(at, name)| {
            let end = at + name.len();
            let value = text.get(end..)?.trim_start_matches(['"', '\\', ' ']);
            value.starts_with(['=', ':']).then_some(end)
        })
    };
    let bearer = lower.find("bearer ").map(|at| at + "bearer".len());
    let first = BEFORE_SECRETS.iter().filter_map(end).chain(bearer).min();
    first.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// Host and port of what follows `://`. User, path and query often hold a secret.
fn origin(url: &str) -> String {
    let authority = url.find(['/', '?', '#']).map_or(url, |end| &url[..end]);
    if url.contains('@') && !authority.contains('@') {
        // A password may hold a slash: what looks like the host may be a part of it.
        return LEFT_OUT.to_owned();
    }
    let host = authority.rsplit('@').next().unwrap_or_default();
    let named = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]_".contains(letter);
    let end = host.find(|letter| !named(letter)).unwrap_or(host.len());
    let host = &host[..end];
    if host.len() == url.len() { host.to_owned() } else { format!("{host}{LEFT_OUT}") }
}

fn words(redacted: &mut String, text: &str, about_secrets: bool) {
    let part_of_word =
        |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|letter| !part_of_word(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        redacted.push_str(if may_be_secret(word, about_secrets) { LEFT_OUT } else { word });
        let end = after.find(part_of_word).unwrap_or(after.len());
        let (between, after) = after.split_at(end);
        redacted.push_str(between);
        rest = after;
    }
}

/// Whether the word can be a key of a role, an account at a provider or an access token.
fn may_be_secret(word: &str, about_secrets: bool) -> bool {
    /// Addresses have 40 digits.
    const ADDRESS: usize = 40;
    /// Hashes and keys have 64.
    const HASH: usize = 64;
    /// Providers' access tokens have at least so many characters.
    const TOKEN: usize = 32;
    let hexadecimal = |text: &str| text.bytes().all(|digit| digit.is_ascii_hexdigit());
    if let Some(digits) = word.strip_prefix("0x").filter(|digits| hexadecimal(digits)) {
        return about_secrets && digits.len() > ADDRESS;
    }
    if hexadecimal(word) && word.len() >= HASH {
        return about_secrets;
    }
    word.len() >= TOKEN
        && word.bytes().any(|letter| letter.is_ascii_digit())
        && word.bytes().any(|letter| letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

    #[test]
    fn secrets_are_left_out() {
        let key = |text: &str| text.replace("KEY", KEY);
        for (line, expected) in [
            ("dial http://127.0.0.1:8545: refused", "dial http://127.0.0.1:8545: refused"),
            (r#"Post "https://l1.example/v3/abc": EOF"#, r#"Post "https://l1.example…": EOF"#),
            ("url=wss://a:b@l1.example/x?key=y end", "url=wss://l1.example… end"),
            ("http://user:pa/ss@l1.example", "http://…"),
            ("http://l1.example/@key", "http://…"),
            ("http://user:p,ss@l1.example", "http://l1.example…"),
            (
                "rollup=[http://127.0.0.1:1 http://[::1]:2]",
                "rollup=[http://127.0.0.1:1 http://[::1]:2]",
            ),
            ("://", "://"),
            ("0xKEY is a hash", "0xKEY is a hash"),
            ("KEY is a hash", "KEY is a hash"),
            ("invalid key 0xKEY", "invalid key …"),
            ("KEY is no private thing", "… is no private thing"),
            ("invalid key KEY0", "invalid key …"),
            (
                "key of 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
                "key of 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
            ),
            ("--mnemonic=test test junk", "--mnemonic"),
            (r#"{"password" : "x", "b": 1}"#, r#"{"password"#),
            ("Authorization: Bearer abc", "Authorization"),
            ("sent Bearer abc", "sent Bearer"),
            ("no token here", "no token here"),
            ("l1.example/v3/9aa3d95b3bc440fa88ea12eaa4456161", "l1.example/v3/…"),
            ("l1.example/v2/Abc_def-GHIJKLMNOPQRSTUVWX123456789", "l1.example/v2/…"),
            ("a\tb\u{1b}c\r", "a b c "),
        ] {
            assert_eq!(shown(key(line).as_bytes(), 0), key(expected), "{line}");
        }
    }

    #[test]
    fn long_lines_are_cut_around_what_is_meant() {
        let line = format!("{}here{}", "a ".repeat(400), " b".repeat(400));
        let shown = shown(line.as_bytes(), 800);
        assert!(shown.starts_with("…a ") && shown.contains(" here b") && shown.ends_with('…'));
        assert_eq!(shown.chars().count(), SHOWN + 2);
        assert!(super::shown(line.as_bytes(), 0).starts_with("a a"));
    }

    proptest! {
        #[test]
        fn no_bytes_cause_a_panic(
            line in proptest::collection::vec(any::<u8>(), 0..600),
            start in 0_usize..700,
        ) {
            prop_assert!(shown(&line, start).chars().count() <= SHOWN + 2);
        }

        #[test]
        fn no_userinfo_path_or_query_is_shown(
            user in "[A-Za-z0-9:;.,()!*]{6,20}",
            path in "[A-Za-z0-9@:;.,()!*?#/&=-]{6,40}",
            around in "[ a-z\"(\\[]{0,10}",
        ) {
            let shown = shown(format!("{around}http://{user}Q@host/Q{path} {around}").as_bytes(), 0);
            prop_assert!(!shown.contains('Q'), "{}", shown);
        }
    }
}
