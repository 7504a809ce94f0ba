//! The plan as text.

use std::fmt::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use op_util::text::span;
use semver::Version;

use crate::upgrade::{Plan, Service, Side, Step, Weight};

/// The services in their order, each with its steps. `now` is in seconds since the Unix epoch.
#[must_use]
pub fn text(plan: &Plan, now: u64) -> String {
    let mut text = "Upgrade the services in this order:\n".to_owned();
    for (place, service) in plan.services.iter().enumerate() {
        self::service(&mut text, place + 1, service, now);
    }
    text.push_str(match plan.weight() {
        Weight::Note => "\nNothing is to be done by hand.",
        Weight::Do => "\nSomething is to be done by hand: see \"do\".",
        Weight::Stop => "\nNot all services would work: see \"stop\".",
    });
    text
}

fn service(text: &mut String, place: usize, service: &Service, now: u64) {
    let Service { name, component, from, to, steps } = service;
    let change = match (&from.version, &to.version) {
        (Some(from), Some(to)) if from == to => format!("{to}, as it runs"),
        _ => format!("{} -> {}", shown(from), shown(to)),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n{place}. {name}: {component} {change}");
    let _ = writeln!(text, "        runs    {}", from.source);
    let _ = writeln!(text, "        pinned  {}", to.source);
    for step in steps {
        self::step(text, step, now);
    }
}

fn shown(side: &Side) -> String {
    side.version.as_ref().map_or("not known".to_owned(), Version::to_string)
}

fn step(text: &mut String, step: &Step, now: u64) {
    let weight = match step.weight {
        Weight::Note => "note",
        Weight::Do => "do",
        Weight::Stop => "stop",
    };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "  {weight:<5} {}", step.what);
    if let Some(by) = step.by {
        let _ = writeln!(text, "        by      {}", time(by, now));
    }
    if step.irreversible {
        let _ = writeln!(text, "        beware  there is no way back from it");
    }
    let _ = writeln!(text, "        mend    {}", step.mend);
    let _ = writeln!(text, "        source  {}", step.source);
}

/// A time far away is none that a calendar can show.
fn time(time: u64, now: u64) -> String {
    let day = UNIX_EPOCH.checked_add(Duration::from_secs(time));
    let day = day.map(|day| humantime::format_rfc3339_seconds(day).to_string());
    let when = match time.checked_sub(now) {
        _ if time == 0 => return "the chain's beginning".to_owned(),
        Some(left) if left > 0 => format!("in {}", span(left)),
        _ => format!("{} ago", span(now - time)),
    };
    format!("{}, {when}", day.unwrap_or_else(|| time.to_string()))
}
