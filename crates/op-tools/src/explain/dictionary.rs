//! The known errors and how they are found in a line.

use aho_corasick::{AhoCorasick, BuildError};
use alloy_primitives::{hex, keccak256};
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
    /// Errors of the contracts that mean it, as Solidity signs them: `NoImplementation(uint32)`. A log holds
    /// their selectors (`custom error 0x…`, `reason: 0x…`, `revertData=0x…`) or names.
    #[serde(default)]
    pub reverts: Vec<String>,
    /// A line that holds one of these is not meant.
    #[serde(default, skip_serializing)]
    pub(super) unless: Vec<String>,
    /// A line that states a lesser level is not meant.
    #[serde(default, skip_serializing)]
    pub(super) level: Level,
    /// Programs that are well log it too: it is counted, and not reported.
    #[serde(default)]
    pub harmless: bool,
    /// Meant only where no other entry explains the line: it is general, or what it advises is costly.
    #[serde(default, skip_serializing)]
    pub(super) fallback: bool,
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
    /// The place in [`Entry::reverts`] of the contract's error that it stands for.
    revert: Option<usize>,
}

/// An entry that a line matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found<'a> {
    /// Its place in [`Dictionary::entries`].
    pub(super) entry: usize,
    /// The byte at which the line begins to match.
    pub(super) start: usize,
    /// The contract's error that the line names or holds the selector of.
    pub(super) revert: Option<&'a str>,
}

/// A node logs so what its callers asked for: their reverts are not the chain's.
const OF_CALLERS: &str = "Served eth_";

/// The knowledge, a file a subject, in the order of the list.
const FILES: [&str; 11] = [
    include_str!("dictionary/node.json"),
    include_str!("dictionary/p2p.json"),
    include_str!("dictionary/l1.json"),
    include_str!("dictionary/engine.json"),
    include_str!("dictionary/transactions.json"),
    include_str!("dictionary/batcher.json"),
    include_str!("dictionary/disputes.json"),
    include_str!("dictionary/conductor.json"),
    include_str!("dictionary/deployer.json"),
    include_str!("dictionary/host.json"),
    include_str!("dictionary/chain.json"),
];

impl Dictionary {
    /// The dictionary that is part of this program.
    pub fn load() -> Result<Self, DictionaryError> {
        Self::from_json(&FILES)
    }

    fn from_json(files: &[&str]) -> Result<Self, DictionaryError> {
        let mut entries: Vec<Entry> = Vec::new();
        for file in files {
            entries.extend(serde_json::from_str::<Vec<Entry>>(file)?);
        }
        let patterns: Vec<Pattern> = entries
            .iter()
            .enumerate()
            .flat_map(|(entry, known)| {
                let written = known.patterns.iter().map(move |text| Pattern {
                    entry,
                    parts: text.split('…').map(|part| part.trim().to_owned()).collect(),
                    revert: None,
                });
                let reverts = known.reverts.iter().enumerate();
                written.chain(reverts.flat_map(move |(place, signature)| {
                    let spellings = [vec![selector(signature)], named(signature)];
                    spellings.map(|parts| Pattern { entry, parts, revert: Some(place) })
                }))
            })
            .collect();
        let search = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(patterns.iter().map(Pattern::longest))?;
        Ok(Self { entries, patterns, search })
    }

    /// All entries, in the order of the files.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of that name.
    #[must_use]
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// The entries that the line matches, each once: harmless ones only if there is no other, and
    /// fallbacks only if there is nothing else at all.
    #[must_use]
    pub(super) fn find(&self, line: &[u8], level: Option<Level>) -> Vec<Found<'_>> {
        let mut found: Vec<Found<'_>> = Vec::new();
        let mut tried = Vec::new();
        for candidate in self.search.find_overlapping_iter(line) {
            // Another place of the same part would be judged alike.
            if tried.contains(&candidate.pattern()) {
                continue;
            }
            tried.push(candidate.pattern());
            let Some(pattern) = self.patterns.get(candidate.pattern().as_usize()) else { continue };
            let Some(entry) = self.entries.get(pattern.entry) else { continue };
            if found.iter().all(|known| known.entry != pattern.entry)
                && level.is_none_or(|level| level >= entry.level)
                && !entry.unless.iter().any(|text| position(line, text).is_some())
                && (pattern.revert.is_none() || position(line, OF_CALLERS).is_none())
                && let Some(start) = pattern.start(line)
            {
                let revert = pattern.revert.and_then(|place| entry.reverts.get(place));
                let revert = revert.map(String::as_str);
                found.push(Found { entry: pattern.entry, start, revert });
            }
        }
        self.keep(&mut found, |entry| !entry.fallback);
        // What else the line says is then only a consequence.
        self.keep(&mut found, |entry| !entry.harmless);
        found
    }

    /// Only those that are so, if any is.
    fn keep(&self, found: &mut Vec<Found<'_>>, so: impl Fn(&Entry) -> bool) {
        let so = |found: &Found<'_>| self.entries.get(found.entry).is_some_and(&so);
        if found.iter().any(so) {
            found.retain(so);
        }
    }
}

