//! The comparator against a world that goes wrong in every way, seed by seed.
//!
//! `SEEDS=1000000` plays that many, `SEED=42` plays one. Without either as many as fit into some seconds.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::struct_excessive_bools, reason = "what may go wrong is on or off")]
#![allow(clippy::similar_names, reason = "number and numbers")]

mod oracle;
mod play;
mod random;
mod world;

use std::{
    env,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::{oracle::Oracle, world::World};

/// How long to play where nobody says how many.
const BUDGET: Duration = Duration::from_secs(15);
/// Seeds between two looks at the clock.
const BLOCK: u64 = 512;

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[test]
fn no_seed_gives_a_false_verdict() {
    if let Some(seed) = number("SEED") {
        if let Err(error) = play::play(seed, &mut World::default()) {
            panic!("SEED={seed}: {error}");
        }
        return;
    }
    let seeds = number("SEEDS");
    let started = Instant::now();
    let next = AtomicU64::new(0);
    let work = || {
        let (mut world, mut sum, mut played) = (World::default(), Oracle::default(), 0);
        loop {
            let block = next.fetch_add(BLOCK, Ordering::Relaxed);
            let end = seeds.unwrap_or(u64::MAX).min(block.saturating_add(BLOCK));
            if block >= end || (seeds.is_none() && started.elapsed() > BUDGET) {
                return (sum, played);
            }
            for seed in block..end {
                match play::play(seed, &mut world) {
                    Ok(oracle) => sum.add(&oracle),
                    Err(error) => panic!("SEED={seed}: {error}"),
                }
                played += 1;
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, Into::into);
    let results: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let (mut sum, mut played) = (Oracle::default(), 0);
    for (oracle, count) in &results {
        sum.add(oracle);
        played += count;
    }
    let rate = f64::from(played) / started.elapsed().as_secs_f64();
    println!("{played} seeds, {rate:.0} a second: {sum}");
    for (what, count) in sum.counts() {
        assert!(count > 0, "no seed came to {what}: the simulation proves nothing of it");
    }
}
