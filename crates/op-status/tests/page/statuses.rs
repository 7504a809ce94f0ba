//! Statuses to be shown: the complete one, and the extremes.

use alloy_primitives::{B256, U256};
use op_gate::Answer;
use op_prove::compare::Verdict;
use op_status::{
    condition::{Condition, Name, State},
    status::{Node, Service, Status},
};

/// As many characters as a finding is at most expected to have, without a place to break.
const LONG: usize = 500;

#[expect(clippy::unwrap_used, reason = "the file is part of the tests")]
pub(crate) fn complete() -> Status {
    serde_json::from_str(include_str!("../data/status.json")).unwrap()
}

/// Before the first poll.
pub(crate) fn empty() -> Status {
    let mut status = complete();
    status.conditions.clear();
    status.services.clear();
    status.judged_at = None;
    status.maintenance_until = None;
    status.nodes.clear();
    status.l1.head = None;
    status.l1.safe = None;
    status.l1.finalized = None;
    status.l1.block_time = None;
    status.sequencing_window = None;
    status.accounts.clear();
    status.games = None;
    status.history.clear();
    status.events.clear();
    status
}

/// Everything holds.
pub(crate) fn ready() -> Status {
    let mut status = complete();
    status.ready = true;
    status.maintenance_until = None;
    status.conditions.retain(|condition| condition.state == State::Ok);
    status
}

/// Sixty followers more, some of which diverged.
pub(crate) fn crowd() -> Status {
    let mut status = complete();
    let follower = status.nodes["follower-a-node"].clone();
    for number in 0..60_u8 {
        let name = format!("follower-{number:02}-node");
        let mut node = Node { ..follower.clone() };
        if number % 20 == 7 {
            node.safe_verdict = Some(Verdict::Diverged {
                after: None,
                block: u64::MAX,
                reference: B256::repeat_byte(number),
                follower: B256::repeat_byte(0xff),
            });
            status.conditions.insert(
                0,
                Condition {
                    name: Name::FollowerSafe,
                    subject: name.clone(),
                    ..status.conditions[0].clone()
                },
            );
        }
        status.services.insert(name.clone(), status.services["follower-a-node"].clone());
        status.nodes.insert(name, node);
    }
    status
}

/// Long texts without a place to break, and the greatest numbers, in every place.
pub(crate) fn long() -> Status {
    let mut status = complete();
    let text = "x".repeat(LONG);
    let url = format!("https://{text}.example/{text}");
    for condition in &mut status.conditions {
        condition.subject.clone_from(&text);
        condition.expected.clone_from(&text);
        condition.found.clone_from(&text);
        condition.mend.clone_from(&text);
    }
    for service in status.services.values_mut() {
        lengthen(service, &text);
    }
    let service = status.services["batcher"].clone();
    status.services.insert(text.clone(), service);
    let mut node = status.nodes["elsewhere"].clone();
    node.error = Some(text.clone());
    node.unsafe_verdict = Some(Verdict::Unknown { reason: text.clone() });
    node.peers = Some(u64::MAX);
    node.derivation_resets = u64::MAX;
    node.compared_to = Some(u64::MAX);
    status.nodes.insert(text.clone(), node);
    status.l1.endpoint = url;
    status.l1.error = Some(text.clone());
    for account in status.accounts.values_mut() {
        account.balance = Some(U256::MAX);
        account.nonce = Some(u64::MAX);
        account.runway = Some(f64::MAX);
    }
    for event in &mut status.events {
        event.subject.clone_from(&text);
        event.found.clone_from(&text);
    }
    for point in &mut status.history {
        point.follower_lag = Some(u64::MAX);
        point.batcher_balance = Some(f64::MAX);
    }
    status.l2_chain_id = u64::MAX;
    status.op_warden = text;
    status
}

fn lengthen(service: &mut Service, text: &str) {
    service.component = Some(text.to_owned());
    service.restarts = u64::MAX;
    service.disk_free = Some(u64::MAX);
    for finding in service.judgement.iter_mut().flat_map(|judged| &mut judged.findings) {
        finding.answer = Answer::Refuse;
        text.clone_into(&mut finding.expected);
        text.clone_into(&mut finding.found);
        text.clone_into(&mut finding.source);
        text.clone_into(&mut finding.mend);
    }
}
