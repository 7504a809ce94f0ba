//! One seed: events, polls, and the comparator among them.

use std::collections::BTreeSet;

use eth_rpc::{Reading, Unread};
use op_prove::compare::{Block, MOST_CALLS, Snapshot, Track, union};

use crate::{
    oracle::{Oracle, Seen},
    random::Random,
    world::World,
};

/// What may go wrong in a seed, one in three each.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is independent of the others")]
pub(crate) struct Faults {
    reorganised: bool,
    reorganised_together: bool,
    lost: bool,
    hole: bool,
    replicas: [bool; 2],
    split: bool,
    lies: bool,
    unreachable: bool,
    diverging: bool,
    restarts: bool,
    bursts: bool,
}

/// The reference's first engine, and the follower's.
const REFERENCE: usize = 0;
const FOLLOWER: usize = 1;
const POLLS: usize = 16;

pub(crate) struct Play<'a> {
    world: &'a mut World,
    random: Random,
    faults: Faults,
    /// Whether the follower makes blocks of its own.
    apart: bool,
    /// Whether something happened that answers of one moment would not show.
    disturbed: bool,
}

/// Plays one seed; an error says what was wrong.
pub(crate) fn play(seed: u64, world: &mut World) -> Result<Oracle, String> {
    let mut random = Random::new(seed);
    let mut flag = || random.one_in(3);
    let faults = Faults {
        reorganised: flag(),
        reorganised_together: flag(),
        lost: flag(),
        hole: flag(),
        replicas: [flag() && flag(), flag() && flag()],
        split: flag(),
        lies: flag() && flag(),
        unreachable: flag(),
        diverging: flag(),
        restarts: flag() && flag(),
        bursts: flag() && flag(),
    };
    let long = random.one_in(64);
    world.begin(if long { 200 + random.below(400) } else { random.below(16) });
    Play { world, random, faults, apart: false, disturbed: false }.run()
}

