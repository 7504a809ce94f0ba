//! What stands against a verdict, and how far the sweep goes back.

use std::collections::BTreeSet;

use eth_rpc::Unread;

use crate::compare::tests::{block, poll, snapshot};
use crate::compare::{Block, Snapshot, Track, Verdict, Verdicts};

const NEVER: u64 = u64::MAX;

/// The common chain up to its head, all of it.
fn whole(head: u64, fork: u64) -> Snapshot {
    snapshot(&(0..=head + 2).collect(), head, fork)
}

/// A follower that has been compared up to that head.
fn swept(head: u64) -> Track {
    let mut track = Track::new(0);
    judge(&mut track, whole(head, NEVER), whole(head, NEVER));
    assert_eq!(track.next(), head + 1);
    track
}

fn judge(track: &mut Track, reference: Snapshot, follower: Snapshot) -> Verdicts {
    track.judge(&Ok(reference), &Ok(follower))
}

fn reason(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Unknown { reason } => reason,
        verdict => panic!("{verdict}"),
    }
}

#[test]
fn what_differs_above_the_safe_head_says_nothing_of_it() {
    let mut track = Track::new(0);
    let (ours, theirs) = ((1_000, NEVER), (1_000, 700));
    let equal = Verdict::Equal { to: 500, hash: block(500, NEVER).hash };
    poll(&mut track, ours, theirs);
    let verdicts = poll(&mut track, ours, theirs);
    assert!(matches!(verdicts.unsafe_head, Verdict::Diverged { .. }), "{verdicts:?}");
    assert_eq!(verdicts.safe_head, equal);
    let mut track = Track::new(0);
    let verdicts = judge(&mut track, whole(10, NEVER), whole(10, 8));
    assert_eq!(reason(&verdicts.unsafe_head), "block 8 differs once: to be read again");
    assert_eq!(verdicts.safe_head, Verdict::Equal { to: 5, hash: block(5, NEVER).hash });
}

#[test]
fn a_block_that_differs_below_one_that_does_not_is_no_chain() {
    let mut theirs = snapshot(&BTreeSet::from([2, 9]), 10, NEVER);
    theirs.blocks.insert(2, Some(block(2, 0)));
    let mut track = Track::new(0);
    for _ in 0..3 {
        let verdicts = judge(&mut track, whole(10, NEVER), theirs.clone());
        for verdict in [verdicts.unsafe_head, verdicts.safe_head] {
            assert_eq!(reason(&verdict), "block 2 differs and block 10 above it does not");
        }
    }
}

#[test]
fn heads_that_nobody_asked_for_are_compared_too() {
    let only_heads = |fork| Snapshot {
        latest: Some(block(10, fork)),
        safe: Some(block(6, fork)),
        finalized: Some(block(2, fork)),
        ..Snapshot::default()
    };
    let verdicts = judge(&mut Track::new(0), only_heads(NEVER), only_heads(1));
    assert_eq!(reason(&verdicts.unsafe_head), "block 2 differs once: to be read again");
}

#[test]
fn a_hole_below_the_head_is_reported_when_it_stays() {
    let holed = || {
        let mut holed = whole(10, NEVER);
        holed.blocks.insert(3, None);
        holed
    };
    for (ours, theirs, whose) in
        [(holed(), whole(10, NEVER), "the reference"), (whole(10, NEVER), holed(), "it")]
    {
        let mut track = swept(10);
        let equal = judge(&mut track, ours.clone(), theirs.clone()).unsafe_head;
        assert!(matches!(equal, Verdict::Equal { to: 10, .. }), "{equal}");
        assert!(track.questions(0).contains(&3));
        let verdict = judge(&mut track, ours, theirs).unsafe_head;
        assert_eq!(reason(&verdict), format!("{whose} lacks block 3, which is below its head"));
        // Another one may pass.
        let mut moved = whole(10, NEVER);
        moved.blocks.insert(4, None);
        let verdict = judge(&mut track, whole(10, NEVER), moved).unsafe_head;
        assert!(matches!(verdict, Verdict::Equal { to: 10, .. }), "{verdict}");
        let mended = judge(&mut track, whole(10, NEVER), whole(10, NEVER)).unsafe_head;
        assert!(matches!(mended, Verdict::Equal { to: 10, .. }), "{mended}");
    }
}

#[test]
fn a_head_that_falls_twice_is_in_doubt() {
    let fallen = |head| {
        let mut fallen = whole(20, NEVER);
        fallen.latest = Some(block(head, NEVER));
        fallen
    };
    let mut track = swept(20);
    let once = judge(&mut track, whole(20, NEVER), fallen(15)).unsafe_head;
    assert!(matches!(once, Verdict::Equal { to: 20, .. }), "{once}");
    judge(&mut track, whole(20, NEVER), fallen(20));
    let twice = judge(&mut track, whole(20, NEVER), fallen(15));
    assert_eq!(reason(&twice.unsafe_head), "the unsafe head of it jumps back and forth");
    assert!(matches!(twice.safe_head, Verdict::Equal { to: 10, .. }), "{:?}", twice.safe_head);
    for _ in 0..10 {
        judge(&mut track, whole(20, NEVER), fallen(15));
    }
    let later = judge(&mut track, whole(20, NEVER), fallen(15)).unsafe_head;
    assert!(matches!(later, Verdict::Equal { to: 20, .. }), "{later}");
    let (mut track, mut last) = (swept(20), None);
    for safe in [8, 9, 8] {
        let mut ours = whole(20, NEVER);
        ours.safe = Some(block(safe, NEVER));
        let verdicts = judge(&mut track, ours, whole(20, NEVER));
        assert!(matches!(verdicts.unsafe_head, Verdict::Equal { .. }), "{verdicts:?}");
        last = Some(verdicts.safe_head);
    }
    assert_eq!(reason(&last.unwrap()), "the safe head of the reference jumps back and forth");
}

