//! Values that are named like secrets: flags, variables, headers, members.

use super::LEFT_OUT;

/// What follows one of these and a `=` or `:` is a secret, to the end of the line; of a flag also what
/// follows a blank.
const BEFORE_SECRETS: [&str; 9] = [
    "mnemonic",
    "password",
    "passphrase",
    "secret",
    "private-key",
    "private_key",
    "token",
    "authorization",
    "cookie",
];

/// Where a file with a key begins that was printed whole.
const PEM: &str = "-----BEGIN";

/// A name of which a part ends so has a secret for a value: `x-api-key`, `dkey`, `OP_NODE_L2_ENGINE_AUTH`.
const SECRETS: [&str; 8] =
    ["key", "token", "auth", "secret", "password", "passwd", "pwd", "credential"];

/// These too, where something is assigned to them: in prose they say what a message is about.
const ASSIGNED: [&str; 3] = ["jwt", "seed", "pass"];

/// What stands before a value that has two words.
const SCHEMES: [&str; 3] = ["basic", "digest", "token"];

/// The text up to the first secret that may have blanks in it.
pub(super) fn before_secrets(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    let end = |name: &&str| {
        lower.match_indices(*name).find_map(|(at, name)| {
            let end = at + name.len();
            let flag = lower.get(..at)?.rsplit(|part| !part_of_name(part)).next()?.starts_with('-');
            let value = text.get(end..)?;
            let after = value.trim_start_matches(['"', '\\', ' ']);
            let given = after.starts_with(['=', ':'])
                || (flag && value.starts_with(' ') && !after.starts_with('-'));
            given.then_some(end)
        })
    };
    let bearer = lower.find("bearer ").map(|at| at + "bearer".len());
    let pem = text.find(PEM).map(|at| at + PEM.len());
    let first = BEFORE_SECRETS.iter().filter_map(end).chain(bearer).chain(pem).min();
    first.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// The text without the values of what is named like a secret, each a word.
pub(super) fn without_values(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(part_of_name) {
        let (before, from) = rest.split_at(start);
        let (name, after) =
            from.split_at(from.find(|part| !part_of_name(part)).unwrap_or(from.len()));
        shown.push_str(before);
        shown.push_str(name);
        rest = after;
        if (is_secret(name) || (is_assigned(after) && has_part(name, &ASSIGNED)))
            && let Some((between, value, after)) = value(name, after)
        {
            shown.push_str(between);
            if !value.is_empty() {
                shown.push_str(LEFT_OUT);
            }
            rest = after;
        }
    }
    shown.push_str(rest);
    shown
}

fn part_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-_.".contains(letter)
}

fn is_secret(name: &str) -> bool {
    let public = |part: &str| part.starts_with("pub");
    has_part(name, &SECRETS) && !parts(&name.to_ascii_lowercase()).any(public)
}

fn has_part(name: &str, ends: &[&str]) -> bool {
    parts(&name.to_ascii_lowercase()).any(|part| ends.iter().any(|end| part.ends_with(end)))
}

fn parts(name: &str) -> impl Iterator<Item = &str> {
    name.split(['-', '_', '.'])
}

/// Whether what follows a name is `=`, or its own closing quote.
fn is_assigned(after: &str) -> bool {
    after.starts_with(['=', '"', '\\'])
}

/// What stands between a name and its value, the value, and what follows.
fn value<'a>(name: &str, text: &'a str) -> Option<(&'a str, &'a str, &'a str)> {
    let quote = |letter: char| " \"'`\\".contains(letter);
    let start = match text.trim_start_matches(quote).strip_prefix(['=', ':']) {
        Some(assigned) => {
            assigned.trim_start_matches(|letter| quote(letter) || "[({".contains(letter))
        }
        // `--api-key VALUE`, and no other flag.
        None if name.starts_with('-') && text.starts_with(' ') => {
            Some(text.trim_start_matches(quote)).filter(|value| !value.starts_with('-'))?
        }
        None => return None,
    };
    let between = text.get(..text.len() - start.len())?;
    let (value, after) = start.split_at(value_end(between, start));
    Some((between, value, after))
}

