//! One node's answers looked at as one chain.

use crate::compare::{block::Block, snapshot::Snapshot};

/// A snapshot that does not contradict itself.
#[derive(Clone, Copy)]
pub(super) struct View<'a>(&'a Snapshot);

/// Why a snapshot cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unusable {
    /// Its blocks are not of one chain: they are of different moments or of different engines.
    Torn(String),
    /// There is none, or it cannot be an answer to what was asked.
    Useless(String),
}

impl Unusable {
    pub(super) fn reason(self) -> String {
        match self {
            Self::Torn(reason) | Self::Useless(reason) => reason,
        }
    }
}

impl<'a> View<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Result<Self, Unusable> {
        let view = Self(snapshot);
        for (asked, block) in &snapshot.blocks {
            match block {
                Some(block) if block.number != *asked => {
                    return Err(Unusable::Useless(format!(
                        "asked for block {asked}, it answers block {}",
                        block.number
                    )));
                }
                _ => {}
            }
        }
        view.linked()?;
        Ok(view)
    }

    /// Every two neighbours are parent and child, and each number has one block.
    fn linked(self) -> Result<(), Unusable> {
        let mut before: Option<&Block> = None;
        for block in self.0.blocks.values().flatten() {
            if let Some(parent) = before
                && parent.number.checked_add(1) == Some(block.number)
                && parent.hash != block.parent
            {
                return Err(torn(block));
            }
            before = Some(block);
        }
        for head in self.heads() {
            let same = self.at(head.number).is_none_or(|block| block.hash == head.hash);
            let above = head.number.checked_add(1).and_then(|number| self.at(number));
            let below = head.number.checked_sub(1).and_then(|number| self.at(number));
            if !same
                || above.is_some_and(|above| above.parent != head.hash)
                || below.is_some_and(|below| below.hash != head.parent)
            {
                return Err(torn(&head));
            }
        }
        Ok(())
    }

    fn heads(self) -> impl Iterator<Item = Block> {
        [self.0.latest, self.0.safe, self.0.finalized].into_iter().flatten()
    }

    /// The block of that number, if it was read and exists.
    pub(super) fn at(self, number: u64) -> Option<Block> {
        match self.0.blocks.get(&number) {
            Some(Some(block)) => Some(*block),
            _ => self.heads().find(|head| head.number == number),
        }
    }

    /// All blocks that were read; the heads may come twice.
    pub(super) fn blocks(self) -> impl Iterator<Item = Block> {
        self.0.blocks.values().flatten().copied().chain(self.heads())
    }

    /// The lowest block that it has not, although it is below its head.
    pub(super) fn hole(self) -> Option<u64> {
        let latest = self.0.latest?.number;
        let missing = |&(&number, block): &(&u64, &Option<Block>)| {
            block.is_none() && number <= latest && self.at(number).is_none()
        };
        self.0.blocks.iter().find(missing).map(|(number, _)| *number)
    }

    /// Whether it was asked for the block and has none.
    pub(super) fn lacks(self, number: u64) -> bool {
        self.0.blocks.get(&number).is_some_and(Option::is_none) && self.at(number).is_none()
    }

    pub(super) const fn snapshot(self) -> &'a Snapshot {
        self.0
    }
}

fn torn(block: &Block) -> Unusable {
    Unusable::Torn(format!(
        "its answers are not of one chain at block {}: it was reorganised meanwhile, or several nodes answer",
        block.number
    ))
}