#[test]
fn a_head_that_is_faster_than_the_questions_is_behind_at_its_last_one() {
    let mut track = Track::new(0);
    poll(&mut track, (40, NEVER), (40, NEVER));
    let ours = snapshot(&BTreeSet::from([40]), 600, NEVER);
    let theirs = snapshot(&BTreeSet::from([40]), 500, NEVER);
    let verdict = judge(&mut track, ours, theirs).unsafe_head;
    assert_eq!(verdict, Verdict::Behind { head: 40, to: 600 });
}

#[test]
fn answers_that_are_not_of_one_chain_are_of_no_use() {
    let other = |number| Some(block(number, 0));
    let changed = |change: fn(&mut Snapshot, Option<Block>), number| {
        let mut snapshot = snapshot(&BTreeSet::from([4, 6]), 10, NEVER);
        change(&mut snapshot, other(number));
        snapshot
    };
    let torn = [
        // The head, the block above it, the one below it; and of two numbers that were asked for.
        (changed(|snapshot, block| snapshot.blocks.extend([(10, block)]), 10), 10),
        (changed(|snapshot, block| snapshot.blocks.extend([(6, block)]), 6), 5),
        (changed(|snapshot, block| snapshot.blocks.extend([(4, block)]), 4), 5),
        (changed(|snapshot, block| snapshot.blocks.extend([(7, block)]), 7), 7),
    ];
    for (torn, number) in torn {
        let why = format!(
            "its answers are not of one chain at block {number}: it was reorganised meanwhile, or several nodes answer"
        );
        let verdict = judge(&mut swept(10), whole(10, NEVER), torn.clone()).unsafe_head;
        assert_eq!(reason(&verdict), why);
        let verdict = judge(&mut swept(10), torn, whole(10, NEVER)).unsafe_head;
        assert_eq!(reason(&verdict), format!("the reference: {why}"));
    }
    let mut wrong = whole(10, NEVER);
    wrong.blocks.insert(3, other(4));
    let verdict = judge(&mut swept(10), whole(10, NEVER), wrong).unsafe_head;
    assert_eq!(reason(&verdict), "asked for block 3, it answers block 4");
    let none = Err(Unread::Unreachable("no answer".to_owned()));
    let verdict = swept(10).judge(&Ok(whole(10, NEVER)), &none).unsafe_head;
    assert_eq!(reason(&verdict), "no answer");
}

#[test]
fn the_sweep_goes_back_to_what_stays() {
    let finalized = |head, fork, number| {
        let mut snapshot = whole(head, fork);
        snapshot.finalized = Some(block(number, fork));
        snapshot
    };
    // A block that nobody asked for is not gone.
    let mut track = swept(10);
    let unasked = || snapshot(&BTreeSet::new(), 12, NEVER);
    judge(&mut track, unasked(), unasked());
    assert_eq!(track.next(), 11);
    // The follower leaves the chain, and comes back.
    let mut track = swept(100);
    for _ in 0..3 {
        judge(&mut track, finalized(100, NEVER, 30), finalized(100, 50, 30));
    }
    assert_eq!(track.next(), 50);
    judge(&mut track, finalized(100, NEVER, 30), finalized(100, NEVER, 30));
    assert_eq!(track.next(), 101);
    // What is final differs: back to what is known to be the same.
    judge(&mut track, finalized(100, NEVER, 60), finalized(100, 20, 60));
    assert_eq!(track.next(), 20);
    // Both are reorganised. No more than the compared block and the heads are read, so that going back shows.
    for (head, number, next) in [(100, 30, 31), (150, 120, 0)] {
        let mut track = swept(100);
        let mut both = finalized(head, 20, number);
        both.blocks.retain(|number, _| *number == 100);
        both.safe = None;
        judge(&mut track, both.clone(), both);
        assert_eq!(track.next(), next, "{number} is final");
    }
    // One answer of several nodes may have been taken for the chain.
    for reference_is_torn in [true, false] {
        let mut track = swept(100);
        let mut torn = finalized(100, NEVER, 30);
        torn.blocks.insert(10, Some(block(10, 0)));
        let good = finalized(100, NEVER, 30);
        let (ours, theirs) = if reference_is_torn { (torn, good) } else { (good, torn) };
        judge(&mut track, ours, theirs);
        assert_eq!(track.next(), 30);
    }
}
