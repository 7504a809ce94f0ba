//! Which blocks the next poll asks for.

use std::collections::BTreeSet;

use crate::compare::track::Track;

/// Calls that fit into one batch besides the three heads; geth answers 1000.
pub const MOST_CALLS: usize = 900;
/// Blocks of the sweep in one poll, at most.
const SWEEP: u64 = 250;
/// Numbers above the last head that are always asked for, so that a new block is compared at once.
const AHEAD: u64 = 4;
/// The same, at most: as many as the head may grow between two polls.
const FAR_AHEAD: u64 = 64;

/// What to ask each node for, besides its heads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Questions {
    pub reference: BTreeSet<u64>,
    /// Each follower, in the order of its tracks.
    pub followers: Vec<BTreeSet<u64>>,
}

/// What to ask all nodes for in one poll: as much for each follower as fits into one batch of the
/// reference. `most` is the number of calls, usually [`MOST_CALLS`].
#[must_use]
pub fn union(tracks: &[&Track], most: usize) -> Questions {
    let mut share = SWEEP;
    loop {
        let mut questions = Questions::default();
        for track in tracks {
            let numbers = track.questions(share);
            questions.reference.extend(&numbers);
            questions.followers.push(numbers);
        }
        if questions.reference.len() <= most || share == 0 {
            return questions;
        }
        share /= 2;
    }
}

impl Track {
    /// What to ask both nodes for in the next poll, with `share` blocks of the sweep.
    #[must_use]
    pub fn questions(&self, share: u64) -> BTreeSet<u64> {
        let mut numbers: BTreeSet<u64> = self.search.questions(self.first).collect();
        numbers.extend(self.anchor.map(|block| block.number));
        for past in [&self.reference, &self.follower] {
            numbers.extend(past.safe.map(|block| block.number));
            numbers.extend(past.hole);
        }
        let heads =
            [&self.reference, &self.follower].map(|past| past.latest.map(|head| head.number));
        let [Some(ours), Some(theirs)] = heads else {
            numbers.insert(self.next);
            return numbers;
        };
        let grown = |growth: u64| growth.saturating_mul(2).clamp(AHEAD, FAR_AHEAD);
        numbers.extend(ahead(ours, grown(self.reference.growth)));
        numbers.extend(ahead(theirs, grown(self.follower.growth).min(share.max(AHEAD))));
        let end =
            ours.min(theirs).min(self.next.saturating_add(share.min(SWEEP)).saturating_sub(1));
        numbers.extend(self.next..=end);
        numbers
    }
}

fn ahead(head: u64, by: u64) -> impl Iterator<Item = u64> {
    head..=head.saturating_add(by)
}
