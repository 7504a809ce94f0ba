//! A fault: how it is planted, what has to report it, and what else becomes true by it.

use std::{
    collections::BTreeMap,
    thread::sleep,
    time::{Duration, Instant},
};

use op_status::{
    condition::{Name, State},
    status::{Event, Status},
};

use e2e::devnet::{Result, ensure};

use crate::{
    warden::{LOOK, Pair, is_among, new_events},
    world::World,
};

/// For a condition to turn: the longest limit of a devnet is a minute and a half.
const PATIENCE: Duration = Duration::from_mins(3);

/// Ends the fault; what is only dropped ends it too.
pub(crate) type Mend = Box<dyn FnOnce(&World) -> Result<()>>;

/// A sample and what its value has to be.
type Metric = (&'static str, fn(f64) -> bool);

/// A fault.
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    pub(crate) plant: fn(&World) -> Result<Mend>,
    /// What has to turn.
    pub(crate) red: &'static [Red],
    /// Metrics that have to show it.
    pub(crate) metrics: &'static [Metric],
    /// What else is true while it lasts, or until all that waited has caught up.
    pub(crate) also: &'static [Pair],
    /// Looked at when all of that has turned.
    pub(crate) look: Option<fn(&World, &Status) -> Result<()>>,
    /// What still does not hold when it is mended.
    pub(crate) lasts: &'static [Pair],
    /// How long it lasts in the hour after all has turned, in seconds: long enough for its alerts.
    pub(crate) hold: u64,
    /// Alerts that have to fire in the hour.
    pub(crate) alerts: &'static [&'static str],
    /// Alerts that may fire too.
    pub(crate) other_alerts: &'static [&'static str],
}

/// A condition that has to turn.
pub(crate) struct Red {
    pub(crate) name: Name,
    pub(crate) subject: &'static str,
    pub(crate) state: State,
    /// A part of what it has to have found.
    pub(crate) found: &'static str,
}

/// What came of a fault.
pub(crate) struct Outcome {
    pub(crate) fault: &'static Fault,
    /// Seconds since the Unix epoch.
    pub(crate) begin: u64,
    pub(crate) end: u64,
    /// Condition and subject, seconds from the fault to its turn, and from the mending to its return.
    pub(crate) turns: Vec<(String, f64, f64)>,
    pub(crate) events: Vec<Event>,
}

/// How it is run.
pub(crate) struct How<'a> {
    /// What does not hold for other reasons, and may turn at any time.
    pub(crate) others: &'a [Pair],
    /// Whether it is held for as long as its alerts need.
    pub(crate) hold: bool,
    /// What is planted while it lasts, to save time.
    pub(crate) inside: &'a [&'static Fault],
}

/// Plants it, waits for what has to report it, mends it, and waits until all is well again. What was
/// planted inside of it comes first.
pub(crate) fn run(world: &World, fault: &'static Fault, how: &How<'_>) -> Result<Vec<Outcome>> {
    let before = world.warden.status()?;
    let begin = Instant::now();
    let mend = (fault.plant)(world)?;
    let seen = see(world, fault, how, begin);
    mend(world)?;
    let mended = Instant::now();
    let mut green: Vec<f64> = vec![0.0; fault.red.len()];
    let others = [how.others, fault.lasts].concat();
    let ready = world.warden.wait_ready(&others, |status| {
        for (red, green) in fault.red.iter().zip(&mut green) {
            if !state_of(status, red.name, red.subject).is_some_and(|(state, _)| state.is_ready()) {
                *green = mended.elapsed().as_secs_f64();
            }
        }
    });
    let after = world.warden.status()?;
    let events = new_events(&before.events, &after.events);
    for event in &events {
        println!("    {}", line(event, before.observed_at));
    }
    let (mut all, red) = seen?;
    ready.map_err(|error| format!("{} is mended: {error}", fault.name))?;
    let inside = how.inside.iter().flat_map(|inner| inner.expected());
    let known: Vec<Pair> = how.others.iter().copied().chain(inside).collect();
    judge(fault, &events, &known)?;
    let turns =
        fault.red.iter().zip(red).zip(green).map(|((red, seconds), green)| {
            (format!("{} {}", red.subject, red.name), seconds, green)
        });
    all.push(Outcome {
        fault,
        begin: before.observed_at,
        end: after.observed_at,
        turns: turns.collect(),
        events,
    });
    Ok(all)
}

/// Seconds until each condition turned, after what was planted inside; then it lasts as long as it is to.
fn see(
    world: &World,
    fault: &'static Fault,
    how: &How<'_>,
    begin: Instant,
) -> Result<(Vec<Outcome>, Vec<f64>)> {
    let mut wait = Wait { world, fault, begin, red: BTreeMap::new() };
    let mut inside = Vec::new();
    if !how.inside.is_empty() {
        wait.until(1)?;
        let others: Vec<Pair> = fault.expected().chain(how.others.iter().copied()).collect();
        for inner in how.inside {
            println!("  {}", inner.name);
            inside.extend(run(world, inner, &How { others: &others, hold: false, inside: &[] })?);
        }
    }
    wait.until(fault.red.len())?;
    if let Some(look) = fault.look {
        look(world, &world.warden.status()?)?;
    }
    if how.hold {
        sleep(Duration::from_secs(fault.hold));
    }
    Ok((inside, wait.red.into_values().collect()))
}

