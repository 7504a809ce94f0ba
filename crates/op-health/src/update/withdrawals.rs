//! Withdrawals that were proven on L1, looked up on L2.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::B256;

use crate::memory::withdrawals::{Forged, Proven, Withdrawals};
use crate::watch::Watch;
use op_observe::l1::L1Answers;
use op_observe::withdrawals::{Questions, WithdrawalAnswers};

/// Withdrawals that are looked up in one poll.
const A_POLL: usize = 20;
/// Withdrawals that are remembered.
const MOST: usize = 1_000;
/// Blocks of L1 for which real ones are remembered: their logs are read again.
const AGAIN: u64 = 128;

pub(crate) fn questions(memory: &Withdrawals) -> Questions {
    let forged = memory.forged.iter();
    let forged = forged.map(|(&hash, forged)| (hash, (forged.submitter, forged.game)));
    Questions { next: memory.next, forged: forged.collect() }
}

pub(crate) fn take(
    memory: &mut Withdrawals,
    l1: &L1Answers,
    answers: &WithdrawalAnswers,
    now: f64,
) {
    memory.next = memory.next.max(Some(answers.to + 1));
    for (&hash, &submitter) in &answers.proven {
        if let Some(seen) = memory.real.get_mut(&hash) {
            *seen = answers.to;
        } else if !memory.forged.contains_key(&hash) && memory.waiting.len() < MOST {
            let proven = Proven { submitter, before: l1.head.timestamp, nodes_differ: false };
            memory.waiting.entry(hash).or_insert(proven);
        }
    }
    memory.real.retain(|_, seen| *seen + AGAIN > answers.to);
    for (hash, found) in &answers.forged {
        let Some(forged) = memory.forged.get_mut(hash) else { continue };
        forged.game = found.game.or(forged.game);
        if found.status.is_some() && forged.status != found.status {
            (forged.status, forged.at) = (found.status, now);
        }
    }
    // A game that the challenger has won proves no withdrawal.
    let over: Vec<B256> = memory
        .forged
        .iter()
        .filter(|(_, forged)| forged.status == Some(1))
        .map(|(hash, _)| *hash)
        .collect();
    for hash in over {
        memory.forged.remove(&hash);
        memory.real.insert(hash, answers.to);
    }
}

/// The withdrawals that our nodes are asked for.
pub(crate) fn to_ask(memory: &Withdrawals) -> BTreeSet<B256> {
    memory.waiting.keys().take(A_POLL).copied().collect()
}

/// Whether a node that has an L2 block of this time has what was withdrawn.
pub(crate) fn is_known_at(memory: &Withdrawals, hash: &B256, time: u64) -> bool {
    memory.waiting.get(hash).is_some_and(|proven| time >= proven.before)
}

/// Takes what the nodes say that are far enough.
pub(crate) fn look_up(watch: &mut Watch, found: &BTreeMap<B256, BTreeSet<bool>>) {
    let now = watch.seen.now;
    let memory = &mut watch.memory.withdrawals;
    for (hash, said) in found {
        let Some(proven) = memory.waiting.get_mut(hash) else { continue };
        proven.nodes_differ = said.len() > 1;
        if proven.nodes_differ {
            continue;
        }
        let submitter = proven.submitter;
        memory.waiting.remove(hash);
        if said.contains(&true) {
            memory.checked += 1;
            memory.real.insert(*hash, memory.next.unwrap_or_default());
        } else if memory.forged.len() < MOST {
            let forged = Forged { submitter, at: now, game: None, status: None };
            memory.forged.insert(*hash, forged);
        }
    }
}