/// Where the value ends with which the text begins.
fn value_end(between: &str, text: &str) -> usize {
    if between.contains('[') {
        // A header may have several values.
        return text.find(']').unwrap_or(text.len());
    }
    if let Some(quote) = between.chars().last().filter(|last| "\"'`".contains(*last)) {
        // All up to the other quote, or to its backslash.
        let within = text.split(quote).next().unwrap_or(text);
        return within.trim_end_matches('\\').len();
    }
    let last = |letter: char| letter.is_whitespace() || "\"'`\\])},;&".contains(letter);
    let end = text.find(last).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    match after.strip_prefix(' ') {
        Some(second) if SCHEMES.contains(&&*word.to_ascii_lowercase()) => {
            end + 1 + second.find(last).unwrap_or(second.len())
        }
        _ => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secrets_are_left_out() {
        for (text, expected) in [
            ("x-api-key=KEY err=forbidden", "x-api-key=… err=forbidden"),
            ("X-Api-Key: KEY, b", "X-Api-Key: …, b"),
            ("headers=map[X-Auth-Key:[KEY] Accept:[b]]", "headers=map[X-Auth-Key:[…] Accept:[b]]"),
            (r#"{"apiKey":"KEY","b":1}"#, r#"{"apiKey":"…","b":1}"#),
            (r#"{\"api_key\": \"KEY\"}"#, r#"{\"api_key\": \"…\"}"#),
            ("a?network=x&dkey=KEY&b=1", "a?network=x&dkey=…&b=1"),
            ("--p2p.sequencer.key=KEY --b", "--p2p.sequencer.key=… --b"),
            ("--signer-private-key-hex=KEY", "--signer-private-key-hex=…"),
            (
                "env_var=\"OP_NODE_L2_ENGINE_AUTH_RAW=KEY\"",
                "env_var=\"OP_NODE_L2_ENGINE_AUTH_RAW=…\"",
            ),
            ("X-Auth: KEY", "X-Auth: …"),
            ("auth: Basic KEY, b", "auth: …, b"),
            ("map[X-Api-Key:[KEY KEY] b]", "map[X-Api-Key:[…] b]"),
            (r#"{"x-api-key":["KEY","KEY"]}"#, r#"{"x-api-key":["…]}"#),
            ("--api-key KEY --b", "--api-key … --b"),
            ("--api-key --b", "--api-key --b"),
            ("key = KEY", "key = …"),
            ("pubkey=ab public-key=ab", "pubkey=ab public-key=ab"),
            ("401 Unauthorized: signature is invalid", "401 Unauthorized: signature is invalid"),
            ("--authrpc.port=8551 author=b", "--authrpc.port=8551 author=b"),
            ("invalid key here", "invalid key here"),
            ("jwt=KEY seed=\"KEY KEY\" b", "jwt=… seed=\"…\" b"),
            ("malformed jwt: missing header", "malformed jwt: missing header"),
            ("x-api-key=\"KEY KEY\" b", "x-api-key=\"…\" b"),
            ("key=", "key="),
            ("", ""),
        ] {
            assert_eq!(without_values(text), expected);
        }
    }

    #[test]
    fn the_line_ends_at_a_secret_with_blanks() {
        for (text, expected) in [
            ("--mnemonic=test test junk", "--mnemonic"),
            ("sent Bearer abc", "sent Bearer"),
            (r"err=-----BEGIN EC PRIVATE KEY-----\nMHQ", "err=-----BEGIN"),
            ("nothing here", "nothing here"),
            ("--mnemonic test test junk", "--mnemonic"),
            ("--private-key 0xab --b", "--private-key"),
            ("no token here", "no token here"),
            ("Cookie: a=b; c=d", "Cookie"),
        ] {
            assert_eq!(before_secrets(text), expected);
        }
    }
}
