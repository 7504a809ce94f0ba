//! What was told last, so that a judgement that repeats itself is told once and not every half minute.

use std::{collections::BTreeMap, io, path::Path};

use op_util::{file, time::unix_now};
use serde::{Deserialize, Serialize};

use crate::{finding::Answer, finding::Finding, judgement::Judgement};

/// Seconds after which a judgement that has not changed is told again, in a line.
const REMINDER: u64 = 3600;

/// The most of the file that is read.
const MAX_BYTES: u64 = 16 << 20;

/// What a file remembers of what was told.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Told {
    /// Seconds since 1970 when something was told.
    at: u64,
    /// Service -> what its judgement came to.
    services: BTreeMap<String, String>,
}

/// What there is to tell.
#[derive(Debug)]
pub enum News<'a> {
    /// Judgements that differ from those told last.
    Changed(Vec<&'a Judgement>),
    /// None does, for an hour.
    Unchanged,
    /// None does.
    Nothing,
}

impl Told {
    /// Nothing where no file says otherwise: then everything is told.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let text = file::read(path, MAX_BYTES).ok();
        text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    /// What is new in these judgements.
    #[must_use]
    pub fn news<'a>(&self, judgements: &'a [Judgement]) -> News<'a> {
        let is_new = |judgement: &&Judgement| {
            self.services.get(&judgement.service) != Some(&essence(judgement))
        };
        let changed: Vec<&Judgement> = judgements.iter().filter(is_new).collect();
        if !changed.is_empty() {
            return News::Changed(changed);
        }
        // A clock that was set back must not silence anything for long.
        let due = !(self.at..self.at.saturating_add(REMINDER)).contains(&unix_now());
        if due { News::Unchanged } else { News::Nothing }
    }

    /// Remembers that these were told.
    pub fn write(path: &Path, judgements: &[Judgement]) -> io::Result<()> {
        let services = judgements
            .iter()
            .map(|judgement| (judgement.service.clone(), essence(judgement)))
            .collect();
        let text = serde_json::to_vec(&Self { at: unix_now(), services })?;
        file::replace(path, &text)
    }
}

/// What makes a judgement another one: its answer and what is not right, but not how old, large or high
/// something is at the moment.
fn essence(judgement: &Judgement) -> String {
    let wrong = judgement.findings.iter().filter(|finding| finding.answer > Answer::Pass);
    let lines = wrong.map(|Finding { gate, answer, expected, found, .. }| {
        format!(
            "{} {gate}: {} / {}",
            answer.name(),
            without_figures(expected),
            without_figures(found)
        )
    });
    std::iter::once(judgement.answer.name().to_owned()).chain(lines).collect::<Vec<_>>().join("\n")
}

/// The text without its numbers. Addresses stay: another key is another fault.
fn without_figures(text: &str) -> String {
    const ADDRESS: usize = 42;
    let word = |word: &str| {
        let is_figure =
            word.starts_with(|first: char| first.is_ascii_digit()) && word.len() != ADDRESS;
        if is_figure { "#".to_owned() } else { word.to_owned() }
    };
    let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    words
        .map(|part| {
            let bare = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            word(bare) + &part[bare.len()..]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{finding::Comparison, gate::Gate};

    fn waits(service: &str, found: &str) -> Judgement {
        let comparison =
            Comparison::new(Gate::L1Head, ("a new block", "L1"), (found, "the endpoint"));
        Judgement::of(service, vec![comparison.wait("wait")])
    }

    #[test]
    fn only_what_differs_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("told");
        let both = |one: &str, other: &str| [waits("batcher", one), waits("proposer", other)];
        let changed = |judgements: &[Judgement]| match Told::read(&path).news(judgements) {
            News::Changed(changed) => {
                changed.iter().map(|judgement| judgement.service.clone()).collect()
            }
            News::Unchanged => vec!["unchanged".to_owned()],
            News::Nothing => vec![],
        };
        assert_eq!(changed(&both("none", "none")), ["batcher", "proposer"]);
        Told::write(&path, &both("none", "block 12, 61 s old")).unwrap();
        assert!(changed(&both("none", "block 13, 4000 s old")).is_empty());
        assert_eq!(changed(&both("no answer", "block 13, 62 s old")), ["batcher"]);
        let pass = Judgement::of("batcher", vec![Finding::skip(Gate::Bundle, "none")]);
        assert_eq!(changed(&[pass]), ["batcher"]);
        for at in [unix_now() - REMINDER - 1, unix_now() + REMINDER] {
            let told = Told { at, ..Told::read(&path) };
            fs::write(&path, serde_json::to_vec(&told).unwrap()).unwrap();
            assert_eq!(changed(&both("none", "block 14, 63 s old")), ["unchanged"]);
        }
        fs::write(&path, "half").unwrap();
        assert_eq!(changed(&both("none", "none")), ["batcher", "proposer"]);
    }

    #[test]
    fn a_number_is_no_difference_and_an_address_is_one() {
        let address = |last: char| format!("0x{}{last}", "0".repeat(39));
        for (text, expected) in [
            ("15616 s = 4.3 h too early".to_owned(), "# s = #.# h too early".to_owned()),
            ("0x6b01d148 (1795281224)".to_owned(), "# (#)".to_owned()),
            (format!("the key of {}", address('1')), format!("the key of {}", address('1'))),
            ("l1-head of op-node v1".to_owned(), "l1-head of op-node v1".to_owned()),
            ("größer als 5".to_owned(), "größer als #".to_owned()),
            (String::new(), String::new()),
        ] {
            assert_eq!(without_figures(&text), expected);
        }
    }
}