/// The first four bytes of the hash of an error's signature, with which its data begin.
fn selector(signature: &str) -> String {
    let hash = keccak256(signature);
    hex::encode_prefixed(hash.get(..4).unwrap_or_default())
}

/// The error as programs write it that know its name.
fn named(signature: &str) -> Vec<String> {
    let name = signature.split('(').next().unwrap_or(signature);
    vec!["revert".to_owned(), name.to_owned()]
}

impl Pattern {
    fn longest(&self) -> &str {
        self.parts.iter().max_by_key(|part| part.len()).map_or("", String::as_str)
    }

    /// Where the first part stands, if all others follow it.
    fn start(&self, line: &[u8]) -> Option<usize> {
        let mut start = None;
        let mut end = 0;
        for (place, part) in self.parts.iter().enumerate() {
            let rest = line.get(end..)?;
            let at = match self.revert {
                // One error's name is a part of another's.
                Some(_) if place > 0 => word(rest, part),
                _ => position(rest, part),
            };
            let at = end + at?;
            start = start.or(Some(at));
            end = at + part.len();
        }
        start
    }
}

fn position(line: &[u8], text: &str) -> Option<usize> {
    line.windows(text.len()).position(|window| window.eq_ignore_ascii_case(text.as_bytes()))
}

/// Like [`position`], of a whole word.
fn word(line: &[u8], text: &str) -> Option<usize> {
    let within =
        |at: usize| line.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    line.windows(text.len()).enumerate().find_map(|(at, window)| {
        let whole = !at.checked_sub(1).is_some_and(within) && !within(at + text.len());
        (whole && window.eq_ignore_ascii_case(text.as_bytes())).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn dictionary(entry: &str) -> Dictionary {
        let rest = r#""services":["s"],"symptom":"s","cause":"c","mend":"m","source":"s""#;
        Dictionary::from_json(&[&format!(r#"[{{"id":"a",{entry},{rest}}}]"#)]).unwrap()
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
            assert_eq!(found.first().map(|found| found.start), expected, "{line}");
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
    fn harm_hides_what_is_harmless_and_fallbacks_come_last() {
        let rest = r#""services":["s"],"symptom":"s","cause":"c","mend":"m","source":"s""#;
        let dictionary = Dictionary::from_json(&[
            &format!(r#"[{{"id":"a","patterns":["cancelled"],"harmless":true,{rest}}}]"#),
            &format!(
                r#"[{{"id":"b","patterns":["cannot dial"],{rest}}},
                    {{"id":"c","patterns":["no heads"],"fallback":true,{rest}}}]"#
            ),
        ])
        .unwrap();
        for (line, expected) in [
            ("cancelled", &["a"][..]),
            ("cancelled: cannot dial", &["b"]),
            ("no heads", &["c"]),
            ("no heads: cancelled", &["a"]),
            ("no heads: cannot dial", &["b"]),
            ("no heads: cannot dial: cancelled", &["b"]),
        ] {
            let found = dictionary.find(line.as_bytes(), None);
            let found: Vec<&str> =
                found.iter().map(|found| &*dictionary.entries[found.entry].id).collect();
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn several_patterns_of_an_entry_are_one_hit() {
        let dictionary = dictionary(r#""patterns":["first text","text and second"]"#);
        let found = dictionary.find(b"first text and second, first text", None);
        assert_eq!(found, [Found { entry: 0, start: 0, revert: None }]);
    }

    /// Selectors as op-node, op-proposer and op-deployer logged them, and as the contracts' ABI files have them.
    #[test]
    fn selectors_are_those_of_the_contracts() {
        for (signature, expected) in [
            ("NoImplementation(uint32)", "0x031c6de4"),
            ("GameAlreadyExists(bytes32)", "0x014f6fe5"),
            ("InvalidClockExtension()", "0x8d77ecac"),
            ("DeploymentFailed()", "0x30116425"),
            ("BadAuth()", "0xd386ef3e"),
            ("IncorrectBondAmount()", "0x8620aa19"),
            ("UnexpectedRootClaim(bytes32)", "0xf40239db"),
            ("AnchorRootNotFound()", "0x6a6bc3b2"),
            ("ClaimAlreadyResolved()", "0xf1a94581"),
            ("GameNotInProgress()", "0x67fe1950"),
            ("OptimismPortal_ProofNotOldEnough()", "0xd9bc01be"),
            ("OPContractsManagerUpgrader_SuperchainConfigNeedsUpgrade(uint256)", "0xccc6ea86"),
        ] {
            assert_eq!(selector(signature), expected, "{signature}");
        }
    }

    #[test]
    fn a_revert_is_found_in_every_spelling() {
        let dictionary =
            dictionary(r#""patterns":[],"reverts":["BadAuth()","GameAlreadyExists(bytes32)"]"#);
        for (line, expected) in [
            (
                "execution reverted: custom error 0x014f6fe5: 7bbb",
                Some("GameAlreadyExists(bytes32)"),
            ),
            ("execution reverted, reason: 0x014f6fe57bbbf0d8", Some("GameAlreadyExists(bytes32)")),
            ("Revert label=x revertData=0xD386EF3E depth=3", Some("BadAuth()")),
            ("execution reverted at 0xab with error selector: 0xd386ef3e", Some("BadAuth()")),
            (r#""code":3,"data":"0xd386ef3e""#, Some("BadAuth()")),
            ("execution reverted: BadAuth", Some("BadAuth()")),
            ("EvmError: Revert: GameAlreadyExists(0xab)", Some("GameAlreadyExists(bytes32)")),
            ("execution reverted: custom error 0x014f6fe6", None),
            ("BadAuth", None),
            ("execution reverted: Other_BadAuth", None),
            ("execution reverted: BadAuthority", None),
            ("Served eth_call err=\"execution reverted: custom error 0xd386ef3e\"", None),
        ] {
            let found = dictionary.find(line.as_bytes(), None);
            assert_eq!(found.first().and_then(|found| found.revert), expected, "{line}");
        }
    }

    /// What the people who edit the file may rely on, and what they may get wrong.
    #[test]
    fn the_dictionary_is_well_formed() {
        let dictionary = Dictionary::load().unwrap();
        let mut ids = HashSet::new();
        let mut signatures = HashSet::new();
        let mut selectors = HashSet::new();
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
            assert!(
                !entry.harmless || !entry.patterns.is_empty() || !entry.reverts.is_empty(),
                "{id}"
            );
            for signature in &entry.reverts {
                let (name, inputs) = signature.split_once('(').unwrap();
                assert!(name.len() >= 5 && inputs.ends_with(')'), "{id}: {signature}");
                assert!(!signature.contains(' '), "{id}: {signature}");
                assert!(signatures.insert(signature), "{signature} is there twice");
                assert!(
                    selectors.insert(selector(signature)),
                    "{signature}: its selector is there twice"
                );
            }
        }
    }

    /// Whoever reads an advice follows it. Data that are moved aside can be moved back.
    #[test]
    fn no_advice_destroys_what_can_be_kept() {
        let dictionary = Dictionary::load().unwrap();
        for entry in dictionary.entries() {
            let mend = entry.mend.to_ascii_lowercase();
            for word in ["wipe", "delete", "rm -", "remove the data", "erase", "from nothing"] {
                assert!(!mend.contains(word), "{}: {word}", entry.id);
            }
            if mend.contains("initialise") {
                assert!(mend.contains("move"), "{} loses the old data", entry.id);
                assert!(entry.fallback, "{} is said of more than it explains", entry.id);
            }
        }
    }
}
