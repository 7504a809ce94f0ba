//! The services: gates, processes, peers, disks.

use std::time::Duration;

use crate::judge::{Verdict, span};
use crate::{
    condition::{Name, State},
    number::float,
    watch::Watch,
};
use op_gate::{Answer, config::Service};

/// Judgements may miss this many intervals, beside the time that one may take.
const INTERVALS: u32 = 3;
/// As many restarts within as many seconds are flapping.
const FLAPPING: (usize, f64) = (3, 600.0);

pub(super) fn judge(watch: &Watch) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = watch
        .config
        .services
        .iter()
        .flat_map(|(name, service)| {
            [
                Some(gates(watch, name)),
                up(watch, name),
                restarts(watch, name),
                disk(watch, name, service),
            ]
        })
        .flatten()
        .collect();
    verdicts.extend(peers(watch));
    verdicts
}

/// All gates passed at the last judgement, and that is fresh.
fn gates(watch: &Watch, name: &str) -> Verdict {
    const NAME: Name = Name::Gates;
    const EXPECTED: &str = "every gate passes";
    let record = match &watch.judgements {
        Ok(record) => record,
        Err(reason) => {
            return Verdict::unknown(
                NAME,
                name,
                EXPECTED,
                reason,
                "See who judges: systemctl status op-stack-judge.",
            );
        }
    };
    let Some(judgement) = record.services.iter().find(|judgement| judgement.service == name) else {
        return Verdict::unknown(
            NAME,
            name,
            EXPECTED,
            "it was not judged",
            "See who judges: systemctl status op-stack-judge.",
        );
    };
    let deadline = Duration::from_secs(watch.config.deadline_seconds);
    let limit = watch.judging_interval * INTERVALS + deadline;
    let age = record.age();
    if age > limit {
        let found = format!("judged {} ago", span(age.as_secs_f64()));
        return Verdict::holds(NAME, name, format!("judged within {limit:?}"), found)
            .is(State::Unknown, "See who judges: systemctl status op-stack-judge.");
    }
    let failed: Vec<_> =
        judgement.findings.iter().filter(|finding| !finding.answer.starts()).collect();
    let state = match judgement.answer {
        Answer::Refuse => State::Failed,
        Answer::Wait => State::Unknown,
        Answer::Warn | Answer::Pass | Answer::Skip => State::Ok,
    };
    let mut names: Vec<String> = failed.iter().map(|finding| finding.gate.to_string()).collect();
    names.dedup();
    let found = match failed.first() {
        None => "pass".to_owned(),
        Some(_) => format!("{} ({})", judgement.answer.name(), names.join(", ")),
    };
    let mend = failed.first().map_or("", |finding| finding.mend.as_str());
    Verdict::holds(NAME, name, EXPECTED, found).unless(state == State::Ok, state, mend)
}

fn up(watch: &Watch, name: &str) -> Option<Verdict> {
    const EXPECTED: &str = "its program answers";
    const MEND: &str =
        "See whether it runs, and its log. A gate that does not pass keeps it from its start.";
    let up = watch.up(name)?;
    Some(match up {
        Ok(()) => Verdict::holds(Name::Service, name, EXPECTED, "it answers"),
        Err(reason) => {
            Verdict::holds(Name::Service, name, EXPECTED, format!("no answer: {reason}"))
                .is(State::Failed, MEND)
        }
    })
}

fn restarts(watch: &Watch, name: &str) -> Option<Verdict> {
    let service = watch.memory.services.get(name)?;
    let (most, within) = FLAPPING;
    let recent = service.restarted_at.iter().filter(|&&at| watch.now - at <= within).count();
    let expected = format!("fewer than {most} restarts within {}", span(within));
    let found = format!("{recent} restarts of late, {} in all", service.restarts);
    Some(Verdict::holds(Name::Restarts, name, expected, found).unless(
        recent < most,
        State::Failed,
        "It dies again and again: see its log; `op-warden explain` knows the usual last words.",
    ))
}

fn disk(watch: &Watch, name: &str, service: &Service) -> Option<Verdict> {
    let required = service.min_free_bytes?;
    let folder = service.data_dir.as_ref()?;
    let expected = format!("{:.1} GB free", float(required) / 1e9);
    Some(match watch.disks.get(folder)? {
        Err(reason) => Verdict::unknown(Name::Disk, name, expected, reason, "See the file system."),
        Ok(free) => {
            Verdict::holds(Name::Disk, name, expected, format!("{:.1} GB free", float(*free) / 1e9))
                .unless(
                    *free >= required,
                    State::Failed,
                    "Make room before the database stops, which may damage it.",
                )
        }
    })
}

fn peers(watch: &Watch) -> Vec<Verdict> {
    const EXPECTED: &str = "at least one peer";
    const MEND: &str = "Without peers, unsafe blocks do not travel: see the static peers, the P2P ports and the firewall.";
    let nodes = watch.plan.nodes.iter().filter(|node| node.needs_peers && node.rollup.is_some());
    nodes
        .map(|node| match watch.node(&node.name).get().map(|node| &node.peers) {
            Ok(Ok(0)) => {
                Verdict::holds(Name::Peers, &node.name, EXPECTED, "none").is(State::Failed, MEND)
            }
            Ok(Ok(count)) => Verdict::holds(Name::Peers, &node.name, EXPECTED, count.to_string()),
            Ok(Err(unread)) => {
                Verdict::unknown(Name::Peers, &node.name, EXPECTED, &unread.to_string(), MEND)
            }
            Err(reason) => Verdict::unknown(Name::Peers, &node.name, EXPECTED, reason, MEND),
        })
        .collect()
}
