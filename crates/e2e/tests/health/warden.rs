//! What `op-warden serve` reports.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use op_status::{
    condition::{Condition, Name},
    status::{Event, Status},
};

use test_kit::http;

use e2e::devnet::{Result, ensure};

/// A condition and its subject.
pub(crate) type Pair = (Name, &'static str);

/// The pause between two looks.
pub(crate) const LOOK: Duration = Duration::from_millis(200);
/// Longer than between two judgements or two looks at the programs: what holds for so long holds.
const STEADY: Duration = Duration::from_secs(6);
/// For everything to hold again.
const PATIENCE: Duration = Duration::from_mins(3);

/// The health service of a devnet.
pub(crate) struct Warden {
    pub(crate) url: String,
}

impl Warden {
    pub(crate) fn status(&self) -> Result<Status> {
        let (code, body) = http::get(&self.url, "/status.json")?;
        ensure(code == 200, || format!("/status.json answers {code}: {body}"))?;
        Ok(serde_json::from_str(&body)?)
    }

    pub(crate) fn metrics(&self) -> Result<Metrics> {
        Ok(Metrics(http::get(&self.url, "/metrics")?.1))
    }

    /// The value of one sample, written as in `/metrics`.
    pub(crate) fn metric(&self, sample: &str) -> Result<Option<f64>> {
        Ok(self.metrics()?.value(sample))
    }

    /// Whether nobody is called ready while a condition does not hold: its subject's answer names it, the
    /// answer for all what it follows from.
    pub(crate) fn reports(&self, condition: &Condition) -> Result<bool> {
        let Condition { name, subject, state, follows, .. } = condition;
        let itself = format!("{subject} {name}: {}", state.name());
        let cause = follows.as_ref().map_or_else(
            || itself.clone(),
            |cause| format!("{} {}: ", cause.subject, cause.condition),
        );
        for (path, line) in [("/readyz".to_owned(), cause), (format!("/readyz/{subject}"), itself)]
        {
            let (code, body) = http::get(&self.url, &path)?;
            if code != 503 || !body.contains(&line) {
                return Ok(false);
            }
        }
        let sample = format!(
            "op_warden_condition{{condition=\"{name}\",subject=\"{subject}\",state=\"{}\"}}",
            state.name()
        );
        Ok(self.metric(&sample)? == Some(1.0))
    }

    /// Waits until all conditions hold but those of `others`, and go on to hold. `see` sees each look.
    pub(crate) fn wait_ready(&self, others: &[Pair], mut see: impl FnMut(&Status)) -> Result<()> {
        let begin = Instant::now();
        let mut since: Option<Instant> = None;
        loop {
            let status = self.status()?;
            see(&status);
            let bad: Vec<String> = status
                .failed(None)
                .filter(|condition| !is_among(condition.name, &condition.subject, others))
                .map(|condition| {
                    format!("{} {}: {}", condition.subject, condition.name, condition.found)
                })
                .collect();
            if bad.is_empty() {
                let since = *since.get_or_insert_with(Instant::now);
                if since.elapsed() >= STEADY {
                    let (code, body) = http::get(&self.url, "/readyz")?;
                    let ready = code == 200 || status.failed(None).next().is_some();
                    return ensure(ready, || format!("/readyz answers {code}: {body}"));
                }
            } else {
                since = None;
            }
            ensure(begin.elapsed() < PATIENCE, || {
                format!("waited in vain for all to hold:\n{}", bad.join("\n"))
            })?;
            sleep(LOOK);
        }
    }
}

/// What `/metrics` answered.
pub(crate) struct Metrics(String);

impl Metrics {
    pub(crate) fn value(&self, sample: &str) -> Option<f64> {
        let line = self.0.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
        line?.trim().parse().ok()
    }
}

pub(crate) fn is_among(name: Name, subject: &str, pairs: &[Pair]) -> bool {
    pairs.iter().any(|(other, whose)| *other == name && (*whose == subject || *whose == "*"))
}

/// The events of `now` that came after those of `before`, the oldest first.
pub(crate) fn new_events(before: &[Event], now: &[Event]) -> Vec<Event> {
    let last = before.first();
    let mut new: Vec<Event> =
        now.iter().take_while(|event| Some(*event) != last).cloned().collect();
    new.reverse();
    new
}
