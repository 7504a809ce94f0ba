//! The findings and the dictionary as text.

use std::fmt::Write as _;

use crate::explain::{Finding, Report, Sample, dictionary::Entry};

/// Every error found with its cause and mend, and then what else there is to say.
#[must_use]
pub fn text(report: &Report<'_>) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        found(&mut text, finding);
    }
    // Writing to a String cannot fail.
    let _ = write!(text, "{}: ", counted(report.lines, "line"));
    let _ = match report.findings.len() {
        0 => write!(text, "no known error."),
        count => write!(text, "{}.", counted(count as u64, "known error")),
    };
    if !report.harmless.is_empty() {
        let of = |finding: &Finding<'_>| format!("{} {}", finding.count, finding.entry.id);
        let harmless: Vec<String> = report.harmless.iter().map(of).collect();
        let _ = write!(text, " Harmless: {}.", harmless.join(", "));
    }
    if report.unknown > 0 {
        let are = if report.unknown == 1 { "is" } else { "are" };
        let warnings = report.unknown_warnings;
        let kinds = [(report.unknown - warnings, "error line"), (warnings, "warning")];
        let kinds = kinds.iter().filter(|(count, _)| *count > 0);
        let kinds: Vec<String> = kinds.map(|(count, what)| counted(*count, what)).collect();
        let _ = write!(text, " {} {are} not in the dictionary:", kinds.join(" and "));
    }
    for Sample { line, text: sample } in &report.unknown_samples {
        let _ = write!(text, "\n  line {line}: {sample}");
    }
    text
}

/// All that the dictionary says of one error.
#[must_use]
pub fn entry(entry: &Entry) -> String {
    let mut text = format!("{}\n", entry.id);
    field(&mut text, "symptom", &entry.symptom);
    field(&mut text, "of", &entry.services.join(", "));
    for pattern in &entry.patterns {
        field(&mut text, "logged", pattern);
    }
    for error in &entry.reverts {
        field(&mut text, "revert", error);
    }
    advice(&mut text, entry);
    text.truncate(text.trim_end().len());
    text
}

/// One line an error.
#[must_use]
pub fn list(entries: &[Entry]) -> String {
    let width = entries.iter().map(|entry| entry.id.len()).max().unwrap_or(0);
    let line = |entry: &Entry| format!("{:<width$}  {}", entry.id, entry.symptom);
    entries.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn found(text: &mut String, finding: &Finding<'_>) {
    let Finding { entry, count, last_line, sample, revert } = finding;
    let _ = write!(text, "{}: {}, ", entry.id, counted(*count, "time"));
    let _ = match *count {
        1 => writeln!(text, "line {}", sample.line),
        _ => writeln!(text, "lines {} to {last_line}", sample.line),
    };
    field(text, "line", &sample.text);
    if let Some(error) = revert {
        field(text, "revert", error);
    }
    advice(text, entry);
    text.push('\n');
}

fn advice(text: &mut String, entry: &Entry) {
    field(text, "cause", &entry.cause);
    field(text, "mend", &entry.mend);
    field(text, "source", &entry.source);
}

fn field(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "  {name:<8}{value}");
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
