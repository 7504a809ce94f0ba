//! A line of JSON, read for what an entry needs and nothing else.

use std::{borrow::Cow, fmt};

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::mapping::{FIELDS, Field, Mapping, Node};
use crate::entry::{Entry, chunk_hash};

/// Reads a line. The error says what is wrong, without the line's number.
pub(super) fn entry<'a>(mapping: &'a Mapping, line: &'a [u8]) -> Result<Entry<'a>, String> {
    let text = str::from_utf8(line).map_err(|error| format!("it is not UTF-8: {error}"))?;
    let mut found = found(&mapping.root, text).map_err(|error| reason(&error))?;
    for (value, constant) in found.0.iter_mut().zip(&mapping.constants) {
        if let Some(text) = constant {
            *value = Some(Scalar::Text(Cow::Borrowed(text)));
        }
    }
    Ok(Entry {
        stream: found.name(Field::Stream)?,
        epoch: found.name(Field::Epoch)?,
        sequence: found.number(Field::Sequence)?,
        unix_ms: found.number(Field::UnixMs)?,
        chunk_hash: chunk_hash(&found.text(Field::ChunkHash)?),
        locator: found.text(Field::Locator)?,
    })
}

/// Nothing but one field, whatever the others are. It is not found in what is no JSON as a whole.
pub(super) fn field<'a>(mapping: &'a Mapping, field: Field, text: &'a str) -> Found<'a> {
    if let Some(constant) = &mapping.constants[field as usize] {
        let mut found = Found::default();
        found.0[field as usize] = Some(Scalar::Text(Cow::Borrowed(constant)));
        return found;
    }
    let way = mapping.root.only(field).unwrap_or_default();
    found(&way, text).unwrap_or_default()
}

fn found<'a>(root: &Node, text: &'a str) -> serde_json::Result<Found<'a>> {
    let mut found = Found::default();
    let mut json = serde_json::Deserializer::from_str(text);
    Place { node: root, found: &mut found }.deserialize(&mut json)?;
    json.end()?;
    Ok(found)
}

/// The parser's message; the line that it names is always the first.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_suffix(&place) {
        Some(text) => format!("{text} (column {})", error.column()),
        None => text,
    }
}

/// A text or a whole number.
#[derive(Debug)]
enum Scalar<'a> {
    Text(Cow<'a, str>),
    Number(u64),
}

/// What was found, by field.
#[derive(Debug, Default)]
pub(super) struct Found<'a>([Option<Scalar<'a>>; FIELDS.len()]);

impl<'a> Found<'a> {
    fn value(&mut self, field: Field) -> Result<Scalar<'a>, String> {
        self.0[field as usize].take().ok_or_else(|| format!("{:?} is missing", name(field)))
    }

    fn text(&mut self, field: Field) -> Result<Cow<'a, str>, String> {
        let text = match self.value(field)? {
            Scalar::Text(text) => text,
            Scalar::Number(number) => Cow::Owned(number.to_string()),
        };
        if text.is_empty() { Err(format!("{:?} is empty", name(field))) } else { Ok(text) }
    }

    /// A text that entries are grouped by.
    pub(super) fn name(&mut self, field: Field) -> Result<Cow<'a, str>, String> {
        let text = self.text(field)?;
        if text.contains('\0') {
            return Err(format!("{:?} holds a NUL character", name(field)));
        }
        Ok(text)
    }

    pub(super) fn number(&mut self, field: Field) -> Result<u64, String> {
        match self.value(field)? {
            Scalar::Number(number) => Ok(number),
            Scalar::Text(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().map_err(|_| format!("{:?} is no 64-bit number: {text:?}", name(field)))
            }
            Scalar::Text(text) => Err(format!("{:?} is no number: {text:?}", name(field))),
        }
    }
}

fn name(field: Field) -> &'static str {
    FIELDS[field as usize].1
}

/// Reads the value at a place of the line.
struct Place<'m, 'f, 'a> {
    node: &'m Node,
    found: &'f mut Found<'a>,
}

impl<'a> DeserializeSeed<'a> for Place<'_, '_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Place<'_, '_, 'a> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.node.field {
            Some(field) => write!(formatter, "a text or a whole number for {:?}", name(field)),
            None => formatter.write_str("an object"),
        }
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'a str) -> Result<(), E> {
        self.take(Scalar::Text(Cow::Borrowed(text)), de::Unexpected::Str(text))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.take(Scalar::Text(Cow::Owned(text.to_owned())), de::Unexpected::Str(text))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<(), E> {
        self.take(Scalar::Number(number), de::Unexpected::Unsigned(number))
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        if self.node.field.is_some() {
            return Err(de::Error::invalid_type(de::Unexpected::Map, &self));
        }
        let mut seen = [false; FIELDS.len()];
        while let Some(at) = map.next_key_seed(Child(self.node))? {
            let Some(at) = at else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if std::mem::replace(&mut seen[at], true) {
                let member = &self.node.children[at].0;
                return Err(de::Error::custom(format_args!("{member:?} is there twice")));
            }
            map.next_value_seed(Place { node: &self.node.children[at].1, found: self.found })?;
        }
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'a>>(self, mut list: S) -> Result<(), S::Error> {
        if self.node.field.is_some() || self.node.children.is_empty() {
            return Err(de::Error::invalid_type(de::Unexpected::Seq, &self));
        }
        for index in 0_usize.. {
            let index = index.to_string();
            let child = self.node.children.iter().find(|(name, _)| *name == index);
            let more = match child {
                Some((_, node)) => list.next_element_seed(Place { node, found: self.found })?,
                None => list.next_element::<IgnoredAny>()?.map(|_| ()),
            };
            if more.is_none() {
                break;
            }
        }
        Ok(())
    }
}

