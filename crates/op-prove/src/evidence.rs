//! What was found of one follower, and the verdicts that follow: the same for who makes a proof and
//! for who checks one.

use alloy_primitives::B256;

use crate::compare::Verdict;
use crate::node::{Head, Node};

/// The first block that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Different {
    pub(super) number: u64,
    pub(super) reference: B256,
    pub(super) follower: B256,
    /// Both have the same parent.
    pub(super) linked: bool,
}

/// What was found of one follower.
pub(super) struct Evidence<'a, H> {
    pub(super) reference: &'a Node,
    pub(super) follower: &'a Node,
    /// Last block of the range.
    pub(super) to: u64,
    /// Last block up to which all of the range are the same.
    pub(super) compared: Option<u64>,
    pub(super) different: Option<Different>,
    /// Hash of a block of the range that is the same on both.
    pub(super) hash: H,
}

impl<H: Fn(u64) -> Option<B256>> Evidence<'_, H> {
    /// How the follower stands in the range, by its unsafe head.
    pub(super) fn result(&self) -> Verdict {
        if let Some(different) = self.different {
            return self.diverged(different);
        }
        let Some((last, hash)) = self.compared.and_then(|last| Some((last, (self.hash)(last)?)))
        else {
            return unknown("no block was compared".to_owned());
        };
        let heads = [self.reference.latest, self.follower.latest];
        if heads.into_iter().flatten().any(|head| self.left(head)) {
            return unknown(
                "a head is not on the chain that was read: it was reorganised".to_owned(),
            );
        }
        match self.follower.latest {
            _ if last == self.to => Verdict::Equal { to: last, hash },
            Some(head) if head.number == last => Verdict::Behind { head: last, to: self.to },
            _ => unknown(format!("the blocks from {last} to {} were not compared", self.to)),
        }
    }

    /// How its safe head stands to the reference's.
    pub(super) fn safe(&self) -> Verdict {
        let Some(ours) = self.reference.safe else {
            return unknown("the reference has no safe head".to_owned());
        };
        let Some(theirs) = self.follower.safe else {
            return unknown("it has no safe head".to_owned());
        };
        let lower = if ours.number <= theirs.number { ours } else { theirs };
        if let Some(different) = self.different.filter(|found| found.number <= lower.number) {
            return self.diverged(different);
        }
        if self.left(ours) || self.left(theirs) {
            return unknown("a safe head is not on the chain that was read".to_owned());
        }
        // Also where both report the same hash: no header stands for it.
        if (self.hash)(lower.number).is_none() {
            return unknown(format!(
                "block {} is not among those that were compared",
                lower.number
            ));
        }
        if ours.number <= theirs.number {
            Verdict::Equal { to: ours.number, hash: ours.hash }
        } else {
            Verdict::Behind { head: theirs.number, to: ours.number }
        }
    }

    /// Whether another block than a head has its number on the chain that was compared.
    fn left(&self, head: Head) -> bool {
        (self.hash)(head.number).is_some_and(|hash| hash != head.hash)
    }

    fn diverged(&self, different: Different) -> Verdict {
        let Different { number, reference, follower, linked } = different;
        let below = number.checked_sub(1).filter(|below| linked || self.compared == Some(*below));
        Verdict::Diverged { after: below, block: number, reference, follower }
    }
}

fn unknown(reason: String) -> Verdict {
    Verdict::Unknown { reason }
}
