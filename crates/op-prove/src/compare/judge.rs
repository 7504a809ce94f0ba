//! One poll judged: how a head of the follower stands to the reference's.

use std::fmt;

use crate::compare::past::{Falls, Past};
use crate::compare::{block::Block, search::Difference, verdict::Verdict, view::View};

/// Which head is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    Unsafe,
    Safe,
}

/// One poll, all of it read.
pub(super) struct Poll<'a> {
    pub(super) difference: Difference,
    pub(super) ours: View<'a>,
    pub(super) theirs: View<'a>,
    /// The reference and the follower before this poll.
    pub(super) before: &'a [Past; 2],
    /// The same after it.
    pub(super) now: [&'a Past; 2],
}

impl Poll<'_> {
    pub(super) fn verdict(&self, head: Head) -> Verdict {
        self.judge(head).unwrap_or_else(|reason| Verdict::Unknown { reason })
    }

    fn judge(&self, head: Head) -> Result<Verdict, String> {
        let ours = head.of(self.ours).ok_or_else(|| format!("the reference has no {head} head"))?;
        let theirs = head.of(self.theirs).ok_or_else(|| format!("it has no {head} head"))?;
        let common = ours.number.min(theirs.number);
        match self.difference {
            Difference::Confirmed { pair, after } if pair.number <= common => {
                return Ok(Verdict::Diverged {
                    after,
                    block: pair.number,
                    reference: pair.reference,
                    follower: pair.follower,
                });
            }
            Difference::Once(number) if number <= common => {
                return Err(format!("block {number} differs once: to be read again"));
            }
            Difference::Absurd { differs, same } => {
                return Err(format!("block {differs} differs and block {same} above it does not"));
            }
            _ => self.doubt(head)?,
        }
        self.stand(head, ours, theirs)
    }

    /// What speaks against any verdict but diverged.
    fn doubt(&self, head: Head) -> Result<(), String> {
        let nodes = [
            ("the reference", self.ours, &self.before[0], self.now[0]),
            ("it", self.theirs, &self.before[1], self.now[1]),
        ];
        for (name, view, before, now) in nodes {
            if let Some(hole) = before.hole.filter(|hole| view.lacks(*hole) && now.hole.is_some()) {
                return Err(format!("{name} lacks block {hole}, which is below its head"));
            }
            if head.falls(now).often() {
                return Err(format!("the {head} head of {name} jumps back and forth"));
            }
        }
        Ok(())
    }

    fn stand(&self, head: Head, ours: Block, theirs: Block) -> Result<Verdict, String> {
        let same = |view: View<'_>, block: Block| {
            view.at(block.number).is_some_and(|found| found.hash == block.hash)
        };
        let derived = head == Head::Unsafe || theirs.number >= ours.number;
        if derived && same(self.theirs, ours) {
            return Ok(Verdict::Equal { to: ours.number, hash: ours.hash });
        }
        let before = head.before(&self.before[1]);
        let known = same(self.ours, theirs).then_some(theirs).or_else(|| {
            // Its head moves faster than it can be asked for: the one of the poll before counts.
            before.filter(|block| same(self.ours, *block) && same(self.theirs, *block))
        });
        match known {
            Some(block) if block.number <= theirs.number && theirs.number < ours.number => {
                Ok(Verdict::Behind { head: block.number, to: ours.number })
            }
            _ => Err(format!("block {} is not compared yet", ours.number.min(theirs.number))),
        }
    }
}

impl Head {
    const fn of(self, view: View<'_>) -> Option<Block> {
        match self {
            Self::Unsafe => view.snapshot().latest,
            Self::Safe => view.snapshot().safe,
        }
    }

    const fn before(self, past: &Past) -> Option<Block> {
        match self {
            Self::Unsafe => past.latest,
            Self::Safe => past.safe,
        }
    }

    const fn falls(self, past: &Past) -> Falls {
        match self {
            Self::Unsafe => past.latest_falls,
            Self::Safe => past.safe_falls,
        }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unsafe => "unsafe",
            Self::Safe => "safe",
        })
    }
}
