//! Blocks that differ: confirmed by a second poll, and the first of them searched by bisection.

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

use crate::compare::view::View;

/// Two different blocks of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pair {
    pub(super) number: u64,
    pub(super) reference: B256,
    pub(super) follower: B256,
    /// Both have the same parent: no block below differs.
    pub(super) first: bool,
}

/// What is known of the blocks that differ.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Search {
    /// The lowest pair of the last poll that had any.
    seen: Option<Pair>,
    /// The pair that two polls found.
    confirmed: Option<Pair>,
    /// The highest block below all pairs that is the same on both.
    same: Option<u64>,
}

/// What a poll says of the blocks that differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    /// No block that was read differs.
    None,
    /// A block differs for the first time.
    Once(u64),
    /// A block differs again.
    Confirmed { pair: Pair, after: Option<u64> },
    /// A block differs although a higher one is the same.
    Absurd { differs: u64, same: u64 },
}

impl Search {
    /// Compares all that both answered.
    pub(super) fn judge(&mut self, reference: View<'_>, follower: View<'_>) -> Difference {
        let (mut lowest, mut highest) = (None::<Pair>, None::<u64>);
        for ours in reference.blocks() {
            let Some(theirs) = follower.at(ours.number) else { continue };
            if ours.hash == theirs.hash {
                highest = highest.max(Some(ours.number));
            } else if lowest.is_none_or(|lowest| ours.number < lowest.number) {
                lowest = Some(Pair {
                    number: ours.number,
                    reference: ours.hash,
                    follower: theirs.hash,
                    first: ours.number == 0 || ours.parent == theirs.parent,
                });
            }
        }
        let Some(lowest) = lowest else {
            *self = Self::default();
            return Difference::None;
        };
        if let Some(same) = highest.filter(|same| *same > lowest.number) {
            return Difference::Absurd { differs: lowest.number, same };
        }
        self.same = highest;
        let again = |pair: &Pair| {
            let hash = |view: View<'_>| view.at(pair.number).map(|block| block.hash);
            hash(reference) == Some(pair.reference) && hash(follower) == Some(pair.follower)
        };
        self.confirmed = self.seen.filter(again).or(self.confirmed.filter(again));
        self.seen = Some(lowest);
        match self.confirmed {
            Some(pair) => Difference::Confirmed { pair, after: self.after(pair) },
            None => Difference::Once(lowest.number),
        }
    }

    fn after(&self, pair: Pair) -> Option<u64> {
        if pair.first { pair.number.checked_sub(1) } else { self.same }
    }

    /// The lowest block that was seen to differ.
    pub(super) fn lowest(&self) -> Option<u64> {
        self.seen.map(|pair| pair.number)
    }

    /// The first block that may differ, of a chain that begins with that block.
    pub(super) fn known_from(&self, first: u64) -> u64 {
        self.same.map_or(first, |same| same.saturating_add(1))
    }

    /// What the next poll has to read: the pairs again, the block below them, and the middle between.
    pub(super) fn questions(&self, first: u64) -> impl Iterator<Item = u64> {
        let pairs = [self.seen, self.confirmed].into_iter().flatten().map(|pair| pair.number);
        pairs.chain(self.same).chain(self.probe(first))
    }

    fn probe(&self, first: u64) -> Option<u64> {
        let pair = self.seen.filter(|pair| !pair.first)?;
        let low = self.known_from(first);
        (low < pair.number).then(|| low + (pair.number - low) / 2)
    }
}
