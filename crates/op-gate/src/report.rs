//! Judgements as text for people.

use std::fmt::Write;

use crate::{
    finding::{Answer, Finding},
    gate::Gate,
    judgement::Judgement,
};

/// One service: a line a finding, and whatever is not right in full, at the end: `systemctl status` shows
/// the last lines only.
#[must_use]
pub fn service(judgement: &Judgement) -> String {
    let mut text = format!("{}\n", line(judgement));
    for row in worst_last(std::slice::from_ref(judgement)) {
        row.write(&mut text, "  ", "");
    }
    text
}

/// One service in one line: its answer, and the gates that gave it.
#[must_use]
pub fn line(judgement: &Judgement) -> String {
    format!("{}: {}", judgement.service, answer(judgement))
}

/// One service in one line, with what was found by the first of the worst.
#[must_use]
pub fn reason(judgement: &Judgement) -> String {
    let worst = judgement.worst().find(|finding| !finding.answer.starts());
    let reason = worst.map(|finding| format!(": {}", finding.found)).unwrap_or_default();
    answer(judgement) + &reason
}

fn answer(judgement: &Judgement) -> String {
    let mut gates: Vec<String> =
        judgement.worst().map(|finding| finding.gate.to_string()).collect();
    gates.dedup();
    let name = judgement.answer.name();
    if judgement.answer.starts() {
        name.to_owned()
    } else {
        format!("{name} ({})", gates.join(", "))
    }
}

/// All services as one table: what several share stands there once, with the services' names unless
/// all have it.
#[must_use]
pub fn table(judgements: &[Judgement]) -> String {
    let rows = worst_last(judgements);
    let mut text = String::new();
    for row in &rows {
        row.write(&mut text, "", &row.named(judgements.len()));
    }
    let worst = judgements.iter().map(|judgement| judgement.answer).max().unwrap_or(Answer::Wait);
    let count = |answer| rows.iter().filter(|row| row.finding.answer == answer).count();
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{} services: {} ({} refuse, {} wait, {} warn, {} pass, {} skip){}",
        judgements.len(),
        worst.name(),
        count(Answer::Refuse),
        count(Answer::Wait),
        count(Answer::Warn),
        count(Answer::Pass),
        count(Answer::Skip),
        not_right(judgements),
    );
    text
}

/// All services in one line, where nothing has changed.
#[must_use]
pub fn unchanged(judgements: &[Judgement]) -> String {
    let reasons = not_right(judgements);
    let reasons = if reasons.is_empty() { "all pass" } else { reasons.trim_start_matches("; ") };
    format!("as told before: {reasons}")
}

/// The services that do not start, with the gates that keep them from it; those of one reason together.
fn not_right(judgements: &[Judgement]) -> String {
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for judgement in judgements.iter().filter(|judgement| !judgement.answer.starts()) {
        let (answer, service) = (answer(judgement), judgement.service.as_str());
        match reasons.iter_mut().find(|(known, _)| *known == answer) {
            Some((_, services)) => services.push(service),
            None => reasons.push((answer, vec![service])),
        }
    }
    let parts: Vec<String> = reasons
        .iter()
        .map(|(answer, services)| format!("; {}: {answer}", services.join(", ")))
        .collect();
    parts.concat()
}

/// A finding, and the gates and services that share it.
struct Row<'a> {
    finding: &'a Finding,
    gates: Vec<Gate>,
    services: Vec<&'a str>,
}

/// The rows, what keeps a service from its start behind all others.
fn worst_last(judgements: &[Judgement]) -> Vec<Row<'_>> {
    let mut rows = rows(judgements);
    rows.sort_by_key(|row| row.finding.answer.max(Answer::Pass));
    rows
}

/// In the order of the first service that has each; a gate's rows stay together.
fn rows(judgements: &[Judgement]) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for judgement in judgements {
        for finding in &judgement.findings {
            let service = judgement.service.as_str();
            if let Some(row) = rows.iter_mut().find(|row| same(row.finding, finding)) {
                if !row.gates.contains(&finding.gate) {
                    row.gates.push(finding.gate);
                }
                if !row.services.contains(&service) {
                    row.services.push(service);
                }
                continue;
            }
            let after = rows.iter().rposition(|row| row.gates.contains(&finding.gate));
            let place = after.map_or(rows.len(), |last| last + 1);
            rows.insert(place, Row { finding, gates: vec![finding.gate], services: vec![service] });
        }
    }
    rows
}

/// A value that passes in several comparisons of a gate is shown once, and so is what keeps several gates
/// from judging.
fn same(one: &Finding, other: &Finding) -> bool {
    let alike = one.answer == other.answer && one.found == other.found;
    match one.answer {
        Answer::Skip | Answer::Pass => alike && one.gate == other.gate,
        Answer::Warn | Answer::Wait | Answer::Refuse => alike && one.mend == other.mend,
    }
}

