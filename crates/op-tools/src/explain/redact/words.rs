//! Words that may be a key of a role, an account at a provider or an access token.

use super::{LEFT_OUT, address};

/// In a line with one of these, long hexadecimal words may be keys.
const ABOUT_SECRETS: [&str; 7] =
    ["key", "secret", "jwt", "mnemonic", "password", "private", "seed"];

/// A word with one of these in it announces a hash, which has the length of a key.
const BEFORE_HASHES: [&str; 22] = [
    "hash",
    "block",
    "root",
    "parent",
    "transaction",
    "head",
    "origin",
    "claim",
    "commitment",
    "digest",
    "sha256",
    "prestate",
    "genesis",
    "payload",
    "slot",
    "topic",
    "computed",
    "finalized",
    "safe",
    "trie",
    "output",
    "uuid",
];

/// So do these, if they are the whole word.
const ALSO: [&str; 13] = [
    "tx",
    "id",
    "said",
    "want",
    "game",
    "state",
    "witness",
    "ref",
    "l1",
    "l2",
    "canonical",
    "onto",
    "batch",
];

/// How many words before a hash may announce it.
const REACH: usize = 4;

/// Addresses have 40 digits.
const ADDRESS: usize = 40;

/// Hashes and keys have 64.
const HASH: usize = 64;

/// Providers' access tokens have at least so many characters.
const TOKEN: usize = 32;

/// A key of 32 bytes has 43 digits in base 64.
const BASE64: usize = 40;

/// A text as it is written word by word, without what may be a secret.
pub(super) struct Words {
    shown: String,
    about_secrets: bool,
    /// How many words ago a hash was announced.
    announced: Option<usize>,
}

impl Words {
    /// For that text.
    pub(super) fn new(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        let about_secrets = ABOUT_SECRETS.iter().any(|word| lower.contains(word));
        Self { shown: String::with_capacity(text.len()), about_secrets, announced: None }
    }

    /// The next part of the text, of which nothing is a secret.
    pub(super) fn push_shown(&mut self, text: &str) {
        self.shown.push_str(text);
        self.announced = None;
    }

    /// The next part of the text.
    pub(super) fn push(&mut self, text: &str) {
        let blank = |letter: char| letter.is_whitespace() || "\"'`<>()[]{}".contains(letter);
        let edge = |letter: char| blank(letter) || "=,;".contains(letter);
        let mut rest = text;
        while !rest.is_empty() {
            let (run, mut after) = rest.split_at(rest.find(edge).unwrap_or(rest.len()));
            if let Some(host) = address::bare(run) {
                self.push_shown(&host);
                // A query goes on behind its signs of equality.
                after = after.split_at(after.find(blank).unwrap_or(after.len())).1;
            } else if is_base64(run) {
                self.push_shown(LEFT_OUT);
            } else {
                self.run(run, after);
            }
            let (between, after) =
                after.split_at(after.find(|letter| !edge(letter)).unwrap_or(after.len()));
            self.shown.push_str(between);
            rest = after;
        }
    }

    /// All that was pushed.
    pub(super) fn finish(self) -> String {
        self.shown
    }

    /// A part without blanks, brackets and quotes.
    fn run(&mut self, run: &str, after_run: &str) {
        let part_of_word =
            |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        let mut rest = run;
        while !rest.is_empty() {
            let (mut word, mut after) =
                rest.split_at(rest.find(|letter| !part_of_word(letter)).unwrap_or(rest.len()));
            if word.starts_with("eyJ") && after.starts_with('.') {
                // A JSON web token: three words with dots.
                let end = rest.find(|letter| !part_of_word(letter) && letter != '.');
                (word, after) = rest.split_at(end.unwrap_or(rest.len()));
            }
            let next = if after.is_empty() { after_run } else { after };
            let hidden = self.hides(word, next);
            self.shown.push_str(if hidden { LEFT_OUT } else { word });
            let (between, after) = after.split_at(after.find(part_of_word).unwrap_or(after.len()));
            self.shown.push_str(between);
            rest = after;
        }
    }

