//! The hash does not depend on where the windows happen to end.

use std::{fmt, io};

use proptest::prelude::*;
use serde::{Deserialize, Deserializer, de};
use serde_json::{Value, value::RawValue};

use super::*;

const SMALL: &str = include_str!("../../tests/data/genesis.json");
/// A window that has room for all of a small file.
const WHOLE: usize = 1 << 16;
const STEPS: [usize; 5] = [1, 2, 7, 64, WHOLE];

fn hash(json: &[u8], step: usize) -> Result<B256, String> {
    GenesisBlock::from_window(Window::new(json, step), None)
        .map(|block| block.hash)
        .map_err(|error| error.to_string())
}

fn small() -> Value {
    serde_json::from_str(SMALL).unwrap()
}

fn original() -> Result<B256, String> {
    hash(SMALL.as_bytes(), WHOLE)
}

/// An object's members as `serde_json` splits them, none left out.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// The file as `serde_json` reads it from one slice, written anew without whitespace or escapes in keys.
fn rewritten(json: &[u8]) -> serde_json::Result<String> {
    let object = |json: &[u8], rewrite: &dyn Fn(&str, &str) -> serde_json::Result<String>| {
        let Members(members) = serde_json::from_slice(json)?;
        let members = members.iter().map(|(key, value)| {
            Ok(format!("{}:{}", Value::from(key.as_str()), rewrite(key, value.get())?))
        });
        serde_json::Result::Ok(format!(
            "{{{}}}",
            members.collect::<serde_json::Result<Vec<_>>>()?.join(",")
        ))
    };
    object(json, &|key, value| match key {
        "alloc" => object(value.as_bytes(), &|_, account| Ok(account.to_owned())),
        _ => Ok(value.to_owned()),
    })
}

/// Whether the windowed reading says what one of the whole slice says.
fn agrees(json: &[u8], step: usize) -> bool {
    match rewritten(json) {
        Ok(whole) => hash(json, step).ok() == hash(whole.as_bytes(), WHOLE).ok(),
        Err(_) => hash(json, step).is_err(),
    }
}

/// JSON of the same meaning: whitespace, the order of members and the escapes are up to `noise`.
fn print(value: &Value, noise: &mut impl Iterator<Item = u8>) -> String {
    let mut next = || noise.next().unwrap_or_default();
    let [open, colon, close] =
        [next(), next(), next()].map(|byte| ["", " ", "\n", " \r\n\t "][usize::from(byte % 4)]);
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members
                .iter()
                .map(|(key, value)| {
                    let (order, key) = (noise.next(), print(&Value::from(key.as_str()), noise));
                    (order, format!("{open}{key}{colon}:{close}{}{open}", print(value, noise)))
                })
                .collect();
            members.sort();
            let members: Vec<_> = members.into_iter().map(|(_, member)| member).collect();
            format!("{{{open}{}{close}}}", members.join(","))
        }
        Value::String(text) if next() % 8 == 0 => {
            let escapes: Vec<_> =
                text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            format!("\"{}\"", escapes.concat())
        }
        other => other.to_string(),
    }
}

/// A reader that hands out a few bytes at a time.
struct Trickle<'a>(&'a [u8], usize);

impl io::Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.1);
        self.0.read(&mut buffer[..length])
    }
}

#[test]
fn every_truncation_is_refused() {
    let json = SMALL.trim_end();
    for length in 0..json.len() {
        for step in STEPS {
            assert!(hash(&json.as_bytes()[..length], step).is_err(), "{length} of {step}");
        }
    }
}

#[test]
fn the_change_of_any_byte_is_judged_as_in_one_slice() {
    for position in 0..SMALL.len() {
        for byte in *b"01eAx \n\",:{}[]n-.\\\xff" {
            let mut json = SMALL.as_bytes().to_vec();
            json[position] = byte;
            let step = STEPS[(position + usize::from(byte)) % STEPS.len()];
            assert!(agrees(&json, step), "{position} as {:?}, {step}", char::from(byte));
        }
    }
}

#[test]
fn the_omission_and_the_doubling_of_any_byte_are_judged_as_in_one_slice() {
    for position in 0..SMALL.len() {
        let (before, after) = SMALL.as_bytes().split_at(position);
        for step in STEPS {
            assert!(agrees(&[before, &after[1..]].concat(), step), "without {position}, {step}");
            assert!(
                agrees(&[before, &after[..1], after].concat(), step),
                "{position} twice, {step}"
            );
        }
    }
}

