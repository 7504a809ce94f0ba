//! Known error lines of the OP Stack's programs, their causes and what mends them.
//!
//! `dictionary.json` is the knowledge, one entry an error. A log is read line by line ([`line`]), each line
//! is looked up ([`dictionary`]), and what is shown of it holds no secret ([`redact`]).

pub mod dictionary;
mod line;
mod redact;
pub mod report;

use std::io::{self, BufRead};

use serde::Serialize;

use dictionary::{Dictionary, Entry};
use line::Level;

/// How many unknown errors are shown.
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
    /// How many other lines say that they are errors.
    pub unknown: u64,
    /// The first of those that differ in more than numbers.
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
        unknown: 0,
        unknown_samples: Vec::new(),
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
    unknown: u64,
    unknown_samples: Vec<Sample>,
}

impl<'a> Reading<'a> {
    fn line(&mut self, line: &[u8]) {
        self.lines += 1;
        let level = line::level(line);
        let found = self.dictionary.find(line, level);
        if found.is_empty() && level >= Some(Level::Error) {
            self.unknown(line);
        }
        for (entry, start) in found {
            self.known(entry, line, start);
        }
    }

    fn known(&mut self, place: usize, line: &[u8], start: usize) {
        let entry = self.dictionary.entries().get(place);
        let (Some(entry), Some(slot)) = (entry, self.findings.get_mut(place)) else { return };
        let finding = slot.get_or_insert_with(|| Finding {
            entry,
            count: 0,
            last_line: 0,
            sample: Sample { line: self.lines, text: redact::shown(line, start) },
        });
        finding.count += 1;
        finding.last_line = self.lines;
    }

    fn unknown(&mut self, line: &[u8]) {
        self.unknown += 1;
        if self.unknown_samples.len() < UNKNOWN_SHOWN {
            let text = redact::shown(line, 0);
            let new = |sample: &Sample| without_numbers(&sample.text) != without_numbers(&text);
            if self.unknown_samples.iter().all(new) {
                self.unknown_samples.push(Sample { line: self.lines, text });
            }
        }
    }

    fn report(self) -> Report<'a> {
        let mut findings: Vec<Finding<'a>> = self.findings.into_iter().flatten().collect();
        findings.sort_by_key(|finding| finding.sample.line);
        let (harmless, findings) = findings.into_iter().partition(|finding| finding.entry.harmless);
        Report {
            lines: self.lines,
            findings,
            harmless,
            unknown: self.unknown,
            unknown_samples: self.unknown_samples,
        }
    }
}

/// The text without what differs from one time to the next: times, numbers, hashes.
fn without_numbers(text: &str) -> String {
    text.split(|part: char| !part.is_ascii_alphanumeric())
        .filter(|word| !word.contains(|digit: char| digit.is_ascii_digit()))
        .collect()
}