impl Play<'_> {
    fn run(mut self) -> Result<Oracle, String> {
        let mut track = Track::new(0);
        let mut oracle = Oracle::default();
        for poll in 0..POLLS {
            if self.faults.restarts && self.random.one_in(8) {
                let text = serde_json::to_string(&track).unwrap();
                track = serde_json::from_str(&text).unwrap();
            }
            self.between();
            let questions = union(&[&track], MOST_CALLS);
            let from = self.tick();
            self.disturbed = false;
            let [ours, theirs] = self.answers(&questions.reference, &questions.followers[0]);
            let to = self.tick();
            let verdicts = track.judge(&ours, &theirs);
            let seen = Seen {
                from,
                to,
                verdicts,
                read: ours.is_ok() && theirs.is_ok(),
                read_follower: theirs.is_ok(),
                undisturbed: !self.disturbed,
                replicas: self.faults.replicas.contains(&true),
                next: track.next(),
            };
            oracle.check(self.world, &seen).map_err(|error| {
                format!("poll {poll}: {error}\n{:?}\n{ours:?}\n{theirs:?}\n{track:?}", self.faults)
            })?;
        }
        Ok(oracle)
    }

    fn tick(&mut self) -> u32 {
        self.world.now += 1;
        self.world.now
    }

    /// What happens between two polls.
    fn between(&mut self) {
        for _ in 0..=self.random.below(3) {
            self.event();
        }
        let blocks = if self.faults.bursts && self.random.one_in(4) {
            self.random.below(60)
        } else {
            self.random.below(3)
        };
        self.tick();
        self.world.grow(REFERENCE, blocks);
        if self.random.below(4) > 0 {
            self.synchronise(FOLLOWER, 4 + blocks);
        }
        for replica in [2, 3] {
            if self.random.one_in(3) {
                self.synchronise(replica, 8);
            }
        }
        self.derive();
    }

    fn synchronise(&mut self, engine: usize, count: usize) {
        self.tick();
        if engine % 2 == FOLLOWER && self.apart {
            let count = self.random.below(3);
            if engine == FOLLOWER {
                self.world.grow(FOLLOWER, count);
            } else {
                self.world.follow(engine, FOLLOWER, count);
            }
        } else {
            self.world.follow(engine, REFERENCE, count);
        }
    }

    fn derive(&mut self) {
        for engine in 0..4 {
            if self.random.one_in(3) {
                self.tick();
                let head = self.world.engines[engine].chain.len();
                let safe = head.saturating_sub(1 + self.random.below(6));
                self.world.derive(engine, safe, safe.saturating_sub(2 + self.random.below(4)));
            }
        }
    }

    /// Something that may be wrong happens.
    fn event(&mut self) {
        self.tick();
        let Faults { reorganised, reorganised_together, lost, hole, diverging, .. } = self.faults;
        let depth = 1 + self.random.below(5);
        let length = |world: &World, engine: usize| world.engines[engine].chain.len();
        match self.random.below(16) {
            0 if reorganised => self.branch(REFERENCE, depth),
            1 if reorganised => self.branch(FOLLOWER, depth),
            2 | 3 if reorganised_together && !self.apart => {
                // Both derive the new blocks from L1 at the same moment.
                self.branch(REFERENCE, depth);
                self.world.follow(FOLLOWER, REFERENCE, usize::MAX / 2);
            }
            4 if lost => {
                let engine = self.random.below(4);
                let keep = length(self.world, engine).saturating_sub(depth);
                self.world.cut(engine, keep);
            }
            5 if hole => {
                let engine = self.random.below(4);
                let number = self.random.below(length(self.world, engine));
                let there = self.world.engines[engine].hole.is_some();
                self.world.engines[engine].hole = (!there).then_some(number);
            }
            6 if diverging && !self.apart => {
                let depth = if self.random.one_in(2) { depth } else { self.random.below(1 << 10) };
                self.branch(FOLLOWER, depth);
                self.apart = true;
            }
            7 if diverging && self.apart && self.random.one_in(3) => {
                self.apart = false;
                self.world.follow(FOLLOWER, REFERENCE, usize::MAX / 2);
            }
            _ => {}
        }
    }

    /// Replaces the last blocks of a chain by others.
    fn branch(&mut self, engine: usize, depth: usize) {
        let keep = self.world.engines[engine].chain.len().saturating_sub(depth);
        self.world.cut(engine, keep);
        let blocks = self.random.below(depth.min(24) + 2);
        self.world.grow(engine, blocks);
    }

    /// Something happens while the nodes are asked.
    fn meanwhile(&mut self) {
        if self.random.one_in(3) {
            self.disturbed = true;
            if self.random.one_in(2) {
                self.event();
            } else {
                self.tick();
                let count = self.random.below(2);
                self.world.grow(REFERENCE, count);
                self.synchronise(FOLLOWER, 2);
            }
        }
    }

    fn answers(
        &mut self,
        of_reference: &BTreeSet<u64>,
        of_follower: &BTreeSet<u64>,
    ) -> [Reading<Snapshot>; 2] {
        if self.random.one_in(2) {
            let ours = self.answer(REFERENCE, of_reference);
            self.meanwhile();
            [ours, self.answer(FOLLOWER, of_follower)]
        } else {
            let theirs = self.answer(FOLLOWER, of_follower);
            self.meanwhile();
            [self.answer(REFERENCE, of_reference), theirs]
        }
    }

    /// One batch to an endpoint.
    fn answer(&mut self, endpoint: usize, numbers: &BTreeSet<u64>) -> Reading<Snapshot> {
        if self.faults.unreachable && self.random.one_in(6) {
            return Err(Unread::Unreachable("HTTP 429 Too Many Requests".to_owned()));
        }
        let mut engine = self.engine(endpoint);
        let head =
            |world: &World, number: usize| Some(world.block(world.engines[engine].chain[number].0));
        let all = &self.world.engines[engine];
        let mut snapshot = Snapshot {
            latest: head(self.world, all.chain.len() - 1),
            safe: head(self.world, all.safe),
            finalized: head(self.world, all.finalized),
            ..Snapshot::default()
        };
        // The other calls of a batch may be answered later, or by another engine.
        let split = self.faults.split && self.random.one_in(3);
        let turn = if split { self.random.below(numbers.len() + 1) } else { usize::MAX };
        let mut blocks = Vec::with_capacity(numbers.len());
        for (place, number) in numbers.iter().enumerate() {
            if place == turn {
                self.meanwhile();
                engine = self.engine(endpoint);
            }
            blocks.push((*number, self.by_number(engine, *number)));
        }
        snapshot.blocks = blocks.into_iter().collect();
        if self.faults.lies && self.random.one_in(5) {
            self.disturbed = true;
            self.lie(&mut snapshot);
        }
        self.verified(snapshot)
    }

    fn engine(&mut self, endpoint: usize) -> usize {
        let replica = self.faults.replicas[endpoint] && self.random.one_in(3);
        self.disturbed |= replica || self.world.engines[endpoint].hole.is_some();
        endpoint + if replica { 2 } else { 0 }
    }

    fn by_number(&self, engine: usize, number: u64) -> Option<Block> {
        let number = usize::try_from(number).ok()?;
        let engine = &self.world.engines[engine];
        let (id, _) = engine.chain.get(number).filter(|_| engine.hole != Some(number))?;
        Some(self.world.block(*id))
    }

    fn lie(&mut self, snapshot: &mut Snapshot) {
        let other =
            self.world.block(self.random.below(4).min(self.world.engines[0].chain.len() - 1));
        let place = self.random.below(snapshot.blocks.len().max(1));
        match (self.random.below(3), snapshot.blocks.values_mut().nth(place)) {
            // Another block than the one that was asked for.
            (0, Some(Some(block))) => *block = other,
            // A hash that is not the header's.
            (1, Some(Some(block))) => block.hash.0[3] ^= 1,
            (_, _) => snapshot.latest.as_mut().unwrap().hash.0[3] ^= 1,
        }
    }

    /// What the verification of headers leaves of a snapshot.
    fn verified(&self, snapshot: Snapshot) -> Reading<Snapshot> {
        let heads = [snapshot.latest, snapshot.safe, snapshot.finalized];
        let lies = |block: &Block| {
            self.world.id(block.hash).is_none_or(|id| self.world.block(id) != *block)
        };
        if self.faults.lies && heads.iter().chain(snapshot.blocks.values()).flatten().any(lies) {
            Err(Unread::Malformed("its endpoint lies".to_owned()))
        } else {
            Ok(snapshot)
        }
    }
}