impl<'a> Place<'_, '_, 'a> {
    fn take<E: de::Error>(self, value: Scalar<'a>, seen: de::Unexpected<'_>) -> Result<(), E> {
        let Some(field) = self.node.field else { return Err(E::invalid_type(seen, &self)) };
        self.found.0[field as usize] = Some(value);
        Ok(())
    }
}

/// Which child of a place a member is; `None` for what is not looked for.
struct Child<'m>(&'m Node);

impl<'a> DeserializeSeed<'a> for Child<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Child<'_> {
    type Value = Option<usize>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a member's name")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        // Almost all that are as long as a child differ in the first byte.
        let is = |child: &str| child.as_bytes().first() == name.as_bytes().first() && child == name;
        Ok(self.0.children.iter().position(|(child, _)| is(child)))
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::keccak256;

    use super::*;

    const LINE: &str = concat!(
        r#"{"stream":"s","epoch":7,"seq":"3","unixMs":1700000000000,"extra":{"seq":[1,{}]},"#,
        r#""chunkHash":"ab","locator":"moq:\/\/x"}"#
    );

    fn read(line: &str) -> Result<Entry<'_>, String> {
        // The mapping outlives the test.
        entry(Box::leak(Box::default()), line.as_bytes())
    }

    #[test]
    fn an_entry_is_read() {
        let entry = read(LINE).unwrap();
        assert_eq!((&*entry.stream, &*entry.epoch, entry.sequence), ("s", "7", 3));
        assert_eq!((entry.chunk_hash, &*entry.locator), (keccak256("ab"), "moq://x"));
        assert_eq!(entry.unix_ms, 1_700_000_000_000);
    }

    #[test]
    fn what_is_no_entry_is_refused_with_the_reason() {
        for (from, to, expected) in [
            (r#""stream":"s","#, "", r#""stream" is missing"#),
            (r#""s""#, r#""""#, r#""stream" is empty"#),
            (r#""s""#, r#""a\u0000""#, "NUL"),
            (r#""s""#, "null", "a text or a whole number"),
            (r#""s""#, "[]", "a text or a whole number"),
            (r#""s""#, "{}", "a text or a whole number"),
            (r#""3""#, "-3", "a text or a whole number"),
            (r#""3""#, "3.5", "a text or a whole number"),
            (r#""3""#, r#""3x""#, r#""sequence" is no number: "3x""#),
            (r#""3""#, r#""18446744073709551616""#, "no 64-bit number"),
            (r#""3""#, "18446744073709551616", "a text or a whole number"),
            (r#""3""#, r#""""#, "no 64-bit number"),
            (r#""epoch":7"#, r#""epoch":7,"epoch":7"#, r#""epoch" is there twice (column"#),
            (r#"x"}"#, r#"x"} {}"#, "trailing characters"),
            (r#"x"}"#, "x", "EOF"),
        ] {
            let line = LINE.replacen(from, to, 1);
            assert_ne!(line, LINE);
            let reason = entry(&Mapping::default(), line.as_bytes()).map(drop).unwrap_err();
            assert!(reason.contains(expected), "{line}: {reason}");
        }
        assert!(read("[1]").unwrap_err().contains("is missing"));
        assert!(read("7").unwrap_err().contains("expected an object"));
    }

    #[test]
    fn a_mapping_leads_into_objects_and_lists() {
        let mapping = Mapping::parse(
            br#"{"stream": {"constant": "news"}, "epoch": "/when/0/hour", "sequence": "/when/1",
                "unixMs": "/a~1b/t~0", "chunkHash": "/chunk/blake3", "locator": "/chunk/uri"}"#,
        )
        .unwrap();
        let line = concat!(
            r#"{"stream":"other","when":[{"hour":"12"},9],"a/b":{"t~":5},"#,
            r#""chunk":{"uri":"u","blake3":"h","uri2":1}}"#
        );
        let read = entry(&mapping, line.as_bytes()).unwrap();
        assert_eq!((&*read.stream, &*read.epoch, read.sequence), ("news", "12", 9));
        assert_eq!((read.unix_ms, read.chunk_hash, &*read.locator), (5, keccak256("h"), "u"));
        let split = concat!(
            r#"{"when":[{"hour":"12"},9],"a/b":{"t~":5},"#,
            r#""chunk":{"uri":"u"},"chunk":{"blake3":"h"}}"#
        );
        assert!(
            entry(&mapping, split.as_bytes()).unwrap_err().contains(r#""chunk" is there twice"#)
        );
    }
}
