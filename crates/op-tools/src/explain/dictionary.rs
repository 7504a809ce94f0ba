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
mod tests;
