//! The chain as a whole: the verdict, the conditions, bounds and counters.

use crate::metrics::exposition::{Page, flag, one, plain};
use crate::{condition::State, status::Status};
use op_util::number::float;

pub(super) fn about(page: &mut Page, status: &Status) {
    page.gauge(
        "build_info",
        "The version of op-warden; always 1.",
        [(vec![("version", status.op_warden.as_str())], 1.0)],
    );
    page.gauge("ready", "Whether every condition holds.", one(status.ready));
    page.gauge(
        "maintenance",
        "Whether the operator has announced maintenance.",
        one(status.maintenance_until.is_some_and(|until| until > status.observed_at)),
    );
    page.gauge(
        "observed_timestamp_seconds",
        "When the chain was last observed.",
        one(float(status.observed_at)),
    );
    page.gauge(
        "watching_since_timestamp_seconds",
        "Since when this process watches.",
        one(float(status.watching_since)),
    );
    page.gauge(
        "judged_timestamp_seconds",
        "When the gates were last judged.",
        status.judged_at.map(|at| plain(float(at))),
    );
    page.gauge(
        "clock_skew_seconds",
        "Seconds by which the host's clock is wrong, as far as the chains show.",
        one(status.host.clock_skew),
    );
}

pub(super) fn conditions(page: &mut Page, status: &Status) {
    let samples = status.conditions.iter().flat_map(|condition| {
        State::ALL.iter().map(move |&state| {
            let labels = vec![
                ("condition", condition.name.text()),
                ("subject", condition.subject.as_str()),
                ("state", state.name()),
            ];
            (labels, flag(condition.state == state))
        })
    });
    page.gauge(
        "condition",
        "How each condition stands: 1 for its state, 0 for the others.",
        samples,
    );
}

pub(super) fn causes(page: &mut Page, status: &Status) {
    let follow = status.conditions.iter().filter(|condition| condition.follows.is_some());
    let samples = follow.map(|condition| {
        (vec![("condition", condition.name.text()), ("subject", condition.subject.as_str())], 1.0)
    });
    page.gauge(
        "condition_follows",
        "Conditions that do not hold because another does not: no alert of their own.",
        samples,
    );
}

pub(super) fn limits(page: &mut Page, status: &Status) {
    page.gauge(
        "limit_seconds",
        "Bounds that the conditions are judged by.",
        status
            .limits
            .table()
            .into_iter()
            .map(|(name, _, seconds)| (vec![("limit", name)], float(seconds))),
    );
}

pub(super) fn counters(page: &mut Page, status: &Status) {
    for (name, help, count) in status.counters.table() {
        page.counter(&format!("{name}_total"), &format!("{help}."), one(float(count)));
    }
}
