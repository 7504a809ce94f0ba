//! The known errors and how they are found in a line.

use aho_corasick::{AhoCorasick, BuildError};
use serde::{Deserialize, Serialize};

use crate::explain::line::Level;

/// One error that operators have met.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Entry {
    /// Its name, for `--id` and for monitoring.
    pub id: String,
    /// The programs that log it.
    pub services: Vec<String>,
    /// What an operator sees.
    pub symptom: String,
    /// Texts of its log lines, without regard to case. ` … ` stands for anything. None if it is in no log.
    pub patterns: Vec<String>,
    /// A line that holds one of these is not meant.
    #[serde(default, skip_serializing)]
    pub(super) unless: Vec<String>,
    /// A line that states a lesser level is not meant.
    #[serde(default, skip_serializing)]
    pub(super) level: Level,
    /// Programs that are well log it too: it is counted, and not reported.
    #[serde(default)]
    pub harmless: bool,
    /// Why it happens.
    pub cause: String,
    /// What to do.
    pub mend: String,
    /// Where this is known from: an issue, a page of the documentation, a release, a program's own source,
    /// an operators' report.
    pub source: String,
}

/// Why there is no dictionary. Its file is part of the program, so this is the program's fault.
#[derive(Debug, thiserror::Error)]
pub enum DictionaryError {
    /// The file is not what it should be.
    #[error("the dictionary cannot be read: {0}")]
    Read(#[from] serde_json::Error),
    /// The patterns make no search.
    #[error("the dictionary cannot be searched with: {0}")]
    Search(#[from] BuildError),
}

/// All known errors.
#[derive(Debug)]
pub struct Dictionary {
    entries: Vec<Entry>,
    patterns: Vec<Pattern>,
    /// Finds the longest part of every pattern, in their order.
    search: AhoCorasick,
}

/// The parts of one pattern, which a line holds in this order.
#[derive(Debug)]
struct Pattern {
    entry: usize,
    parts: Vec<String>,
}

impl Dictionary {
    /// The dictionary that is part of this program.
    pub fn load() -> Result<Self, DictionaryError> {
        Self::from_json(include_str!("dictionary.json"))
    }

    fn from_json(text: &str) -> Result<Self, DictionaryError> {
        let entries: Vec<Entry> = serde_json::from_str(text)?;
        let patterns: Vec<Pattern> = entries
            .iter()
            .enumerate()
            .flat_map(|(entry, known)| known.patterns.iter().map(move |text| (entry, text)))
            .map(|(entry, text)| Pattern {
                entry,
                parts: text.split('…').map(|part| part.trim().to_owned()).collect(),
            })
            .collect();
        let search = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(patterns.iter().map(Pattern::longest))?;
        Ok(Self { entries, patterns, search })
    }

    /// All entries, in the order of the file.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of that name.
    #[must_use]
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// The places in [`Self::entries`] of those that the line matches, each once, and where it does: harmless
    /// ones only if there is no other.
    #[must_use]
    pub(super) fn find(&self, line: &[u8], level: Option<Level>) -> Vec<(usize, usize)> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        let mut tried = Vec::new();
        for candidate in self.search.find_overlapping_iter(line) {
            // Another place of the same part would be judged alike.
            if tried.contains(&candidate.pattern()) {
                continue;
            }
            tried.push(candidate.pattern());
            let Some(pattern) = self.patterns.get(candidate.pattern().as_usize()) else { continue };
            let Some(entry) = self.entries.get(pattern.entry) else { continue };
            if found.iter().all(|(known, _)| *known != pattern.entry)
                && level.is_none_or(|level| level >= entry.level)
                && !entry.unless.iter().any(|text| position(line, text).is_some())
                && let Some(start) = pattern.start(line)
            {
                found.push((pattern.entry, start));
            }
        }
        let harmful = |(entry, _): &(usize, usize)| {
            self.entries.get(*entry).is_some_and(|entry| !entry.harmless)
        };
        // What else the line says is then only a consequence.
        if found.iter().any(harmful) {
            found.retain(harmful);
        }
        found
    }
}

impl Pattern {
    fn longest(&self) -> &str {
        self.parts.iter().max_by_key(|part| part.len()).map_or("", String::as_str)
    }

