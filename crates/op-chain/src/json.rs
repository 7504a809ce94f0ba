//! Where JSON readers differ. Go matches names in any letter case, takes the last of two, and wants
//! `0x` before hex digits; Rust's readers don't. What they would read differently is refused.

use std::{collections::HashSet, fmt, marker::PhantomData, str::FromStr};

use serde::de::{self, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// Refuses a name that is a known one but for its letter case.
pub(crate) fn spelled_right<E: de::Error>(name: &str, known: &[&str]) -> Result<(), E> {
    let meant = known.iter().find(|known| name != **known && same_but_for_case(name, known));
    meant.map_or(Ok(()), |meant| {
        Err(E::custom(format_args!("`{name}` is `{meant}` to Go programs, and unknown to others")))
    })
}

fn same_but_for_case(one: &str, other: &str) -> bool {
    folded(one).eq(folded(other))
}

/// A name as Go compares it (`encoding/json`, `fold.go`).
fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().map(|letter| match letter {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    })
}

/// Bytes in hex with `0x` before them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hex<T>(pub(crate) T);

impl<'de, T: FromStr> Deserialize<'de> for Hex<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = text.starts_with("0x").then(|| text.parse().ok()).flatten();
        bytes.map(Self).ok_or_else(|| {
            let expected = &"0x and the right number of hex digits";
            de::Error::invalid_value(de::Unexpected::Str(&text), expected)
        })
    }
}

/// [`Hex`] for fields.
pub(crate) fn hex<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<T, D::Error> {
    Hex::deserialize(deserializer).map(|Hex(value)| value)
}

/// A field that need not be there, and is never `null`.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A number, for which `null` stands for 0.
pub(crate) fn number<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A field that is an object. A derived reader takes an array of its values as well.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct Visitor<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
        type Value = T;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }
    deserializer.deserialize_map(Visitor(PhantomData))
}

/// An object, in which and below which no name appears twice.
#[derive(Debug, Clone, Default)]
pub(crate) struct Members(pub(crate) Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Members, A::Error> {
                unique(map).map(Members)
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

fn unique<'de, A: de::MapAccess<'de>>(mut map: A) -> Result<Map<String, Value>, A::Error> {
    let (mut members, mut seen) = (Map::new(), HashSet::new());
    while let Some((name, Unique(value))) = map.next_entry::<String, _>()? {
        if !seen.insert(folded(&name).collect::<String>()) {
            return Err(de::Error::custom(format_args!("`{name}` appears twice")));
        }
        members.insert(name, value);
    }
    Ok(members)
}

/// Any value, in the objects of which no name appears twice.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> de::Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Unique(value)) = seq.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        unique(map).map(Value::Object)
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, address};
    use serde_json::{Error, from_str, json};

    use super::*;

    #[test]
    fn names_are_compared_as_go_does() {
        for (name, right) in [
            ("nonce", true),
            ("nonces", true),
            ("", true),
            ("Nonce", false),
            ("NONCE", false),
            ("bloc\u{212a}", false),
            ("ha\u{17f}h", false),
            ("nöncé", true),
        ] {
            let known = ["nonce", "block", "hash"];
            assert_eq!(spelled_right::<Error>(name, &known).is_ok(), right, "{name}");
        }
    }

    #[test]
    fn hex_has_a_prefix_and_is_a_string() {
        let right = "\"0x4200000000000000000000000000000000000011\"";
        let expected = address!("4200000000000000000000000000000000000011");
        assert_eq!(from_str::<Hex<Address>>(right).unwrap().0, expected);
        let bytes = serde_json::to_string(expected.as_slice()).unwrap();
        for wrong in [right.replace("0x", ""), right.replace('x', "X"), bytes, "null".to_owned()] {
            assert!(from_str::<Hex<Address>>(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_twice_is_refused_at_any_depth() {
        let read = |text: &str| from_str::<Members>(text).map(|Members(members)| members);
        let text = r#"{"a": [1, -1, 1.5, "a", null, true, {"a": 1, "b": 1}], "b": {"a": 2}}"#;
        let value: Value = from_str(text).unwrap();
        assert_eq!(json!(read(text).unwrap()), value);
        for wrong in [
            r#"{"a": 1, "a": 1}"#,
            r#"{"a": 1, "A": 1}"#,
            r#"{"a": {"k": 1, "\u212a": 2}}"#,
            r#"{"a": [{"b": 1, "b": 2}]}"#,
        ] {
            assert!(read(wrong).unwrap_err().to_string().contains("appears twice"), "{wrong}");
        }
        assert!(read("[]").is_err());
    }
}
