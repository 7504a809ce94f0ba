//! Text from elsewhere (a node, a file, a log, another program), made fit to be shown.
//!
//! Such text may be huge, may hold control characters that steer a terminal or a journal, and may repeat
//! a secret of this process: providers quote the request's path, which holds the API key.

use std::sync::{PoisonError, RwLock};

/// The most that is shown of a text, in characters.
pub const LONGEST: usize = 512;
/// The most that is looked at, in bytes.
pub const LOOKED_AT: usize = 16 * 1024;
/// The most lines of a message.
const MOST_LINES: usize = 64;
/// What a secret is replaced by.
const HIDDEN: &str = "[hidden]";

/// What this process must not show, the longest first.
static SECRETS: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// Text that [`clean`] hides from now on, wherever it comes from. An empty one hides nothing.
pub fn hide(secret: &str) {
    let mut secrets = SECRETS.write().unwrap_or_else(PoisonError::into_inner);
    if secret.is_empty() || secrets.iter().any(|known| known == secret) {
        return;
    }
    let place = secrets.partition_point(|known| known.len() >= secret.len());
    secrets.insert(place, secret.to_owned());
}

/// The text in one line of at most [`LONGEST`] characters: control characters escaped, secrets hidden.
#[must_use]
pub fn clean(text: &str) -> String {
    cleaned(text, LONGEST)
}

fn cleaned(text: &str, longest: usize) -> String {
    let secrets = SECRETS.read().unwrap_or_else(PoisonError::into_inner);
    let mut shown = beginning(text, secrets.first().map_or(0, String::len)).to_owned();
    for secret in secrets.iter().filter(|secret| text.contains(secret.as_str())) {
        shown = shown.replace(secret.as_str(), HIDDEN);
    }
    let mut line: String = shown.chars().flat_map(visible).take(longest + 1).collect();
    if line.chars().count() > longest {
        line = line.chars().take(longest - 1).chain(['…']).collect();
    }
    line
}

/// What a program said: its lines in one, made fit to be shown.
#[must_use]
pub fn said(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(&output[..output.len().min(2 * LOOKED_AT)]);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    clean(&lines.collect::<Vec<_>>().join("; "))
}

/// An error's message, which may quote a file or a node: each line made fit to be shown. All but the first
/// are indented: none of them begins what passes for a message of its own.
#[must_use]
pub fn message(text: &str) -> String {
    // Words of this program stand around what it quotes.
    let mut lines = text.lines().take(MOST_LINES).map(|line| cleaned(line, 4 * LONGEST));
    let first = lines.next().unwrap_or_default();
    lines.fold(first, |message, line| {
        let indent = if line.starts_with(' ') { "" } else { "  " };
        format!("{message}\n{indent}{line}")
    })
}

/// The part that is looked at. A secret that is cut in two would not be found, so a long text loses as
/// much at its end as the longest secret has.
fn beginning(text: &str, longest_secret: usize) -> &str {
    if text.len() <= LOOKED_AT {
        return text;
    }
    let end = LOOKED_AT.saturating_sub(longest_secret);
    &text[..text.floor_char_boundary(end)]
}

/// A character, or its escape where it steers what shows it.
fn visible(character: char) -> impl Iterator<Item = char> {
    let steers = character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let escaped = steers.then(|| character.escape_default());
    let plain = (!steers).then_some(character);
    escaped.into_iter().flatten().chain(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_as_it_is() {
        for text in ["", "execution reverted: Größe 3 > 2", "a \"b\" {c} \\ d"] {
            assert_eq!(clean(text), text);
        }
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(clean("a\n<2>b\r\t\0"), "a\\n<2>b\\r\\t\\u{0}");
        assert_eq!(clean("\u{1b}]0;title\u{7}"), "\\u{1b}]0;title\\u{7}");
        assert_eq!(clean("\u{9b}31m\u{202e}x"), "\\u{9b}31m\\u{202e}x");
    }

    #[test]
    fn the_lines_of_a_program_become_one() {
        assert_eq!(
            said(b"\n Error: no\r\n  such \x1b[31mimage\n\n"),
            "Error: no; such \\u{1b}[31mimage"
        );
        assert_eq!(said(&vec![b'a'; 9 << 20]).chars().count(), LONGEST);
        assert_eq!(said(b"\xff"), "\u{fffd}");
    }

    #[test]
    fn no_line_of_a_message_passes_for_another() {
        assert_eq!(message("no:\n  a: b\n<2>c\r\n\td\u{1b}"), "no:\n  a: b\n  <2>c\n  \\td\\u{1b}");
        assert_eq!(message("one"), "one");
        assert_eq!(message(""), "");
        assert_eq!(message(&"x\n".repeat(999)).lines().count(), MOST_LINES);
    }

    #[test]
    fn a_long_text_is_cut() {
        let cut = clean(&"ä".repeat(12 << 20));
        assert_eq!(cut.chars().count(), LONGEST);
        assert!(cut.ends_with("ä…"));
        assert_eq!(clean(&"\n".repeat(9_999)).chars().count(), LONGEST);
        assert_eq!(clean(&"a".repeat(LONGEST)), "a".repeat(LONGEST));
    }

    #[test]
    fn a_secret_is_hidden_wherever_it_stands() {
        hide("SECRET-of-this-test");
        hide("SECRET-of-this-test-and-longer");
        assert_eq!(
            clean("x/SECRET-of-this-test-and-longer SECRET-of-this-test"),
            "x/[hidden] [hidden]"
        );
        for before in 0..600 {
            for text in [
                format!("{}SECRET-of-this-test", "a".repeat(before)),
                format!("{}SECRET-of-this-test{}", "a".repeat(before), "b".repeat(LOOKED_AT)),
                format!("{}SECRET-of-this-test", "a".repeat(LOOKED_AT - 300 + before)),
            ] {
                assert!(!clean(&text).contains("SECRET"), "{before}");
            }
        }
        // Hidden secrets make a text shorter: what was cut at its end must not come into view.
        let echoes = "SECRET-of-this-test".repeat(LOOKED_AT / 19 + 2);
        assert!(!clean(&echoes[..LOOKED_AT + 7]).contains("SECRET"));
    }
}
