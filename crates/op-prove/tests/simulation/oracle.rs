//! Whether a verdict is true, by the world's own book.
//!
//! An endpoint is one engine or two. What counts as true is written in `op_prove::compare`.

use alloy_primitives::B256;
use op_prove::compare::{Verdict, Verdicts};

use crate::world::{Id, Span, Time, World};

/// A poll and what the comparator made of it.
pub(crate) struct Seen {
    /// Its first and its last moment.
    pub(crate) from: Time,
    pub(crate) to: Time,
    pub(crate) verdicts: Verdicts,
    pub(crate) read: bool,
    pub(crate) read_follower: bool,
    /// Nothing happened during the poll.
    pub(crate) undisturbed: bool,
    /// Several engines take turns to answer.
    pub(crate) replicas: bool,
    pub(crate) next: u64,
}

/// Counts what it has seen, and remembers what it needs.
#[derive(Default)]
pub(crate) struct Oracle {
    pub(crate) equal: u64,
    pub(crate) behind: u64,
    pub(crate) diverged: u64,
    pub(crate) unknown: u64,
    /// Divergences that had to be reported, and first differing blocks that had to be found.
    pub(crate) reported: u64,
    pub(crate) found: u64,
    /// Followers that had to be judged again after they were mended or disturbed.
    pub(crate) recovered: u64,
    /// First moment of the last poll that the follower surely answered in one piece.
    before: Time,
    /// Polls in a row in which nothing was in the way, and no block left a chain.
    calm: u32,
    cuts: [u32; 2],
    heads: [usize; 2],
    growth: usize,
    /// The lower head in the first of the calm polls.
    base: usize,
}

/// Both intervals are closed at their ends.
fn within(span: &Span, from: Time, to: Time) -> bool {
    span.from <= to && span.to > from
}

impl Oracle {
    pub(crate) fn check(&mut self, world: &World, seen: &Seen) -> Result<(), String> {
        for (safe, verdict) in
            [(false, &seen.verdicts.unsafe_head), (true, &seen.verdicts.safe_head)]
        {
            let true_ = match verdict {
                Verdict::Equal { to, hash } => {
                    self.equal += 1;
                    equal(world, seen, safe, *to, *hash)
                }
                Verdict::Behind { head, to } => {
                    self.behind += 1;
                    behind(world, seen, self.before, safe, *head, *to)
                }
                Verdict::Diverged { after, block, reference, follower } => {
                    self.diverged += 1;
                    diverged(world, seen, *after, *block, *reference, *follower)
                }
                Verdict::Unknown { .. } => {
                    self.unknown += 1;
                    true
                }
            };
            if !true_ {
                return Err(format!(
                    "false, of the {} head: {verdict:?}",
                    if safe { "safe" } else { "unsafe" }
                ));
            }
        }
        self.complete(world, seen)?;
        if seen.read_follower && seen.undisturbed {
            self.before = seen.from;
        }
        Ok(())
    }

    /// What has to be reported.
    fn complete(&mut self, world: &World, seen: &Seen) -> Result<(), String> {
        let cuts = [world.engines[0].cuts, world.engines[1].cuts];
        let heads = [0, 1].map(|engine| world.engines[engine].chain.len() - 1);
        let grown = |engine: usize| heads[engine].saturating_sub(self.heads[engine]);
        let growth = grown(0).max(grown(1));
        if !(seen.read && seen.undisturbed) {
            self.calm = 0;
        } else if self.calm == 0 || cuts != self.cuts {
            (self.calm, self.growth, self.base) = (1, 0, heads[0].min(heads[1]));
        } else {
            (self.calm, self.growth) = (self.calm + 1, self.growth.max(growth));
        }
        (self.cuts, self.heads) = (cuts, heads);
        if self.calm < 3 {
            return Ok(());
        }
        match world.fork(0, 1) {
            Some((number, ..)) if number <= self.base => self.must_tell(number, &seen.verdicts),
            Some(_) => Ok(()),
            // A head that has fallen twice may be in doubt, and one that jumps cannot be asked for.
            None if seen.replicas || cuts[0].max(cuts[1]) > 1 || self.growth > 4 => Ok(()),
            None => self.must_judge(seen),
        }
    }