    fn hides(&mut self, word: &str, next: &str) -> bool {
        let hexadecimal = |text: &str| text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let prefixed = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
        let digits = prefixed.unwrap_or(word);
        if !digits.is_empty() && hexadecimal(digits) && (prefixed.is_some() || digits.len() >= HASH)
        {
            // `hash:number` is how op-node names a block.
            let block = next.strip_prefix(':');
            let block =
                block.is_some_and(|number| number.starts_with(|d: char| d.is_ascii_digit()));
            let announced = block || self.announced.is_some_and(|ago| ago < REACH);
            let hidden = match digits.len() {
                HASH => self.about_secrets || !announced,
                length => self.about_secrets && length > ADDRESS,
            };
            self.count(announced && !hidden);
            return hidden;
        }
        self.announces(word, next);
        word.starts_with("eyJ") && (word.contains('.') || word.len() > 2 * "eyJ".len())
            || word.len() >= TOKEN
                && word.bytes().any(|letter| letter.is_ascii_digit())
                && word.bytes().any(|letter| letter.is_ascii_alphabetic())
    }

    /// Whether a hash comes soon. A field's name begins anew.
    fn announces(&mut self, word: &str, next: &str) {
        if next.starts_with(['=', '"', '\\']) && next.contains(['=', ':']) {
            self.announced = None;
        }
        let lower = word.to_ascii_lowercase();
        let announces = BEFORE_HASHES.iter().any(|known| lower.contains(known))
            || lower.split(['-', '_']).any(|part| ALSO.contains(&part));
        self.count(announces);
    }

    fn count(&mut self, announces: bool) {
        self.announced = match self.announced {
            _ if announces => Some(0),
            ago => ago.map(|ago| ago + 1),
        };
    }
}

/// Whether it may be a key in base 64, as in a PEM file.
fn is_base64(run: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| run.as_bytes().iter().any(kind);
    run.len() >= BASE64
        && run.contains(['+', '/'])
        && !run.starts_with('/')
        && run.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

    fn shown(text: &str) -> String {
        let mut words = Words::new(text);
        words.push(text);
        words.finish()
    }

    #[test]
    fn hashes_are_read_and_keys_are_not() {
        let key = |text: &str| text.replace("KEY", KEY);
        for line in [
            "tx_hash=0xKEY l1blockhash=0xKEY",
            "failed to fetch L2 block by hash 0xKEY: not found",
            "genesis block number 0: 0xKEY <> 0xKEY",
            "wrong chain L1: genesis: 0xKEY:0, got 0xKEY:0",
            "id=0xKEY:30531041 err=x",
            "failed to verify block hash: computed 0xKEY but RPC said 0xKEY",
            "missing trie node KEY (path ) state 0xKEY is not available",
            "Bad block BlockWithParent { parent: 0xKEY, block: NumHash { number: 1, hash: 0xKEY } }",
            r#"{"number":1,"hash":"0xKEY","error":"x"}"#,
            "faultGameAbsolutePrestate:0xKEY",
            "mismatched block state root: got 0xKEY, expected 0xKEY",
            "reason: 0x014f6fe5KEY",
            "addr=0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        ] {
            assert_eq!(shown(&key(line)), key(line), "{line}");
        }
        for (line, expected) in [
            ("0xKEY", "…"),
            ("KEY", "…"),
            ("err=\"cannot parse 0xKEY\"", "err=\"cannot parse …\""),
            ("hash=0xab err=\"cannot parse 0xKEY\"", "hash=0xab err=\"cannot parse …\""),
            (r#"{"hash":"0xab","value":"0xKEY"}"#, r#"{"hash":"0xab","value":"…"}"#),
            ("block 0xKEY of key", "block … of key"),
            ("args=[op-batcher 0XKEY]", "args=[op-batcher …]"),
            ("jwt eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjF9.sig-x end", "jwt … end"),
            ("sent eyJhbGciOiJIUzI1NiJ9", "sent …"),
            (
                "request to lb.drpc.org/ogrpc?network=x&q=KEY failed",
                "request to lb.drpc.org… failed",
            ),
            ("url=rpc.example/KEY,rpc.example err", "url=rpc.example… err"),
            ("MHQCAQEEIKx/9Yh+QqkTn3Bv8bC1dD2eE3fF4gG5hH6i= end", "…= end"),
        ] {
            assert_eq!(shown(&key(line)), expected, "{line}");
        }
    }
}