    /// Where the first part stands, if all others follow it.
    fn start(&self, line: &[u8]) -> Option<usize> {
        let mut start = None;
        let mut end = 0;
        for part in &self.parts {
            let at = end + position(line.get(end..)?, part)?;
            start = start.or(Some(at));
            end = at + part.len();
        }
        start
    }
}

fn position(line: &[u8], text: &str) -> Option<usize> {
    line.windows(text.len()).position(|window| window.eq_ignore_ascii_case(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn dictionary(entry: &str) -> Dictionary {
        let rest = r#""services":["s"],"symptom":"s","cause":"c","mend":"m","source":"s""#;
        Dictionary::from_json(&format!(r#"[{{"id":"a",{entry},{rest}}}]"#)).unwrap()
    }

    #[test]
    fn a_pattern_is_found_in_order() {
        let dictionary = dictionary(r#""patterns":["expected … got something","else entirely"]"#);
        for (line, expected) in [
            ("expected 1, GOT SOMETHING", Some(0)),
            ("…, Expected got something", Some(5)),
            ("expect 1, got something", None),
            ("got something, expected 1", None),
            ("got something, expected 1, got something", Some(15)),
            ("Else Entirely", Some(0)),
            ("else", None),
            ("", None),
        ] {
            let found = dictionary.find(line.as_bytes(), None);
            assert_eq!(found.first().map(|found| found.1), expected, "{line}");
        }
    }

    #[test]
    fn a_line_of_a_lesser_level_is_not_meant() {
        let by_default = dictionary(r#""patterns":["something"]"#);
        let from_info = dictionary(r#""patterns":["something"],"level":"info""#);
        for (level, warn, info) in [
            (None, true, true),
            (Some(Level::Crit), true, true),
            (Some(Level::Warn), true, true),
            (Some(Level::Info), false, true),
            (Some(Level::Debug), false, false),
        ] {
            assert_eq!(!by_default.find(b"something", level).is_empty(), warn, "{level:?}");
            assert_eq!(!from_info.find(b"something", level).is_empty(), info, "{level:?}");
        }
    }

    #[test]
    fn a_line_can_be_excepted() {
        let dictionary = dictionary(r#""patterns":["no funds"],"unless":["served eth_"]"#);
        assert_eq!(dictionary.find(b"no funds", None).len(), 1);
        assert_eq!(dictionary.find(b"Served eth_sendRawTransaction err=no funds", None), []);
    }

    #[test]
    fn harm_hides_what_is_harmless() {
        let rest = r#""services":["s"],"symptom":"s","cause":"c","mend":"m","source":"s""#;
        let dictionary = Dictionary::from_json(&format!(
            r#"[{{"id":"a","patterns":["cancelled"],"harmless":true,{rest}}},
                {{"id":"b","patterns":["cannot dial"],{rest}}}]"#
        ))
        .unwrap();
        assert_eq!(dictionary.find(b"cancelled", None), [(0, 0)]);
        assert_eq!(dictionary.find(b"cancelled: cannot dial", None), [(1, 11)]);
    }

    #[test]
    fn several_patterns_of_an_entry_are_one_hit() {
        let dictionary = dictionary(r#""patterns":["first text","text and second"]"#);
        assert_eq!(dictionary.find(b"first text and second, first text", None), [(0, 0)]);
    }

    /// What the people who edit the file may rely on, and what they may get wrong.
    #[test]
    fn the_dictionary_is_well_formed() {
        let dictionary = Dictionary::load().unwrap();
        let mut ids = HashSet::new();
        for entry in dictionary.entries() {
            let id = &entry.id;
            assert!(ids.insert(id), "{id} is there twice");
            assert!(
                id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')),
                "{id} is not in kebab-case"
            );
            assert!(!entry.services.is_empty(), "{id} has no service");
            for text in [&entry.symptom, &entry.cause, &entry.mend, &entry.source] {
                assert!(!text.trim().is_empty() && text.trim() == text, "{id}: {text:?}");
            }
            for pattern in &entry.patterns {
                // Quotes are escaped in one format and not in the other.
                assert!(!pattern.contains(['"', '\\']), "{id}: {pattern} holds a quote");
                let parts: Vec<&str> = pattern.split('…').map(str::trim).collect();
                assert!(parts.iter().all(|part| !part.is_empty()), "{id}: {pattern}");
                let longest = parts.iter().map(|part| part.len()).max();
                assert!(longest >= Some(7), "{id}: {pattern} is too short to mean one thing");
            }
            assert!(!entry.harmless || !entry.patterns.is_empty(), "{id}");
        }
    }
}