    /// The first calm poll reads the heads, the second sees the difference, the third confirms it.
    fn must_tell(&mut self, first: usize, verdicts: &Verdicts) -> Result<(), String> {
        self.reported += 1;
        let Verdict::Diverged { block, .. } = verdicts.unsafe_head else {
            return Err(format!("not reported in calm poll {}: block {first} differs", self.calm));
        };
        let probes = (self.base + 1).next_power_of_two().ilog2();
        if self.calm > 3 + probes {
            self.found += 1;
            if block != first as u64 {
                return Err(format!("block {first} is not found in calm poll {}", self.calm));
            }
        }
        Ok(())
    }

    fn must_judge(&mut self, seen: &Seen) -> Result<(), String> {
        self.recovered += 1;
        let verdict = &seen.verdicts.unsafe_head;
        if !matches!(verdict, Verdict::Equal { .. } | Verdict::Behind { .. }) {
            return Err(format!("not judged in calm poll {}: it is right", self.calm));
        }
        if self.calm > 4 && self.base < 200 && seen.next <= self.base as u64 {
            return Err(format!("block {} is not swept in calm poll {}", seen.next, self.calm));
        }
        Ok(())
    }
}

fn equal(world: &World, seen: &Seen, safe: bool, to: u64, hash: B256) -> bool {
    let Some(id) = world.id(hash).filter(|id| world.number(*id) == to) else { return false };
    let heads = if safe { &world.safes } else { &world.heads };
    let during = |span: &&Span| within(span, seen.from, seen.to);
    heads.iter().filter(during).any(|span| span.engine % 2 == 0 && span.id == id)
        && world.held.iter().filter(during).any(|span| span.engine % 2 == 1 && span.id == id)
        && (!safe
            || world
                .safes
                .iter()
                .filter(during)
                .any(|span| span.engine % 2 == 1 && world.number(span.id) >= to))
}

fn behind(world: &World, seen: &Seen, before: Time, safe: bool, head: u64, to: u64) -> bool {
    let heads = if safe { &world.safes } else { &world.heads };
    let since = |span: &&Span| within(span, before, seen.to);
    let held =
        |id: Id| world.held.iter().filter(since).any(|span| span.engine % 2 == 0 && span.id == id);
    head < to
        && heads.iter().any(|span| {
            span.engine % 2 == 0 && world.number(span.id) == to && within(span, seen.from, seen.to)
        })
        && heads
            .iter()
            .filter(since)
            .any(|span| span.engine % 2 == 1 && world.number(span.id) == head && held(span.id))
}

fn diverged(
    world: &World,
    seen: &Seen,
    after: Option<u64>,
    block: u64,
    reference: B256,
    follower: B256,
) -> bool {
    let (Some(ours), Some(theirs)) = (world.id(reference), world.id(follower)) else {
        return false;
    };
    let spans = |id: Id, side: usize| {
        world.held.iter().filter(move |span| span.id == id && span.engine % 2 == side)
    };
    let now = |span: &Span| within(span, seen.from, seen.to);
    let together = spans(ours, 0)
        .any(|one| spans(theirs, 1).any(|other| one.from < other.to && other.from < one.to));
    let first = match after {
        Some(after) if after + 1 == block => world.parent(ours) == world.parent(theirs),
        Some(after) => after < block,
        None => true,
    };
    ours != theirs
        && world.number(ours) == block
        && world.number(theirs) == block
        && spans(ours, 0).any(now)
        && spans(theirs, 1).any(now)
        && together
        && first
}

impl Oracle {
    pub(crate) const fn counts(&self) -> [(&'static str, u64); 7] {
        [
            ("equal", self.equal),
            ("behind", self.behind),
            ("diverged", self.diverged),
            ("unknown", self.unknown),
            ("divergences to be reported", self.reported),
            ("first blocks to be found", self.found),
            ("right followers to be judged", self.recovered),
        ]
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.equal += other.equal;
        self.behind += other.behind;
        self.diverged += other.diverged;
        self.unknown += other.unknown;
        self.reported += other.reported;
        self.found += other.found;
        self.recovered += other.recovered;
    }
}

impl std::fmt::Display for Oracle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = self.counts().map(|(what, count)| format!("{count} {what}"));
        formatter.write_str(&counts.join(", "))
    }
}
