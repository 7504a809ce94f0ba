//! What is known of one follower, from poll to poll.

use eth_rpc::Reading;
use serde::{Deserialize, Serialize};

use crate::compare::judge::{Head, Poll};
use crate::compare::view::{Unusable, View};
use crate::compare::{
    block::Block, past::Past, search::Search, snapshot::Snapshot, verdict::Verdict,
};

/// What is known of one follower. No clock, no I/O: the caller asks both nodes at the same time for
/// their heads and for the blocks that [`union`](super::union) names, and hands the answers to
/// [`judge`](Self::judge). It survives a restart as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Track {
    /// The chain's first block.
    pub(super) first: u64,
    /// The next block to be compared.
    pub(super) next: u64,
    /// The block before it, the same on both.
    pub(super) anchor: Option<Block>,
    pub(super) reference: Past,
    pub(super) follower: Past,
    pub(super) search: Search,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdicts {
    /// The head that came through gossip.
    pub unsafe_head: Verdict,
    /// The head that was derived from L1.
    pub safe_head: Verdict,
}

impl Track {
    /// Nothing is compared yet of a chain that begins with that block.
    #[must_use]
    pub fn new(first: u64) -> Self {
        Self {
            first,
            next: first,
            anchor: None,
            reference: Past::default(),
            follower: Past::default(),
            search: Search::default(),
        }
    }

    /// The next block to be compared: every one below it was.
    #[must_use]
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// Judges one poll of both nodes.
    pub fn judge(
        &mut self,
        reference: &Reading<Snapshot>,
        follower: &Reading<Snapshot>,
    ) -> Verdicts {
        let (ours, theirs) = (view(reference), view(follower));
        if matches!(&ours, Err(Unusable::Torn(_))) || matches!(&theirs, Err(Unusable::Torn(_))) {
            self.rewind(reference.as_ref().ok().and_then(|snapshot| snapshot.finalized));
        }
        let before = [self.reference, self.follower];
        for (past, view) in [(&mut self.reference, &ours), (&mut self.follower, &theirs)] {
            if let Ok(view) = view {
                past.see(*view);
            }
        }
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => self.compare(ours, theirs, &before),
            (Err(unusable), _) => {
                Verdicts::unknown(format!("the reference: {}", unusable.reason()))
            }
            (_, Err(unusable)) => Verdicts::unknown(unusable.reason()),
        }
    }

    fn compare(&mut self, ours: View<'_>, theirs: View<'_>, before: &[Past; 2]) -> Verdicts {
        let difference = self.search.judge(ours, theirs);
        self.sweep(ours, theirs);
        let now = [&self.reference, &self.follower];
        let poll = Poll { difference, ours, theirs, before, now };
        Verdicts { unsafe_head: poll.verdict(Head::Unsafe), safe_head: poll.verdict(Head::Safe) }
    }

    /// Goes on from block to block as far as both have the same.
    fn sweep(&mut self, ours: View<'_>, theirs: View<'_>) {
        let left = |anchor: &Block| {
            ours.lacks(anchor.number)
                || ours.at(anchor.number).is_some_and(|now| now.hash != anchor.hash)
        };
        let differs = self.search.lowest().is_some_and(|lowest| lowest < self.next);
        if self.anchor.as_ref().is_some_and(left) {
            self.restart(ours.snapshot().finalized);
        } else if differs {
            self.rewind(ours.snapshot().finalized);
        }
        while let (Some(block), Some(same)) = (ours.at(self.next), theirs.at(self.next)) {
            if block.hash != same.hash {
                return;
            }
            if self.anchor.is_some_and(|anchor| anchor.hash != block.parent) {
                return self.restart(ours.snapshot().finalized);
            }
            let Some(next) = self.next.checked_add(1) else { return };
            self.anchor = Some(block);
            self.next = next;
        }
    }

    /// The last compared block is left: goes back to one that stays, or to the first one where even
    /// the block that is final now was not reached yet.
    fn restart(&mut self, finalized: Option<Block>) {
        if finalized.is_some_and(|block| block.number >= self.next) {
            self.next = self.first;
        }
        self.anchor = None;
        self.rewind(finalized);
    }

    /// Goes back to the last block that stays, or to the first one where that one is in doubt.
    fn rewind(&mut self, finalized: Option<Block>) {
        let stays = finalized.map_or(self.first, |block| block.number.max(self.first));
        let doubted = self.search.lowest().is_some_and(|lowest| lowest <= stays);
        let back = if doubted { self.search.known_from(self.first) } else { stays };
        if back < self.next {
            (self.next, self.anchor) = (back, None);
        }
    }
}

fn view(reading: &Reading<Snapshot>) -> Result<View<'_>, Unusable> {
    View::of(reading.as_ref().map_err(|unread| Unusable::Useless(unread.to_string()))?)
}

impl Verdicts {
    fn unknown(reason: String) -> Self {
        let verdict = Verdict::Unknown { reason };
        Self { unsafe_head: verdict.clone(), safe_head: verdict }
    }
}
