//! What is remembered of a node from poll to poll.

use serde::{Deserialize, Serialize};

use crate::compare::{block::Block, snapshot::Snapshot, view::View};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Past {
    pub(super) latest: Option<Block>,
    pub(super) safe: Option<Block>,
    /// Blocks by which the head grew between the last two polls.
    pub(super) growth: u64,
    /// The lowest block that was missing below the head.
    pub(super) hole: Option<u64>,
    pub(super) latest_falls: Falls,
    pub(super) safe_falls: Falls,
}

/// How often a head has fallen recently.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Falls(u8);

impl Past {
    pub(super) fn see(&mut self, view: View<'_>) {
        let Snapshot { latest, safe, .. } = view.snapshot();
        self.latest_falls.see(self.latest, *latest);
        self.safe_falls.see(self.safe, *safe);
        if let (Some(before), Some(now)) = (self.latest, latest) {
            self.growth = now.number.saturating_sub(before.number);
        }
        (self.latest, self.safe) = (*latest, *safe);
        self.hole = view.hole();
    }
}

impl Falls {
    /// What one fall counts; every poll without one takes 1 away.
    const FALL: u8 = 8;

    fn see(&mut self, before: Option<Block>, now: Option<Block>) {
        let fell = matches!((before, now), (Some(before), Some(now)) if now.number < before.number);
        self.0 = if fell { self.0.saturating_add(Self::FALL) } else { self.0.saturating_sub(1) };
    }

    /// One fall is a restart or a reorganisation, several are engines that take turns to answer.
    pub(super) const fn often(self) -> bool {
        self.0 > Self::FALL
    }
}
