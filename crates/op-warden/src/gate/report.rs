//! Judgements as text for people.

use std::fmt::Write;

use super::{Answer, Finding, Judgement};

/// One service: a line a finding, and whatever is not right in full.
#[must_use]
pub fn service(judgement: &Judgement) -> String {
    let mut text = format!("{}: {}\n", judgement.service, judgement.answer.name());
    for finding in &judgement.findings {
        line(&mut text, "  ", finding);
    }
    text
}

/// All services as one table, and whatever is not right in full.
#[must_use]
pub fn table(judgements: &[Judgement]) -> String {
    let width = judgements.iter().map(|judgement| judgement.service.len()).max().unwrap_or(0);
    let mut text = String::new();
    for judgement in judgements {
        for finding in &judgement.findings {
            line(&mut text, &format!("{:width$}  ", judgement.service), finding);
        }
    }
    let worst = judgements.iter().map(|judgement| judgement.answer).max().unwrap_or(Answer::Wait);
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{} services: {}", judgements.len(), worst.name());
    text
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