impl Row<'_> {
    /// The services' names, unless all have it.
    fn named(&self, all: usize) -> String {
        if self.services.len() == all {
            return String::new();
        }
        format!("  [{}]", self.services.join(", "))
    }

    fn write(&self, text: &mut String, indent: &str, services: &str) {
        let Finding { answer, expected, found, source, mend, .. } = self.finding;
        let name = answer.name();
        let gates: Vec<String> = self.gates.iter().map(ToString::to_string).collect();
        let gate = gates.join(", ");
        if *answer <= Answer::Pass {
            let _ = writeln!(text, "{indent}{name:6}  {gate:17}  {found}{services}");
            return;
        }
        let _ = writeln!(text, "{indent}{name:6}  {gate}{services}");
        for (name, value) in
            [("expected", expected), ("found", found), ("source", source), ("mend", mend)]
        {
            let _ = writeln!(text, "{indent}        {name:9} {value}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{finding::Comparison, gate::Gate};

    fn judgement(service: &str, holds: bool, gates: &[(Gate, &str)]) -> Judgement {
        let finding = |&(gate, found): &(Gate, &str)| {
            Comparison::new(gate, ("one", "a file"), (found, "another"))
                .refuse_unless(holds, "write it")
        };
        Judgement::of(service, gates.iter().map(finding).collect())
    }

    #[test]
    fn what_services_share_stands_there_once() {
        let both = [(Gate::L1Chain, "900"), (Gate::L1Chain, "900"), (Gate::L2Chain, "901")];
        let judgements = [
            judgement("batcher", true, &both),
            judgement("proposer", true, &[both[0], (Gate::L1Chain, "1"), both[2]]),
        ];
        assert_eq!(
            table(&judgements),
            "pass    l1-chain           900\n\
             pass    l1-chain           1  [proposer]\n\
             pass    l2-chain           901\n\
             2 services: pass (0 refuse, 0 wait, 0 warn, 3 pass, 0 skip)\n"
        );
    }

    #[test]
    fn what_keeps_several_gates_from_judging_is_shown_once() {
        let wait = |gate, what| {
            Comparison::new(gate, (what, "a file"), ("no answer", "the endpoint")).wait("start it")
        };
        let one = Judgement::of("batcher", vec![wait(Gate::L1Chain, "an id")]);
        let both = vec![wait(Gate::L1Chain, "an id"), wait(Gate::L1Head, "a block")];
        assert_eq!(
            table(&[one, Judgement::of("proposer", both)]),
            "wait    l1-chain, l1-head\n\
             \x20       expected  an id\n\
             \x20       found     no answer\n\
             \x20       source    expected: a file; found: the endpoint\n\
             \x20       mend      start it\n\
             2 services: wait (0 refuse, 1 wait, 0 warn, 0 pass, 0 skip); batcher: wait (l1-chain); \
             proposer: wait (l1-chain, l1-head)\n"
        );
    }

    #[test]
    fn what_keeps_a_service_from_its_start_comes_last() {
        let compare = |gate| Comparison::new(gate, ("one", "a file"), ("another", "L1"));
        let findings = vec![
            compare(Gate::BatcherKey).refuse("write it"),
            compare(Gate::L1Chain).holds(),
            compare(Gate::Funding).wait("send some"),
            Finding::skip(Gate::Bundle, "none"),
            compare(Gate::Disk).warn("soon"),
        ];
        let judgement = Judgement::of("batcher", findings);
        let text = service(&judgement);
        let order: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with("        "))
            .map(|line| line.split_whitespace().next().unwrap_or_default())
            .collect();
        assert_eq!(order, ["batcher:", "pass", "skip", "warn", "wait", "refuse"]);
        assert_eq!(text.lines().next(), Some("batcher: refuse (batcher-key)"));
        assert_eq!(reason(&judgement), "refuse (batcher-key): another");
        let summary = table(&[judgement]);
        assert!(summary.ends_with(
            "(1 refuse, 1 wait, 1 warn, 1 pass, 1 skip); batcher: refuse (batcher-key)\n"
        ));
    }

    #[test]
    fn what_is_not_right_is_shown_in_full() {
        let judgement = judgement("batcher", false, &[(Gate::BatcherKey, "another")]);
        assert_eq!(
            service(&judgement),
            "batcher: refuse (batcher-key)\n\
             \x20 refuse  batcher-key\n\
             \x20         expected  one\n\
             \x20         found     another\n\
             \x20         source    expected: a file; found: another\n\
             \x20         mend      write it\n"
        );
    }
}
