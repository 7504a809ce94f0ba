//! What a log line is, whichever program wrote it and whatever carried it here.

use std::{
    borrow::Cow,
    io::{self, BufRead, Read as _},
};

use serde::Deserialize;

/// How severe a line says it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// Also trace.
    Debug,
    /// The program works.
    Info,
    /// Something to look at.
    #[default]
    Warn,
    /// Something failed.
    Error,
    /// The program ends.
    Crit,
}

/// Of a longer line only the beginning is read, in bytes.
const LONGEST: u64 = 64 * 1024;

/// In every format the level comes early; further right it is somebody's text.
const HEAD: usize = 256;

/// The next line without its end, `None` after the last one.
pub(super) fn next<'a>(
    reader: &mut impl BufRead,
    buffer: &'a mut Vec<u8>,
) -> io::Result<Option<&'a [u8]>> {
    buffer.clear();
    reader.by_ref().take(LONGEST).read_until(b'\n', buffer)?;
    if buffer.is_empty() {
        return Ok(None);
    }
    if buffer.last() != Some(&b'\n') {
        reader.skip_until(b'\n')?;
    }
    Ok(Some(buffer.trim_ascii_end()))
}

/// The line without the terminal's colours.
pub(super) fn plain(line: &[u8]) -> Cow<'_, [u8]> {
    const ESCAPE: u8 = 0x1b;
    if !line.contains(&ESCAPE) {
        return Cow::Borrowed(line);
    }
    let mut plain = Vec::with_capacity(line.len());
    let mut bytes = line.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != ESCAPE {
            plain.push(byte);
        } else if bytes.next_if_eq(&b'[').is_some() {
            // The sequence ends with its first byte that is no parameter.
            let _ = bytes.find(|byte| matches!(byte, 0x40..=0x7e));
        }
    }
    Cow::Owned(plain)
}

