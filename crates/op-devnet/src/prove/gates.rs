//! The gates during a proof: what waits is shown, and a refusal ends the proof. A service that its
//! gate refuses does not start, so no step that needs it can hold any more.

use std::{collections::BTreeMap, future::pending};

use op_gate::{Answer, Finding, Gate, Judgement};
use tokio::sync::watch;

use crate::supervisor::board::{Board, Phase};

/// Returns the first refusal, and until then shows which services wait at their gates, and why.
pub(super) async fn refusal(
    mut board: watch::Receiver<Board>,
    mut show: impl FnMut(String),
) -> Judgement {
    let mut shown = BTreeMap::new();
    loop {
        {
            let board = board.borrow_and_update();
            if let Some(judgement) = judgements(&board, Phase::Refused).next() {
                return judgement.clone();
            }
            for judgement in judgements(&board, Phase::GateWaits) {
                show_once(judgement, &mut shown, &mut show);
            }
        }
        if board.changed().await.is_err() {
            // Without a supervisor there is no more to see; the steps say so themselves.
            return pending().await;
        }
    }
}

/// The judgements of the services at their gates, with one answer.
fn judgements(board: &Board, phase: Phase) -> impl Iterator<Item = &Judgement> {
    board
        .services
        .values()
        .filter(move |status| status.phase == phase)
        .filter_map(|status| status.gate.as_ref())
        .map(|gate| &gate.judgement)
}

/// The gate is asked again and again: a line is shown when another finding waits than before.
fn show_once(
    judgement: &Judgement,
    shown: &mut BTreeMap<String, Gate>,
    show: &mut impl FnMut(String),
) {
    let waits = |finding: &&Finding| finding.answer == Answer::Wait;
    let Some(finding) = judgement.findings.iter().find(waits) else { return };
    let service = &judgement.service;
    if shown.insert(service.clone(), finding.gate) != Some(finding.gate) {
        show(format!(
            "{service} waits for {}: expected {}, found {}",
            finding.gate, finding.expected, finding.found
        ));
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, time::Duration};

    use serde_json::json;
    use tokio::time::timeout;

    use super::*;
    use crate::supervisor::board::{GateRun, Status};

    /// For what has to come at once, and for what must not come at all.
    const SOON: Duration = Duration::from_millis(50);

    fn finding(gate: Gate, answer: Answer) -> Finding {
        let found = json!({
            "gate": gate, "answer": answer,
            "expected": "one", "found": "another", "source": "", "mend": "",
        });
        serde_json::from_value(found).unwrap()
    }

    fn at_gate(board: &watch::Sender<Board>, service: &str, findings: &[(Gate, Answer)]) {
        let findings: Vec<_> =
            findings.iter().map(|(gate, answer)| finding(*gate, *answer)).collect();
        let answer = findings.iter().map(|finding| finding.answer).max().unwrap();
        let phase = if answer == Answer::Refuse { Phase::Refused } else { Phase::GateWaits };
        let judgement = Judgement { service: service.to_owned(), answer, findings, account: None };
        board.send_modify(|board| {
            let gate = Some(GateRun { judgement, milliseconds: 1.0 });
            let status = Status { phase, gate, ..Status::default() };
            board.services.insert(service.to_owned(), status);
        });
    }

    #[tokio::test]
    async fn a_refusal_ends_the_wait_with_its_judgement() {
        let (board, changes) = watch::channel(Board::default());
        let wait = refusal(changes, |_| {});
        tokio::pin!(wait);
        at_gate(&board, "proposer", &[(Gate::Funding, Answer::Wait)]);
        assert!(timeout(SOON, &mut wait).await.is_err(), "a gate that waits ends nothing");

        let findings = [(Gate::L1Chain, Answer::Pass), (Gate::BatcherKey, Answer::Refuse)];
        at_gate(&board, "batcher", &findings);
        let judgement = timeout(SOON, wait).await.unwrap();
        assert_eq!(judgement.service, "batcher");
        assert_eq!(judgement.findings[1].gate, Gate::BatcherKey);
    }

    #[tokio::test]
    async fn a_service_that_dies_ends_nothing() {
        let (board, changes) = watch::channel(Board::default());
        at_gate(&board, "batcher", &[(Gate::BatcherKey, Answer::Refuse)]);
        board.send_modify(|board| {
            board.services.get_mut("batcher").unwrap().phase = Phase::Restarting;
        });
        assert!(timeout(SOON, refusal(changes, |_| {})).await.is_err());
    }

    #[tokio::test]
    async fn what_waits_is_shown_once_and_again_when_it_changes() {
        let (board, changes) = watch::channel(Board::default());
        let lines = RefCell::new(Vec::new());
        let wait = refusal(changes, |line| lines.borrow_mut().push(line));
        tokio::pin!(wait);
        for gate in [Gate::Funding, Gate::Funding, Gate::BatcherKey] {
            at_gate(&board, "batcher", &[(Gate::L1Chain, Answer::Pass), (gate, Answer::Wait)]);
            assert!(timeout(SOON, &mut wait).await.is_err());
        }
        assert_eq!(
            *lines.borrow(),
            [
                "batcher waits for funding: expected one, found another",
                "batcher waits for batcher-key: expected one, found another"
            ]
        );
    }
}
