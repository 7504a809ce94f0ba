//! What is read on this host: the programs' metrics, systemd's units, disks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use eth_rpc::Reading;

use crate::memory::{Alarm, Memory, push};
use crate::update::senders;
use crate::watch::Watch;
use op_observe::{programs::Program, units::UnitState};
use op_status::condition::{Acceptance, Name};
use op_util::number::whole;

/// Restarts that are remembered of a service.
const RESTARTS: usize = 16;

/// One poll of this host.
#[derive(Default)]
pub(crate) struct HostNews {
    pub(crate) programs: Vec<(String, Reading<Program>)>,
    pub(crate) disks: Vec<(PathBuf, Result<u64, String>)>,
    /// By service.
    pub(crate) units: BTreeMap<String, UnitState>,
    /// By service.
    pub(crate) errors: BTreeMap<String, String>,
    /// By service.
    pub(crate) held: BTreeMap<String, String>,
    pub(crate) accepted: BTreeMap<Name, Acceptance>,
    /// Services that run what was installed before the last switch.
    pub(crate) pending: BTreeSet<String>,
}

pub(crate) fn take(watch: &mut Watch, news: HostNews) {
    for (service, reading) in news.programs {
        program(watch, &service, reading);
    }
    for (service, state) in &news.units {
        unit(&mut watch.memory, watch.seen.now, service, state);
    }
    watch.seen.units = news.units;
    watch.seen.last_errors = news.errors;
    watch.seen.held = news.held;
    watch.seen.accepted = news.accepted;
    watch.seen.pending = news.pending;
    watch.seen.disks = news.disks.into_iter().collect();
}

/// systemd also counts the starts of programs that die before they serve metrics, and of engines.
fn unit(memory: &mut Memory, now: f64, service: &str, unit: &UnitState) {
    let memory = memory.services.entry(service.to_owned()).or_default();
    // A start by hand begins to count anew.
    let before = memory.unit_restarts.filter(|&before| before <= unit.restarts);
    for _ in before.unwrap_or(unit.restarts)..unit.restarts {
        push(&mut memory.restarted_at, now, RESTARTS);
    }
    memory.restarts += unit.restarts - before.unwrap_or(unit.restarts);
    memory.unit_restarts = Some(unit.restarts);
}

fn program(watch: &mut Watch, service: &str, reading: Reading<Program>) {
    let Watch { setup, seen, memory, .. } = watch;
    if let Ok(program) = &reading {
        // Where systemd counts, it has counted this start.
        if !seen.units.contains_key(service) {
            started(memory, seen.now, service, program.started);
        }
        reset(memory, seen.now, service, program);
        senders::take(setup, seen, memory, service, program);
        if let Some(monitor) = &program.monitor {
            let count = whole(monitor.wrong_bonds);
            let before = memory.bonds.filter(|alarm| alarm.count >= count);
            let at = before.map_or(seen.now, |alarm| alarm.at);
            memory.bonds = Some(Alarm { count, at });
        }
        if let Some(games) = program.failed_games {
            let since = seen.unjudged_games_since.unwrap_or(seen.now);
            seen.unjudged_games_since = (games > 0.0).then_some(since);
        }
    }
    seen.programs.entry(service.to_owned()).or_default().take(reading);
}

fn started(memory: &mut Memory, now: f64, service: &str, started: Option<f64>) {
    // A process' begin is computed from the boot time, which moves a little with the clock.
    const SAME: f64 = 2.0;
    let Some(started) = started else { return };
    let memory = memory.services.entry(service.to_owned()).or_default();
    if memory.started.is_some_and(|before| started > before + SAME) {
        memory.restarts += 1;
        push(&mut memory.restarted_at, now, RESTARTS);
    }
    memory.started = Some(started);
}

fn reset(memory: &mut Memory, now: f64, service: &str, program: &Program) {
    let Some(resets) = program.derivation_resets else { return };
    let node = memory.nodes.entry(service.to_owned()).or_default();
    let new = increase(node.resets_seen, resets);
    if new > 0.0 {
        node.resets += whole(new);
        node.reset_at = Some(now);
    }
    node.resets_seen = Some(resets);
}

/// By how much a counter has grown. One that has fallen counts from nothing again, in a new process;
/// what was counted before the first look is not known.
fn increase(before: Option<f64>, now: f64) -> f64 {
    before.map_or(0.0, |before| if now < before { now } else { now - before })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_goes_on_in_a_new_process() {
        for (before, now, grown) in [
            (None, 3.0, 0.0),
            (Some(0.0), 0.0, 0.0),
            (Some(0.0), 2.0, 2.0),
            (Some(3.0), 0.0, 0.0),
            (Some(3.0), 1.0, 1.0),
        ] {
            assert!((increase(before, now) - grown).abs() < f64::EPSILON, "{before:?} to {now}");
        }
    }
}
