//! Whose a line is that is no entry.

use std::borrow::Cow;

use super::mapping::{Field, Mapping};
use super::parse;

/// What can be read of a line that is no entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub stream: String,
    pub epoch: Option<String>,
    pub sequence: Option<u64>,
    pub unix_ms: Option<u64>,
}

/// `None` where the line may be of any stream: it names none, or several, or is no JSON, and then may be what is
/// left of two lines.
pub(super) fn origin(mapping: &Mapping, line: &[u8]) -> Option<Origin> {
    // Only bytes that are no UTF-8 change; none of these means anything in JSON.
    let text = String::from_utf8_lossy(line);
    let name = |field| {
        let name = parse::field(mapping, field, &text).name(field).ok()?.into_owned();
        let is_as_written =
            matches!(text, Cow::Borrowed(_)) || !name.contains(char::REPLACEMENT_CHARACTER);
        is_as_written.then_some(name)
    };
    let number = |field| parse::field(mapping, field, &text).number(field).ok();
    Some(Origin {
        stream: name(Field::Stream)?,
        epoch: name(Field::Epoch),
        sequence: number(Field::Sequence),
        unix_ms: number(Field::UnixMs),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str =
        r#"{"stream":"s","epoch":7,"seq":3,"unixMs":5,"chunkHash":"ab","locator":"l"}"#;

    fn read(from: &str, to: &str) -> Option<Origin> {
        let line = LINE.replacen(from, to, 1);
        assert_ne!(line, LINE);
        origin(&Mapping::default(), line.as_bytes())
    }

    fn known(epoch: Option<&str>, sequence: Option<u64>, unix_ms: Option<u64>) -> Origin {
        Origin { stream: "s".into(), epoch: epoch.map(str::to_owned), sequence, unix_ms }
    }

    #[test]
    fn what_a_line_shows_is_read() {
        let all = Some(known(Some("7"), Some(3), Some(5)));
        assert_eq!(read(r#""l""#, "null"), all);
        assert_eq!(read(r#""chunkHash":"ab","#, ""), all);
        assert_eq!(read(r#""l""#, r#""l","x":[[{}]],"locator":1"#), all);
        assert_eq!(read("5", "-5"), Some(known(Some("7"), Some(3), None)));
        assert_eq!(read("3", r#""x""#), Some(known(Some("7"), None, Some(5))));
        assert_eq!(read("3", r#"3,"seq":4"#), Some(known(Some("7"), None, Some(5))));
        assert_eq!(read("7", r#""a\u0000""#), Some(known(None, Some(3), Some(5))));
    }

    #[test]
    fn a_line_that_may_be_of_another_stream_is_of_none() {
        for (from, to) in [
            (r#""stream":"s","#, ""),
            (r#""s""#, "null"),
            (r#""s""#, r#""""#),
            (r#""s""#, r#""s","stream":"t""#),
            // Cut off, and two in one.
            (r#""ab","locator":"l"}"#, ""),
            (r#""ab","locator":"l"}"#, r#""{"stream":"t"}"#),
            ("l\"}", r#"l"}{"stream":"t"}"#),
        ] {
            assert_eq!(read(from, to), None, "{to}");
        }
    }

    #[test]
    fn bytes_that_are_no_utf_8_hide_what_they_are_in() {
        let with = |from: &str| {
            let (before, after) = LINE.split_once(from).unwrap();
            let line = [before.as_bytes(), b"\"\xe9\"", after.as_bytes()].concat();
            origin(&Mapping::default(), &line)
        };
        assert_eq!(with(r#""l""#), Some(known(Some("7"), Some(3), Some(5))));
        assert_eq!(with("7"), Some(known(None, Some(3), Some(5))));
        assert_eq!(with(r#""s""#), None);
    }

    #[test]
    fn a_constant_holds_for_whatever_the_line_is() {
        let mapping = Mapping::parse(
            br#"{"stream": {"constant": "s"}, "epoch": "/a/e", "sequence": "/a/n", "unixMs": "/t",
                "chunkHash": "/h", "locator": "/l"}"#,
        )
        .unwrap();
        let read = |line: &str| origin(&mapping, line.as_bytes());
        assert_eq!(read("{"), Some(known(None, None, None)));
        assert_eq!(read(r#"{"a":{"e":1,"n":[]},"t":2}"#), Some(known(Some("1"), None, Some(2))));
        assert_eq!(read(r#"{"a":{"e":1},"a":{"n":1}}"#), Some(known(None, None, None)));
    }
}
