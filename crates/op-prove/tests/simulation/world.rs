//! Engines, their chains, and a book of who held which block when.

use alloy_primitives::B256;
use op_prove::compare::Block;

use crate::random::mixed;

/// A block's place in the world.
pub(crate) type Id = usize;
/// A moment: everything that happens has its own.
pub(crate) type Time = u32;

/// From when to when something was so; `to` is the first moment at which it was not.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    pub(crate) engine: usize,
    pub(crate) id: Id,
    pub(crate) from: Time,
    pub(crate) to: Time,
}

/// One engine behind an endpoint.
#[derive(Default)]
pub(crate) struct Engine {
    /// Its chain: blocks by number, and the span of each in the book.
    pub(crate) chain: Vec<(Id, usize)>,
    pub(crate) safe: usize,
    pub(crate) finalized: usize,
    /// A number that its index has lost.
    pub(crate) hole: Option<usize>,
    head_span: Option<usize>,
    safe_span: Option<usize>,
    /// How often blocks were taken from its chain.
    pub(crate) cuts: u32,
}

/// The engines 0 and 2 are the reference's, 1 and 3 the follower's.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) now: Time,
    /// Parent and number of each block.
    blocks: Vec<(Id, usize)>,
    pub(crate) engines: [Engine; 4],
    pub(crate) held: Vec<Span>,
    pub(crate) heads: Vec<Span>,
    pub(crate) safes: Vec<Span>,
}

impl World {
    /// All engines have the same blocks 0 to `head`.
    pub(crate) fn begin(&mut self, head: usize) {
        self.now = 1;
        for log in [&mut self.held, &mut self.heads, &mut self.safes] {
            log.clear();
        }
        self.blocks.clear();
        self.blocks.push((0, 0));
        for engine in &mut self.engines {
            engine.chain.clear();
            *engine = Engine { chain: std::mem::take(&mut engine.chain), ..Engine::default() };
        }
        for number in 0..=head {
            let id = if number == 0 { 0 } else { self.child(number - 1) };
            for engine in 0..4 {
                self.push(engine, id);
            }
        }
        for engine in 0..4 {
            self.settle(engine);
        }
    }

    /// A block that nobody has yet.
    fn child(&mut self, parent: Id) -> Id {
        self.blocks.push((parent, self.blocks[parent].1 + 1));
        self.blocks.len() - 1
    }

    pub(crate) fn parent(&self, id: Id) -> Id {
        self.blocks[id].0
    }

    pub(crate) fn number(&self, id: Id) -> u64 {
        self.blocks[id].1 as u64
    }

    pub(crate) fn hash(id: Id) -> B256 {
        let mut hash = B256::ZERO;
        hash[..8].copy_from_slice(&mixed(id as u64 + 1).to_be_bytes());
        hash[24..].copy_from_slice(&(id as u64).to_be_bytes());
        hash
    }

    /// The block of that hash.
    pub(crate) fn id(&self, hash: B256) -> Option<Id> {
        let id = usize::from_be_bytes(hash[24..].try_into().unwrap());
        (id < self.blocks.len() && Self::hash(id) == hash).then_some(id)
    }

    pub(crate) fn block(&self, id: Id) -> Block {
        let (parent, number) = self.blocks[id];
        let parent = if id == 0 { B256::ZERO } else { Self::hash(parent) };
        Block { number: number as u64, hash: Self::hash(id), parent, timestamp: 2 * number as u64 }
    }

    fn push(&mut self, engine: usize, id: Id) {
        self.engines[engine].chain.push((id, self.held.len()));
        self.held.push(Span { engine, id, from: self.now, to: Time::MAX });
    }

    /// Adds blocks of its own to a chain.
    pub(crate) fn grow(&mut self, engine: usize, count: usize) {
        for _ in 0..count {
            let id = self.child(self.head(engine));
            self.push(engine, id);
        }
        self.settle(engine);
    }

    /// Takes blocks from a chain, all but the first `keep`.
    pub(crate) fn cut(&mut self, engine: usize, keep: usize) {
        let keep = keep.max(1);
        if keep < self.engines[engine].chain.len() {
            for (_, span) in self.engines[engine].chain.drain(keep..) {
                self.held[span].to = self.now;
            }
            self.engines[engine].cuts += 1;
        }
        self.settle(engine);
    }

    /// Brings a chain as many blocks closer to another one, with a reorganisation where it must be.
    pub(crate) fn follow(&mut self, engine: usize, source: usize, count: usize) {
        let (ours, theirs) = (&self.engines[engine].chain, &self.engines[source].chain);
        let mut common = ours.len().min(theirs.len());
        while ours[common - 1].0 != theirs[common - 1].0 {
            common -= 1;
        }
        // A chain that is ahead on the same branch stays.
        if common < theirs.len() {
            self.cut(engine, common);
            let end = self.engines[source].chain.len().min(common + count);
            for number in common..end {
                self.push(engine, self.engines[source].chain[number].0);
            }
        }
        self.settle(engine);
    }

    /// Moves the safe head, which is below the head, and the final one, which is below the safe one.
    pub(crate) fn derive(&mut self, engine: usize, safe: usize, finalized: usize) {
        let all = &mut self.engines[engine];
        all.safe = safe.max(all.safe);
        all.finalized = finalized.max(all.finalized);
        self.settle(engine);
    }

    /// Notes the heads in the book.
    fn settle(&mut self, engine: usize) {
        let Self { engines, heads, safes, now, .. } = self;
        let all = &mut engines[engine];
        let head = all.chain.len() - 1;
        all.safe = all.safe.min(head);
        all.finalized = all.finalized.min(all.safe);
        for (span, log, number) in
            [(&mut all.head_span, heads, head), (&mut all.safe_span, safes, all.safe)]
        {
            let id = all.chain[number].0;
            if let Some(open) = *span {
                if log[open].id == id {
                    continue;
                }
                log[open].to = *now;
            }
            *span = Some(log.len());
            log.push(Span { engine, id, from: *now, to: Time::MAX });
        }
    }

    pub(crate) fn head(&self, engine: usize) -> Id {
        self.engines[engine].chain.last().unwrap().0
    }

    /// The first number at which two chains differ, with the two blocks.
    pub(crate) fn fork(&self, one: usize, other: usize) -> Option<(usize, Id, Id)> {
        let (one, other) = (&self.engines[one].chain, &self.engines[other].chain);
        let (mut low, mut high) = (0, one.len().min(other.len()));
        while low < high {
            let middle = usize::midpoint(low, high);
            if one[middle].0 == other[middle].0 { low = middle + 1 } else { high = middle }
        }
        (low < one.len().min(other.len())).then(|| (low, one[low].0, other[low].0))
    }
}
