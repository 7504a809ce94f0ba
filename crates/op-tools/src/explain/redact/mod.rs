//! What of somebody's log may be shown: it may end up in a ticket.
//!
//! Hidden are values of what is named like a secret ([`names`]), all of an address but host and port
//! ([`address`]), and words that look like keys or tokens ([`words`]).

mod address;
mod names;
mod words;

/// The most characters that are shown of a line.
const SHOWN: usize = 360;

/// How many of them come before what is meant, if it stands further right.
const BEFORE: usize = 80;

/// What stands for something left out.
const LEFT_OUT: &str = "…";

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
    let text = names::without_values(names::before_secrets(text));
    let mut words = words::Words::new(&text);
    let mut rest = &*text;
    while let Some((before, url, after)) = address::next_url(rest) {
        words.push(before);
        words.push_shown(&address::origin(url));
        rest = after;
    }
    words.push(rest);
    words.finish()
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
            (r#"Post \"http://l1:8545\": EOF"#, r#"Post \"http://l1:8545\": EOF"#),
            ("url=wss://a:b@l1.example/x?key=y end", "url=wss://l1.example… end"),
            ("http://user:pa/ss@l1.example", "http://…"),
            ("http://l1.example/@key", "http://…"),
            ("http://user:p,ss@l1.example", "http://l1.example…"),
            (
                "rollup=[http://127.0.0.1:1 http://[::1]:2]",
                "rollup=[http://127.0.0.1:1 http://[::1]:2]",
            ),
            ("://", "://"),
            ("hash=0xKEY", "hash=0xKEY"),
            ("hash KEY", "hash KEY"),
            ("0xKEY is bare", "… is bare"),
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
            ("l1.example/v3/9aa3d95b3bc440fa88ea12eaa4456161", "l1.example…"),
            ("at v2/Abc_def-GHIJKLMNOPQRSTUVWX123456789", "at v2/…"),
            ("a\tb\u{1b}c\r", "a b c "),
        ] {
            assert_eq!(shown(key(line).as_bytes(), 0), key(expected), "{line}");
        }
    }

    /// However it is written, and wherever it stands.
    #[test]
    fn no_secret_is_shown() {
        for line in [
            r#"err="invalid argument 0xHEX""#,
            "err=HEX",
            r#"err="bad eyJhbGciOiJIUzI1NiJ9.eyJTRUNSRVQiOjF9.SECRET-x""#,
            r#"headers="map[Authorization:[Bearer SECRET] X-Api-Key:[SECRET SECRET]]""#,
            r#"hdr="X-Auth-Token: SECRET""#,
            r#"url="https%3A%2F%2Feth.example%2Fv2%2FSECRET""#,
            r"url=https%253A%252F%252Feth.example%252FSECRET",
            r#"{"url":"https:\/\/eth.example\/v2\/SECRET"}"#,
            r#"err="-----BEGIN EC PRIVATE KEY-----\nSECRET\n-----END EC PRIVATE KEY-----""#,
            r#"err="Post \"https://eth.example:443/SECRET\": context deadline exceeded""#,
            r#"err="wss://user:SECRET@eth.example:8546/ws: bad handshake""#,
            r#"err="user:SECRET@eth.example:8545 refused""#,
            r#"err="eth.example/SECRET?x=SECRET&y=SECRET""#,
            r#"cmd="op-batcher --private-key SECRET --mnemonic SECRET words here""#,
            r#"cmd="op-node --api-key SECRET --l1=x""#,
            "env=[OP_NODE_L2_ENGINE_AUTH_RAW=SECRET OP_SIGNER_HEADER=X-Signer-Key:SECRET]",
            r#"Proxy-Authorization="Basic SECRET""#,
            "access_token=SECRET",
            "apikey=SECRET api-key:SECRET xAuth=SECRET dkey=SECRET passwd=SECRET",
            r#"cookie="session=SECRET; b=SECRET""#,
            r#"jwt="SECRET" seed="SECRET words" pass=SECRET"#,
            r#"{"headers":{"x-api-key":["SECRET"],"authorization":"Bearer SECRET"}}"#,
        ] {
            let line = line.replace("HEX", KEY);
            let shown = shown(line.as_bytes(), 0);
            assert!(!shown.contains("SECRET") && !shown.contains(KEY), "{line}: {shown}");
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
