//! Known error lines of the OP Stack's programs, their causes and what mends them.
//!
//! `dictionary/` is the knowledge: a file a subject, an entry an error. A log is read line by line ([`line`]),
//! each line is looked up ([`dictionary`](mod@dictionary)), and what is shown of it holds no secret ([`redact`]).

pub mod dictionary;
pub mod killed;
pub mod last;
mod line;
mod redact;
pub mod report;

use std::io::{self, BufRead};

use serde::Serialize;

use dictionary::{Dictionary, Entry, Found};
use line::Level;

/// How many unknown lines are shown.
const UNKNOWN_SHOWN: usize = 3;

/// What was found in a log.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report<'a> {
    /// How many lines were read.
    pub lines: u64,
    /// The errors found, in the order of their first lines.
    pub findings: Vec<Finding<'a>>,
    /// What looks like an error and is none, in the order of the first lines.
    pub harmless: Vec<Finding<'a>>,
    /// How many other lines say that they are errors or warnings.
    pub unknown: u64,
    /// How many of those are warnings only.
    pub unknown_warnings: u64,
    /// The first of those that differ in more than numbers, errors before warnings.
    pub unknown_samples: Vec<Sample>,
}

/// One known error in a log.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding<'a> {
    /// What is known of it.
    #[serde(flatten)]
    pub entry: &'a Entry,
    /// How many lines match it.
    pub count: u64,
    /// The number of the last such line, from 1.
    pub last_line: u64,
    /// The first such line.
    pub sample: Sample,
    /// The contract's error in that line, if one told: `GameAlreadyExists(bytes32)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revert: Option<&'a str>,
}

/// A line as it is shown: cut, and without secrets.
#[derive(Debug, Serialize)]
pub struct Sample {
    /// Its number, from 1.
    pub line: u64,
    /// What of it may be shown.
    pub text: String,
}

/// Reads a log to its end. Any bytes will do; memory does not grow with the log.
pub fn explain<'a>(dictionary: &'a Dictionary, log: &mut impl BufRead) -> io::Result<Report<'a>> {
    let mut reading = Reading {
        dictionary,
        findings: dictionary.entries().iter().map(|_| None).collect(),
        lines: 0,
        errors: Unknown::default(),
        warnings: Unknown::default(),
    };
    let mut buffer = Vec::new();
    while let Some(line) = line::next(log, &mut buffer)? {
        reading.line(&line::plain(line));
    }
    Ok(reading.report())
}

struct Reading<'a> {
    dictionary: &'a Dictionary,
    /// At the places of the dictionary's entries.
    findings: Vec<Option<Finding<'a>>>,
    lines: u64,
    errors: Unknown,
    warnings: Unknown,
}

/// Lines that no entry explains.
#[derive(Default)]
struct Unknown {
    count: u64,
    samples: Vec<Sample>,
}

impl<'a> Reading<'a> {
    fn line(&mut self, line: &[u8]) {
        self.lines += 1;
        let level = line::level(line);
        let found = self.dictionary.find(line, level);
        if found.is_empty() {
            let unknown = match level {
                Some(Level::Error | Level::Crit) => Some(&mut self.errors),
                Some(Level::Warn) => Some(&mut self.warnings),
                Some(Level::Info | Level::Debug) | None => None,
            };
            if let Some(unknown) = unknown {
                unknown.add(line, self.lines);
            }
        }
        for found in found {
            self.known(found, line);
        }
    }

    fn known(&mut self, found: Found<'a>, line: &[u8]) {
        let entry = self.dictionary.entries().get(found.entry);
        let (Some(entry), Some(slot)) = (entry, self.findings.get_mut(found.entry)) else { return };
        let finding = slot.get_or_insert_with(|| Finding {
            entry,
            count: 0,
            last_line: 0,
            sample: Sample { line: self.lines, text: redact::shown(line, found.start) },
            revert: found.revert,
        });
        finding.count += 1;
        finding.last_line = self.lines;
    }

    fn report(self) -> Report<'a> {
        let mut findings: Vec<Finding<'a>> = self.findings.into_iter().flatten().collect();
        findings.sort_by_key(|finding| finding.sample.line);
        let (harmless, findings) = findings.into_iter().partition(|finding| finding.entry.harmless);
        let mut unknown_samples = self.errors.samples;
        unknown_samples.extend(self.warnings.samples);
        unknown_samples.truncate(UNKNOWN_SHOWN);
        Report {
            lines: self.lines,
            findings,
            harmless,
            unknown: self.errors.count + self.warnings.count,
            unknown_warnings: self.warnings.count,
            unknown_samples,
        }
    }
}

impl Unknown {
    fn add(&mut self, line: &[u8], number: u64) {
        self.count += 1;
        if self.samples.len() < UNKNOWN_SHOWN {
            let text = redact::shown(line, 0);
            let new = |sample: &Sample| without_numbers(&sample.text) != without_numbers(&text);
            if self.samples.iter().all(new) {
                self.samples.push(Sample { line: number, text });
            }
        }
    }
}

/// The text without what differs from one time to the next: times, numbers, hashes.
fn without_numbers(text: &str) -> String {
    text.split(|part: char| !part.is_ascii_alphanumeric())
        .filter(|word| !word.contains(|digit: char| digit.is_ascii_digit()))
        .collect()
}
