//! White space that says nothing. In a compressed file any amount of it costs next to nothing, so it is passed over in
//! strides.

use std::borrow::Cow;

/// Looked at together, which is faster than one by one; the longest first.
const STRIDES: [usize; 3] = [4096, 256, 32];
/// Runs of twice as many bytes are seen for certain.
const SEEN: usize = 64;
/// What JSON takes for white space.
const SPACES: &[u8] = b" \n\t\r";

/// How many bytes there are at the beginning that are some of these.
#[must_use]
pub fn leading(bytes: &[u8], these: &[u8]) -> usize {
    let mut rest = bytes;
    for stride in STRIDES {
        while let Some((first, after)) = rest.split_at_checked(stride)
            && these.contains(&first[0])
            && are(first, these)
        {
            rest = after;
        }
    }
    let others = rest.iter().position(|byte| !these.contains(byte));
    bytes.len() - rest.len() + others.unwrap_or(rest.len())
}

/// Whether all bytes are some of these, which are counted many at a time.
fn are(bytes: &[u8], these: &[u8]) -> bool {
    let mut count = 0;
    these.iter().any(|this| {
        count += memchr::memchr_iter(*this, bytes).count();
        count == bytes.len()
    })
}

/// The same JSON with a space in the place of each long run of white space outside of texts.
#[must_use]
pub fn without_runs(line: &[u8]) -> Cow<'_, [u8]> {
    let mut short = Vec::new();
    // What comes from here on is not copied yet, and from where on no text is known.
    let (mut kept, mut known) = (0, 0);
    let mut at = 0;
    while let Some(bytes) = line.get(at..at + SEEN) {
        if !SPACES.contains(&bytes[0]) || !are(bytes, SPACES) {
            at += SEEN;
            continue;
        }
        while let Some(quote) = line.get(known..at).and_then(|before| memchr::memchr(b'"', before))
        {
            known += quote;
            known += end_of_text(&line[known..]);
        }
        if known > at {
            // It is in a text.
            at = known;
            continue;
        }
        short.extend_from_slice(&line[kept..at]);
        short.push(b' ');
        at += leading(&line[at..], SPACES);
        (kept, known) = (at, at);
    }
    if kept == 0 {
        return Cow::Borrowed(line);
    }
    short.extend_from_slice(&line[kept..]);
    Cow::Owned(short)
}

/// How many bytes a text has that begins with its quotation mark.
fn end_of_text(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found + 1;
        if text[at - 1] == b'"' {
            return at;
        }
        // What is escaped.
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..Default::default() })]

        #[test]
        fn what_a_line_says_stays_the_same(
            parts in prop::collection::vec(
                (prop::sample::select(vec!["{", "}", "[", "]", ":", ",", "\"", "\\", "\\\"", "a", "\"a\"", "1", "true", "é"]),
                 prop::sample::select(vec![" ", "\t", "\r", "\n", " \t", "\u{c}", "\u{a0}"]), 0_usize..70),
                0..12,
            ),
        ) {
            let line: String = parts.iter().map(|(word, space, many)| word.to_string() + &space.repeat(*many)).collect();
            let short = without_runs(line.as_bytes());
            let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok();
            prop_assert_eq!(read(&short), read(line.as_bytes()));
        }

        #[test]
        fn an_object_keeps_its_texts(before in 0_usize..200, inside in 0_usize..200, escapes in 0_usize..3) {
            let [before, inside] = [before, inside].map(|many| " ".repeat(many));
            let line = format!("{{{before}\"a\"{before}:{before}\"{}{inside}\"{before}}}", "\\\"\\\\".repeat(escapes));
            let short = without_runs(line.as_bytes());
            let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
            prop_assert_eq!(read(&short), read(line.as_bytes()));
            prop_assert!(before.len() < 2 * SEEN || short.len() < 4 * SEEN + 25 + inside.len());
        }
    }

    #[test]
    fn a_line_without_runs_is_not_copied() {
        assert!(matches!(without_runs(br#"{"a": 1, "b":               2}"#), Cow::Borrowed(_)));
        assert_eq!(leading(&[b' '; 200], SPACES), 200);
        assert_eq!(leading(&[b"  \t".repeat(90), b"x ".to_vec()].concat(), SPACES), 270);
    }
}