impl Fault {
    /// Every condition that may turn by it.
    fn expected(&self) -> impl Iterator<Item = Pair> {
        self.red.iter().map(|red| (red.name, red.subject)).chain(self.also.iter().copied())
    }
}

/// The wait for a fault to be reported.
struct Wait<'a> {
    world: &'a World,
    fault: &'a Fault,
    begin: Instant,
    /// Seconds until a condition turned, by its place.
    red: BTreeMap<usize, f64>,
}

impl Wait<'_> {
    /// Waits until so many conditions have turned; the metrics show it with the last of them.
    fn until(&mut self, count: usize) -> Result<()> {
        loop {
            let status = self.world.warden.status()?;
            self.look(&status)?;
            let missing = if count == self.fault.red.len() { self.missing()? } else { Vec::new() };
            if self.red.len() >= count && missing.is_empty() {
                return Ok(());
            }
            ensure(self.begin.elapsed() < PATIENCE, || self.in_vain(&status, &missing))?;
            sleep(LOOK);
        }
    }

    fn look(&mut self, status: &Status) -> Result<()> {
        for (index, wanted) in self.fault.red.iter().enumerate() {
            let condition = status.conditions.iter().find(|condition| {
                condition.name == wanted.name
                    && condition.subject == wanted.subject
                    && condition.state == wanted.state
                    && condition.found.contains(wanted.found)
            });
            let Some(condition) = condition else { continue };
            // It may turn once more between the answers: then it is looked at again.
            if !self.red.contains_key(&index) && self.world.warden.reports(condition)? {
                self.red.insert(index, self.begin.elapsed().as_secs_f64());
            }
        }
        Ok(())
    }

    /// Metrics that do not show it.
    fn missing(&self) -> Result<Vec<&'static str>> {
        let metrics = self.world.warden.metrics()?;
        let wanted = self.fault.metrics.iter();
        let missing = wanted.filter(|(sample, holds)| !metrics.value(sample).is_some_and(holds));
        Ok(missing.map(|(sample, _)| *sample).collect())
    }

    fn in_vain(&self, status: &Status, missing: &[&str]) -> String {
        let wanted = self.fault.red.iter().enumerate();
        let others = wanted.filter(|(index, _)| !self.red.contains_key(index)).map(|(_, red)| {
            let found = state_of(status, red.name, red.subject);
            format!("{} {} {:?}, but it is {found:?}", red.subject, red.name, red.state)
        });
        let others: Vec<String> = others.collect();
        format!("{}: waited in vain for {others:#?} and {missing:#?}", self.fault.name)
    }
}

fn state_of<'a>(status: &'a Status, name: Name, subject: &str) -> Option<(State, &'a str)> {
    let mut conditions = status.conditions.iter();
    let found = conditions.find(|found| found.name == name && found.subject == subject)?;
    Some((found.state, &found.found))
}

/// The timeline names what happened, and nothing else.
fn judge(fault: &Fault, events: &[Event], others: &[Pair]) -> Result<()> {
    let expected: Vec<Pair> = fault.expected().collect();
    let unknown = |red: &&Red| !is_among(red.name, red.subject, others);
    let strange: Vec<String> = events
        .iter()
        .filter(|event| {
            !is_among(event.condition, &event.subject, &expected)
                && !is_among(event.condition, &event.subject, others)
        })
        .map(|event| line(event, events[0].at))
        .collect();
    ensure(strange.is_empty(), || {
        format!("{}: the timeline has more:\n{}", fault.name, strange.join("\n"))
    })?;
    for red in fault.red.iter().filter(unknown) {
        let turned = |good: bool| {
            events.iter().any(|event| {
                event.condition == red.name
                    && event.subject == red.subject
                    && (event.to == red.state) != good
                    && (event.to.is_ready() || !good)
            })
        };
        let lasts = is_among(red.name, red.subject, fault.lasts);
        ensure(turned(false) && (turned(true) || lasts), || {
            format!("{}: the timeline lacks {} {}", fault.name, red.subject, red.name)
        })?;
    }
    Ok(())
}

/// An event as a line, its time from `begin` on.
pub(crate) fn line(event: &Event, begin: u64) -> String {
    let Event { at, condition, subject, from, to, found } = event;
    let (seconds, from, to) = (at.saturating_sub(begin), from.name(), to.name());
    format!("+{seconds:>3} s  {subject} {condition}: {from} -> {to}: {found}")
}
