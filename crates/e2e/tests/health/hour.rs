//! The faults in random order for as long as one likes, beside a Prometheus with the alert rules.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::mpsc::{self, RecvTimeoutError},
    thread::{self, sleep},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use op_status::condition::Name;

use e2e::{
    devnet::{Devnet, Result, ensure},
    random::Random,
};

use crate::{
    fault::{self, Fault, How, Outcome, line},
    faults,
    prometheus::Prometheus,
    table,
    warden::{Pair, is_among, new_events},
    world::World,
};

/// Seconds after which three restarts are none any more, and some to see it.
const FLAPPING: Duration = Duration::from_secs(640);
/// The same of the alert.
const FLAPPING_NAME: &str = "OpStackServiceFlapping";
const FLAPPING_ALERT: u64 = 30 * 60 + 30;
/// Seconds for which it is silent after maintenance.
const MAINTENANCE_KNOWN: u64 = 30 * 60;
/// Seconds until an alert is over after its reason.
const ALERT_ENDS: u64 = 15;

/// Plants faults for so many minutes.
pub(crate) fn run(minutes: u64, all: &[&'static Fault]) -> Result<()> {
    let begin = Instant::now();
    println!("{minutes} minutes");
    let mut random = Random::from_environment("HEALTH_SEED")?;
    let world = World::new(Devnet::up_with(&["--followers", "3"])?)?;
    let prometheus = Prometheus::start(&world.warden.url)?;
    let _usage = Usage::watch(world.pid("op-warden")?);
    world.warden.wait_ready(&[], |_| {})?;
    let first = seconds()?;
    let mut run = Run { world: &world, outcomes: Vec::new(), failures: Vec::new() };
    // What cannot be mended ends it, and what was found until then is shown.
    if let Err(error) = run.go_on(begin + Duration::from_mins(minutes), &mut random, all.to_vec()) {
        println!("    FAILED: {error}");
        run.failures.push(error.to_string());
    }
    let Run { outcomes, mut failures, .. } = run;
    let last = seconds()?;
    let fired = prometheus.fired(first, last)?;
    failures.extend(strange_alerts(&outcomes, &fired));
    table::show(&outcomes, &fired);
    for outcome in &outcomes {
        println!("{} .. {}  {}", outcome.begin, outcome.end, outcome.fault.name);
        for event in &outcome.events {
            println!("    {}", fault::line(event, outcome.begin));
        }
    }
    world.devnet.down()?;
    println!("{} faults, {} failures", outcomes.len(), failures.len());
    ensure(failures.is_empty(), || failures.join("\n"))
}

struct Run<'a> {
    world: &'a World,
    outcomes: Vec<Outcome>,
    failures: Vec<String>,
}

impl Run<'_> {
    fn go_on(
        &mut self,
        end: Instant,
        random: &mut Random,
        mut faults: Vec<&'static Fault>,
    ) -> Result<()> {
        while Instant::now() < end {
            random.shuffle(&mut faults);
            for fault in &faults {
                if Instant::now() < end {
                    self.plant(fault, Duration::from_secs(10 + random.below(21)))?;
                }
            }
        }
        self.pause(Duration::from_secs(20))
    }

    fn plant(&mut self, fault: &'static Fault, pause: Duration) -> Result<()> {
        self.pause(pause)?;
        if fault.name == faults::SIGNER_ROTATED.name {
            self.world.wait_signer_reload(Duration::from_secs(fault.hold + 60))?;
        }
        println!("{} +{} {}", seconds()?, self.outcomes.len(), fault.name);
        let others = self.others();
        match fault::run(self.world, fault, &How { others: &others, hold: true, inside: &[] }) {
            Ok(outcomes) => self.outcomes.extend(outcomes),
            Err(error) => {
                println!("    FAILED: {error}");
                self.failures.push(error.to_string());
            }
        }
        Ok(())
    }

    /// Nothing happens meanwhile.
    fn pause(&mut self, pause: Duration) -> Result<()> {
        let others = self.others();
        self.world.warden.wait_ready(&others, |_| {})?;
        let before = self.world.warden.status()?;
        sleep(pause);
        let after = self.world.warden.status()?;
        let strange: Vec<String> = new_events(&before.events, &after.events)
            .iter()
            .filter(|event| !is_among(event.condition, &event.subject, &others))
            .map(|event| format!("without a fault: {}", line(event, before.observed_at)))
            .collect();
        for line in &strange {
            println!("    FAILED: {line}");
        }
        self.failures.extend(strange);
        Ok(())
    }

    /// What lasts after its fault.
    fn others(&self) -> Vec<Pair> {
        if self.world.killed_within(FLAPPING) {
            vec![(Name::Restarts, "sequencer-node")]
        } else {
            Vec::new()
        }
    }
}

/// Alerts that fired without their fault, and faults without their alerts.
fn strange_alerts(all: &[Outcome], fired: &BTreeMap<String, Vec<u64>>) -> Vec<String> {
    let mut strange = BTreeSet::new();
    for (alert, times) in fired {
        for &at in times {
            let explained = all.iter().any(|outcome| {
                let lasts = match alert.as_str() {
                    FLAPPING_NAME => FLAPPING_ALERT,
                    _ => ALERT_ENDS,
                };
                let mut known = outcome.fault.alerts.iter().chain(outcome.fault.other_alerts);
                (outcome.begin..=outcome.end + lasts).contains(&at)
                    && known.any(|known| known == alert)
            });
            if !explained {
                strange.insert(format!("{alert} fired without a reason, first at {at}"));
                break;
            }
        }
    }
    for outcome in all {
        for alert in outcome.fault.alerts {
            if *alert == FLAPPING_NAME && after_maintenance(outcome, all) {
                continue;
            }
            let during = |at: &u64| (outcome.begin..=outcome.end + ALERT_ENDS).contains(at);
            if !fired.get(*alert).is_some_and(|times| times.iter().any(during)) {
                strange.insert(format!("{}: {alert} did not fire", outcome.fault.name));
            }
        }
    }
    strange.into_iter().collect()
}

/// Restarts within half an hour of maintenance are part of it.
fn after_maintenance(outcome: &Outcome, all: &[Outcome]) -> bool {
    all.iter().any(|other| {
        other.fault.name == faults::MAINTENANCE.name
            && other.begin <= outcome.end
            && other.end + MAINTENANCE_KNOWN >= outcome.begin
    })
}

fn seconds() -> Result<u64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
}

/// Prints memory and CPU time of a process every minute, until it is dropped.
struct Usage(Option<(mpsc::Sender<()>, thread::JoinHandle<()>)>);

impl Usage {
    fn watch(pid: u64) -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn(move || {
            for minute in 0.. {
                println!("minute {minute}: op-warden {}", usage(pid).unwrap_or_default());
                if stopped.recv_timeout(Duration::from_mins(1)) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        });
        Self(Some((stop, thread)))
    }
}

impl Drop for Usage {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.0.take() {
            drop(stop);
            let _ = thread.join();
        }
    }
}

/// As Linux reports it: resident memory, and CPU time in ticks of 10 ms.
fn usage(pid: u64) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().ok()? + fields[12].parse::<u64>().ok()?;
    Some(format!("RSS {}, CPU time {}.{:02} s", resident.trim(), ticks / 100, ticks % 100))
}