#[test]
fn only_one_alloc_at_the_top_counts_however_it_is_spelled() {
    let with = |from, to| SMALL.replacen(from, to, 1);
    let nested = with("\"config\": {", r#""config": {"alloc": {"no address": 1},"#);
    let escaped = with("\"alloc\"", r#""\u0061lloc""#);
    for json in [nested, escaped] {
        assert_ne!(json, SMALL);
        assert_eq!(hash(json.as_bytes(), 7), original(), "{json}");
    }
    for again in [r#""alloc": {}, "alloc""#, r#""\u0061lloc": {}, "alloc""#] {
        let error = hash(with("\"alloc\"", again).as_bytes(), 7).unwrap_err();
        assert!(error.contains("duplicate field `alloc`"), "{error}");
    }
    for wrong in ["null", "[]", "[{}]", "\"\"", "0", "", "true"] {
        let json = format!("{{\"alloc\": {wrong}}}");
        let error = hash(json.as_bytes(), 7).unwrap_err();
        assert!(error.contains("expected `{` at byte 10"), "{error}");
    }
}

#[test]
fn what_surrounds_the_document_is_refused() {
    for json in
        [format!("{SMALL}{{}}"), format!("{SMALL}x"), format!("\u{feff}{SMALL}"), "[]".to_owned()]
    {
        for step in STEPS {
            assert!(hash(json.as_bytes(), step).is_err(), "{json}");
        }
    }
    assert_eq!(hash(format!(" \r\n\t{SMALL} \n").as_bytes(), 1), original());
}

#[test]
fn a_number_may_be_cut_anywhere() {
    for number in ["-12.34e+56", "1234", "0", "-0", "1.5", "7E-12"] {
        for place in ["\"nonce\"", "\"balance\""] {
            let json = SMALL.replacen(place, &format!("\"unknown\":{number},{place}"), 1);
            for step in 1..300 {
                assert_eq!(hash(json.as_bytes(), step), original(), "{number}, {step}");
            }
        }
    }
}

#[test]
fn nesting_needs_no_recursion() {
    let (open, close) = ("[".repeat(200_000), "]".repeat(200_000));
    for place in ["\"nonce\"", "\"balance\""] {
        let ignored = SMALL.replacen(place, &format!("\"unknown\":{open}{close},{place}"), 1);
        assert_eq!(hash(ignored.as_bytes(), 64), original());
        for wrong in
            [format!("\"unknown\":{open},{place}"), format!("{place}:{open}{close},{place}")]
        {
            assert!(hash(SMALL.replacen(place, &wrong, 1).as_bytes(), 64).is_err());
        }
    }
}

#[test]
fn an_error_tells_its_place_in_the_file() {
    for (from, to, message) in [
        (
            "\"balance\": \"0x1\"",
            "\"code\": \"0x\"",
            "missing field `balance` at line 1 column 16 of the value at byte",
        ),
        (
            "\"balance\": \"0x1\"",
            "\"balance\": x",
            "expected value at line 1 column 14 of the value at byte",
        ),
        ("\"balance\": \"0x1\" }", "\"balance\": \"0x1\" };", "expected `,` or `}` at byte"),
    ] {
        assert!(SMALL.contains(from));
        let json = SMALL.replacen(from, to, 1);
        let account = json.find(to).unwrap() - "{ ".len();
        let place =
            if message.starts_with("expected `,`") { json.find(';').unwrap() } else { account };
        for step in STEPS {
            let error = hash(json.as_bytes(), step).unwrap_err();
            assert!(
                error.ends_with(&format!("{message} {place}")),
                "{error}, not {message} {place}"
            );
        }
    }
    let json = SMALL.replacen("\"timestamp\": \"0x6a360a34\"", "\"timestamp\": \"soon\"", 1);
    let error = hash(json.as_bytes(), 64).unwrap_err();
    assert!(
        error.contains("\"soon\"") && error.ends_with("at line 10 column 21, with alloc as {}"),
        "{error}"
    );
}

proptest! {
    #[test]
    fn the_hash_depends_on_neither_format_nor_windows(
        noise in prop::collection::vec(any::<u8>(), 1..200), step in 1_usize..3000, length in 1_usize..50,
    ) {
        let json = print(&small(), &mut noise.into_iter().cycle());
        let window = Window::new(Trickle(json.as_bytes(), length), step);
        let block = GenesisBlock::from_window(window, None).map_err(|error| error.to_string());
        prop_assert_eq!(block.map(|block| block.hash), original());
    }

    #[test]
    fn any_two_changes_are_judged_as_in_one_slice(
        noise in prop::collection::vec(any::<u8>(), 1..200), step in 1_usize..300,
        // Within ASCII: the UTF-8 of a value is checked where it is read, and the two readers do not
        // read the same values.
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..=0x7f_u8), 2),
    ) {
        let mut json = print(&small(), &mut noise.into_iter().cycle()).into_bytes();
        for (index, byte) in changes {
            let position = index.index(json.len());
            json[position] = byte;
        }
        prop_assert!(agrees(&json, step), "{}", String::from_utf8_lossy(&json));
    }
}
