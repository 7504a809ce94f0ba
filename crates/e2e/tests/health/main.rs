//! Faults in a running chain, each planted for real: what `op-warden serve` reports of it, that it reports
//! nothing else, and that it sees the end of it.
//!
//! `HEALTH_FAULTS` names the faults to plant, by parts of their names with commas between; all of them
//! without it. `HEALTH_MINUTES` plants them in random order for so long, beside a Prometheus.

mod fault;
mod faults;
mod hour;
mod kills;
mod money;
mod process;
mod prometheus;
mod rogue;
mod table;
mod twin;
mod warden;
mod world;

use std::{collections::BTreeMap, env, process::ExitCode};

use e2e::devnet::{self, Devnet, Result};
use fault::{Fault, How};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use world::World;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A devnet is a dozen processes, and what is slow for want of a core would look like a fault.
    arguments.test_threads.get_or_insert(1);
    let trials = vec![
        devnet("every_fault_is_reported_and_nothing_else", every_fault),
        devnet("a_killed_op_warden_loses_nothing_and_makes_nothing_up", kills::run),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test that needs the official programs, or the tools to build them.
fn devnet(name: &str, test: impl FnOnce() -> Result<()> + Send + 'static) -> Trial {
    Trial::ignorable_test(name, move || match devnet::missing_tools() {
        Some(missing) => Ok(Completion::ignored_with(missing)),
        None => {
            test().map(|()| Completion::Completed).map_err(|error| Failed::from(error.to_string()))
        }
    })
}

const FAULTS: [&Fault; 18] = [
    &faults::MAINTENANCE,
    &faults::PROPOSER_FROZEN,
    &faults::SIGNER_ROTATED,
    &faults::FOLLOWER_ENGINE_FROZEN,
    &faults::FOLLOWER_DIVERGES,
    &faults::BATCHER_FROZEN,
    &faults::BATCHER_DRAINED,
    &faults::BATCHER_ROTATED,
    &faults::BATCHER_TWICE,
    &faults::L1_FROZEN,
    &faults::SEQUENCER_FROZEN,
    &faults::SEQUENCER_KILLED,
    &faults::SEQUENCER_FLAPPING,
    &money::PAUSED,
    &money::OWNER_CHANGED,
    &money::FORGED,
    &money::RECOVER_MODE,
    &faults::NOT_DERIVED,
];

fn every_fault() -> Result<()> {
    let chosen = env::var("HEALTH_FAULTS").ok();
    let named = |fault: &&Fault| {
        chosen.as_ref().is_none_or(|names| names.split(',').any(|name| fault.name.contains(name)))
    };
    let all: Vec<&Fault> = FAULTS.into_iter().filter(named).collect();
    if let Ok(minutes) = env::var("HEALTH_MINUTES") {
        return hour::run(minutes.parse()?, &all);
    }
    let order: Vec<(&Fault, &[&Fault])> = match chosen {
        Some(_) => all.into_iter().map(|fault| (fault, [].as_slice())).collect(),
        None => QUICK.to_vec(),
    };
    let world = World::new(Devnet::up_with(&["--followers", "3"])?)?;
    world.warden.wait_ready(&[], |_| {})?;
    let mut outcomes = Vec::new();
    for (fault, inside) in order {
        println!("{}", fault.name);
        outcomes.extend(fault::run(&world, fault, &How { others: &[], hold: false, inside })?);
    }
    table::show(&outcomes, &BTreeMap::new());
    world.devnet.down()
}

/// Each fault, with those that are planted meanwhile because it takes long. The first of the three kills
/// is one alone.
const QUICK: [(&Fault, &[&Fault]); 11] = [
    (&faults::MAINTENANCE, &[]),
    (&money::RECOVER_MODE, &[&money::PAUSED]),
    (&money::OWNER_CHANGED, &[]),
    (&money::FORGED, &[]),
    (
        &faults::PROPOSER_FROZEN,
        &[
            &faults::SIGNER_ROTATED,
            &faults::FOLLOWER_ENGINE_FROZEN,
            &faults::FOLLOWER_DIVERGES,
            &faults::BATCHER_FROZEN,
            &faults::NOT_DERIVED,
        ],
    ),
    (&faults::BATCHER_DRAINED, &[]),
    (&faults::BATCHER_ROTATED, &[]),
    (&faults::BATCHER_TWICE, &[]),
    (&faults::L1_FROZEN, &[]),
    (&faults::SEQUENCER_FROZEN, &[]),
    (&faults::SEQUENCER_FLAPPING, &[]),
];
