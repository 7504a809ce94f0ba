//! Who controls the contracts on L1, and whether withdrawals are paused.

use op_util::text::span;

use crate::{memory::control::Value, update::control::is_parameter, watch::Watch};
use op_status::condition::{Condition, Name, State};
use op_util::number::whole;

const NAME: Name = Name::L1Control;
const EXPECTED: &str =
    "owners, guardian, implementations and settings are as somebody accepted them";

/// Seconds after which a value that was not read again is not known any more.
const OLD: f64 = 300.0;

const PAUSED: &str = "The guardian stopped withdrawals: ask who did it and why; users are to be told. It ends when \
                      the guardian unpauses, or when the pause expires.";
const CHANGED: &str = "Find out whether it was meant, and whose transaction it was. If it was: op-warden accept \
                       l1-control --why TEXT. If not, the key of an owner is in wrong hands: have the guardian pause \
                       withdrawals, tell the users, and move what that key still owns.";
const SET: &str = "Find out whether it was meant. It is reported for a day.";
const SEE_L1: &str = "See L1, and whether the contracts are the chain's.";

pub(super) fn judge(watch: &Watch) -> Vec<Condition> {
    vec![of(watch)]
}

fn of(watch: &Watch) -> Condition {
    let unknown = |reason: &str| Condition::unknown(NAME, "l1", EXPECTED, reason, SEE_L1);
    let values = &watch.memory.control.values;
    if let Err(reason) = watch.seen.l1.get() {
        return unknown(reason);
    }
    let Some(oldest) = values.iter().min_by(|(_, a), (_, b)| a.read_at.total_cmp(&b.read_at))
    else {
        return unknown("it was not read yet");
    };
    let age = watch.seen.now - oldest.1.read_at;
    let changed = |parameter: bool| {
        let changed = values.iter().filter(|(_, value)| value.now != value.accepted);
        let changed =
            changed.filter(|(name, _)| **name != PAUSE && is_parameter(name) == parameter);
        changed.map(|(name, value)| said(watch, name, value)).collect::<Vec<_>>()
    };
    let (control, parameters) = (changed(false), changed(true));
    let is_paused = values.get(PAUSE).is_some_and(|value| value.now == "true");
    let pause = is_paused.then(|| "withdrawals are paused".to_owned());
    let all: Vec<&str> =
        pause.iter().chain(&control).chain(&parameters).map(String::as_str).collect();
    let found = if all.is_empty() {
        format!("{} values are as they were", values.len())
    } else {
        all.join("; ")
    };
    let condition = Condition::holds(NAME, "l1", EXPECTED, found)
        .unless(control.is_empty(), State::Failed, CHANGED)
        .unless(!is_paused, State::Failed, PAUSED)
        .unless(parameters.is_empty(), State::Warn, SET);
    if !watch.memory.control.is_settled && condition.state.is_ready() {
        return unknown("not all of it was read yet since the chain has blocks");
    }
    if age > OLD && condition.state.is_ready() {
        return unknown(&format!("{} was read {} ago", oldest.0, span(whole(age))));
    }
    let accepted = watch.seen.accepted(NAME).cloned();
    Condition { accepted, ..condition }
}

const PAUSE: &str = "OptimismPortal.paused";

fn said(watch: &Watch, name: &str, Value { accepted, now, since, .. }: &Value) -> String {
    let ago = span(whole((watch.seen.now - since).max(0.0)));
    format!("{name} is {now} since {ago}, was {accepted}")
}