/// The level that the line states, if it states one.
///
/// Known are logfmt and JSON (`lvl=error`, `"level":"WARN"`), the terminal format of the Go programs
/// (`ERROR[11-21|19:32:57.878]`), that of reth (`2026-11-21T19:32:57Z ERROR reth::cli:`), each also behind
/// a prefix of journald or a container runtime, and what programs print without a logger (`Fatal: …`).
pub(super) fn level(line: &[u8]) -> Option<Level> {
    let head = line.get(..HEAD).unwrap_or(line);
    let mut before: &[u8] = b"";
    let mut at = 0;
    while at < head.len() {
        let rest = &head[at..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        if length == 0 {
            at += 1;
            continue;
        }
        let word = &rest[..length];
        let named = before.eq_ignore_ascii_case(b"lvl") || before.eq_ignore_ascii_case(b"level");
        let may_be_level = named || word.iter().all(u8::is_ascii_uppercase);
        let found = may_be_level
            .then(|| named_level(word))
            .flatten()
            .or_else(|| unlogged_level(&head[..at], rest));
        if found.is_some() {
            return found;
        }
        before = word;
        at += length;
    }
    None
}

fn named_level(word: &[u8]) -> Option<Level> {
    let mut lower = [0; 8];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    match &*lower {
        b"trace" | b"trce" | b"debug" | b"dbug" => Some(Level::Debug),
        b"info" => Some(Level::Info),
        b"warn" | b"warning" => Some(Level::Warn),
        b"error" | b"eror" | b"err" => Some(Level::Error),
        b"crit" | b"critical" | b"fatal" => Some(Level::Crit),
        _ => None,
    }
}

/// The level of a message that begins like the last words of a program.
fn unlogged_level(prefix: &[u8], message: &[u8]) -> Option<Level> {
    // Nothing, journald, compose, or the CRI's "stderr F".
    let begins = prefix.is_empty()
        || prefix.ends_with(b"]: ")
        || prefix.ends_with(b"| ")
        || prefix.ends_with(b"stderr F ");
    let says = |word: &[u8]| {
        message.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    match begins {
        true if says(b"fatal: ") || says(b"fatal error: ") || says(b"panic: ") => Some(Level::Crit),
        // Rust's panic names the thread: `thread 'main' panicked at …`.
        true if says(b"thread '") => Some(Level::Crit),
        true if says(b"error: ") => Some(Level::Error),
        true if is_signal(message) => Some(Level::Crit),
        _ => None,
    }
}

/// Go's runtime begins its dump so: `SIGABRT: abort`.
fn is_signal(message: &[u8]) -> bool {
    let name = message.strip_prefix(b"SIG").unwrap_or_default();
    let length = name.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    length > 0 && name[length..].starts_with(b": ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_format_states_its_level() {
        for (line, expected) in [
            (r#"t=2026-11-21T19:32:57+0000 lvl=error msg="Sequencer …""#, Some(Level::Error)),
            (r#"t=2026-11-21T19:32:57+0000 lvl=eror msg="old spelling""#, Some(Level::Error)),
            (r#"time=2026-11-21T19:32:57Z level=WARN msg="log/slog""#, Some(Level::Warn)),
            (
                r#"t=2026-11-21T19:32:57+0000 lvl=info msg="ERROR is only a word""#,
                Some(Level::Info),
            ),
            (r#"{"t":"2026-11-21T19:32:57Z","lvl":"crit","msg":"x"}"#, Some(Level::Crit)),
            ("SIGABRT: abort", Some(Level::Crit)),
            ("SIGned: by nobody", None),
            (r#"{"timestamp":"…","level":"WARN","fields":{}}"#, Some(Level::Warn)),
            (r#"{"log":"{\"lvl\":\"error\",\"msg\":\"x\"}\n"}"#, Some(Level::Error)),
            ("ERROR[11-21|19:32:57.878] Import failed    err=x", Some(Level::Error)),
            ("WARN [11-21|19:32:57.878] Head block is not reachable", Some(Level::Warn)),
            ("DEBUG[11-21|19:32:57.878] ERROR", Some(Level::Debug)),
            ("2026-11-21T19:32:57.123456Z ERROR reth::cli: x", Some(Level::Error)),
            ("2026-11-21T19:32:57.123456Z  INFO reth::cli: x", Some(Level::Info)),
            ("Nov 21 19:32:57 host op-node[77]: t=2026-11-21 lvl=warn msg=x", Some(Level::Warn)),
            ("op-geth-1  | CRIT [11-21|19:32:57.878] x", Some(Level::Crit)),
            ("Fatal: Error starting protocol stack: x", Some(Level::Crit)),
            ("Nov 21 19:32:57 host geth[1]: Fatal: x", Some(Level::Crit)),
            ("fatal error: all goroutines are asleep", Some(Level::Crit)),
            ("panic: runtime error: index out of range", Some(Level::Crit)),
            ("thread 'main' panicked at crates/x.rs:384:13:", Some(Level::Crit)),
            ("2026-11-21T19:32:57.123Z stderr F Fatal: x", Some(Level::Crit)),
            ("Error: unknown flag", Some(Level::Error)),
            ("an error: in the middle", None),
            ("Incorrect Usage: flag provided but not defined: -verbosity", None),
            ("", None),
            ("level", None),
            ("level=", None),
            ("levelled=error", None),
        ] {
            assert_eq!(level(line.as_bytes()), expected, "{line}");
        }
        assert_eq!(level(&[b" ".repeat(HEAD), b"lvl=error".to_vec()].concat()), None);
    }

    #[test]
    fn colours_are_taken_off() {
        for (line, expected) in [
            (&b"\x1b[31mERROR\x1b[0m[11-21] a"[..], &b"ERROR[11-21] a"[..]),
            (b"\x1b[2m2026\x1b[0m \x1b[38;5;1mWARN\x1b[0m", b"2026 WARN"),
            (b"no colour", b"no colour"),
            (b"cut off \x1b[3", b"cut off "),
            (b"alone \x1b", b"alone "),
            (b"other \x1bM escape", b"other M escape"),
        ] {
            assert_eq!(&*plain(line), expected);
        }
    }

    #[test]
    fn lines_are_cut_and_counted() {
        let long =
            [b"x".repeat(3 * usize::try_from(LONGEST).unwrap()), b"\nnext".to_vec()].concat();
        for (text, expected) in [
            (&b""[..], &[][..]),
            (b"a", &["a"][..]),
            (b"a\r\n\nb\n", &["a", "", "b"]),
            (&long, &["long", "next"]),
        ] {
            let mut reader = text;
            let mut buffer = Vec::new();
            let mut lines = Vec::new();
            while let Some(line) = next(&mut reader, &mut buffer).unwrap() {
                let whole = u64::try_from(line.len()).unwrap() < LONGEST;
                let text = if whole { std::str::from_utf8(line).unwrap() } else { "long" };
                lines.push(text.to_owned());
            }
            assert_eq!(lines, expected);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_cause_a_panic(line in proptest::collection::vec(any::<u8>(), 0..600)) {
            let plain = plain(&line);
            prop_assert!(plain.len() <= line.len());
            let _ = level(&plain);
        }
    }
}
