//! Long chains and poisoned answers; what goes wrong between polls is the simulation's.

use alloy_consensus::Header;
use alloy_primitives::{B256, U256};
use serde_json::{Value, json};

use crate::compare::*;

mod doubts;

/// Block of a chain that leaves the common one at `fork`.
fn block(number: u64, fork: u64) -> Block {
    let hash = |number: u64| {
        let branch = u64::from(number >= fork);
        B256::from(U256::from(number.wrapping_add(1)) + (U256::from(branch) << 200))
    };
    let parent = number.checked_sub(1).map_or(B256::ZERO, hash);
    Block { number, hash: hash(number), parent, timestamp: number.wrapping_mul(2) }
}

fn snapshot(numbers: &std::collections::BTreeSet<u64>, head: u64, fork: u64) -> Snapshot {
    Snapshot {
        latest: Some(block(head, fork)),
        safe: Some(block(head / 2, fork)),
        finalized: Some(block(0, fork)),
        blocks: numbers
            .iter()
            .map(|number| (*number, (*number <= head).then(|| block(*number, fork))))
            .collect(),
    }
}

fn poll(track: &mut Track, reference: (u64, u64), follower: (u64, u64)) -> Verdicts {
    let numbers = track.questions(0);
    let ask = |(head, fork)| Ok(snapshot(&numbers, head, fork));
    track.judge(&ask(reference), &ask(follower))
}

#[test]
fn the_first_block_that_differs_is_found_by_bisection() {
    let head = 1_000_000;
    for fork in [1, 2, 3, 499_999, 500_000, 777_777, head - 1, head] {
        let mut track = Track::new(0);
        for number in 0.. {
            // The heads, a difference, its confirmation, the probes, and the last one's confirmation.
            assert!(number <= 3 + 20 + 1, "block {fork} is not found: {track:?}");
            let verdict = poll(&mut track, (head, u64::MAX), (head, fork)).unsafe_head;
            if let Verdict::Diverged { after, block, .. } = verdict {
                assert!(number > 0 && block >= fork && after.is_none_or(|after| after < fork));
                if block == fork {
                    assert_eq!(after, fork.checked_sub(1));
                    break;
                }
            }
        }
    }
}

#[test]
fn heads_that_cannot_be_do_no_harm() {
    let mut track = Track::new(0);
    for _ in 0..4 {
        let huge = (u64::MAX, u64::MAX);
        poll(&mut track, huge, huge);
        poll(&mut track, (9, u64::MAX), huge);
        assert!(track.questions(250).len() < 500, "{track:?}");
    }
    assert!(track.next() < 500, "{track:?}");
}

#[test]
fn fifty_followers_fit_into_one_batch_and_none_is_left_out() {
    let tracks: Vec<_> = (0..50)
        .map(|place: u64| {
            let mut track = Track::new(0);
            let head = 1_000 + 1_000 * place;
            for _ in 0..3 {
                poll(&mut track, (900_000, u64::MAX), (head, head - place));
            }
            // Each has come to somewhere else.
            track.next = head / 2;
            track
        })
        .collect();
    let all: Vec<_> = tracks.iter().collect();
    let questions = union(&all, MOST_CALLS);
    let needed = union(&all, 0).reference.len();
    let asked = questions.reference.len();
    assert!((needed + 50..=MOST_CALLS).contains(&asked), "{asked}, without a sweep {needed}");
    for (track, numbers) in tracks.iter().zip(&questions.followers) {
        assert!(numbers.is_subset(&questions.reference));
        assert!(track.questions(0).is_subset(numbers));
    }
}

#[test]
fn a_hash_that_is_not_the_headers_is_not_read() {
    let old = Header { number: 7, base_fee_per_gas: Some(1), ..Header::default() };
    let isthmus = Header {
        withdrawals_root: Some(B256::repeat_byte(1)),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(B256::repeat_byte(2)),
        requests_hash: Some(B256::repeat_byte(3)),
        ..old.clone()
    };
    for header in [old, isthmus] {
        let mut sent = serde_json::to_value(&header).unwrap();
        sent["hash"] = json!(header.hash_slow());
        let read = |sent: &Value| serde_json::from_str::<Sealed>(&sent.to_string());
        assert_eq!(read(&sent).unwrap().header, header);
        for field in ["stateRoot", "hash", "parentHash", "receiptsRoot"] {
            let mut lie = sent.clone();
            lie[field] = json!(B256::repeat_byte(9));
            let error = read(&lie).unwrap_err().to_string();
            assert!(error.contains("its endpoint lies: block 7"), "{field}: {error}");
        }
    }
}
