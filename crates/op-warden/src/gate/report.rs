//! Judgements as text for people.

use std::fmt::Write;

use super::{Answer, Finding, Judgement};

/// One service: a line a finding, and whatever is not right in full.
#[must_use]
pub fn service(judgement: &Judgement) -> String {
    let mut text = format!("{}: {}\n", judgement.service, judgement.answer.name());
    lines(&mut text, "  ", judgement);
    text
}

/// All services as one table, and whatever is not right in full.
#[must_use]
pub fn table(judgements: &[Judgement]) -> String {
    let width = judgements.iter().map(|judgement| judgement.service.len()).max().unwrap_or(0);
    let mut text = String::new();
    for judgement in judgements {
        lines(&mut text, &format!("{:width$}  ", judgement.service), judgement);
    }
    let worst = judgements.iter().map(|judgement| judgement.answer).max().unwrap_or(Answer::Wait);
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{} services: {}", judgements.len(), worst.name());
    text
}

/// A value that passes in several comparisons of a gate is shown once.
fn lines(text: &mut String, prefix: &str, judgement: &Judgement) {
    let mut shown = None;
    for finding in &judgement.findings {
        let this = (finding.gate, finding.answer, &finding.found);
        if finding.answer > Answer::Pass || shown != Some(this) {
            line(text, prefix, finding);
        }
        shown = Some(this);
    }
}

fn line(text: &mut String, prefix: &str, finding: &Finding) {
    let (answer, gate) = (finding.answer.name(), finding.gate.to_string());
    if finding.answer <= Answer::Pass {
        let _ = writeln!(text, "{prefix}{answer:6}  {gate:17}  {}", finding.found);
        return;
    }
    let _ = writeln!(text, "{prefix}{answer:6}  {gate}");
    for (name, value) in [
        ("expected", &finding.expected),
        ("found", &finding.found),
        ("source", &finding.source),
        ("mend", &finding.mend),
    ] {
        let _ = writeln!(text, "{prefix}        {name:9} {value}");
    }
}
