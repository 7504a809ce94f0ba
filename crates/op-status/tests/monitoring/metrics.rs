//! The metrics that op-warden reports, and those that an expression asks for.

use std::collections::{BTreeMap, BTreeSet};

use op_status::{
    condition::{Cause, Condition, Name, State},
    metrics,
    status::Status,
};

use crate::Result;

/// Metric -> label -> values.
pub(crate) type Metrics = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// A metric in an expression, with its matchers: label, operator, value.
pub(crate) type Selector = (String, Vec<(String, String, String)>);

/// `/metrics` of a chain on which every condition is judged.
pub(crate) fn page() -> Result<String> {
    let mut status: Status = serde_json::from_str(include_str!("../data/status.json"))?;
    for &name in Name::ALL {
        let is_there = status.conditions.iter().any(|condition| condition.name == name);
        let holds = condition(name, "sequencer-node", status.observed_at);
        status.conditions.extend((!is_there).then_some(holds));
        // Each may follow from another.
        let follows = Some(Cause { condition: Name::L1, subject: "l1".to_owned() });
        let follower = condition(name, "proposer", status.observed_at);
        status.conditions.push(Condition { state: State::Unknown, follows, ..follower });
    }
    Ok(metrics::render(&status))
}

fn condition(name: Name, subject: &str, since: u64) -> Condition {
    Condition {
        name,
        subject: subject.to_owned(),
        state: State::Ok,
        since,
        expected: String::new(),
        found: String::new(),
        mend: String::new(),
        follows: None,
        accepted: None,
    }
}

/// The same, by metric.
pub(crate) fn reported() -> Result<Metrics> {
    let mut reported = Metrics::new();
    for line in page()?.lines().filter(|line| !line.starts_with('#')) {
        let series = line.rsplit_once(' ').ok_or("a sample without a value")?.0;
        for (name, matchers) in selectors(series) {
            let labels = reported.entry(name).or_default();
            for (label, _, value) in matchers {
                labels.entry(label).or_default().insert(value);
            }
        }
    }
    Ok(reported)
}

/// What of an expression op-warden does not report, whatever its state.
pub(crate) fn unknown(expression: &str, reported: &Metrics) -> Vec<String> {
    let unknown = |(name, matchers): Selector| {
        let Some(labels) = reported.get(&name) else { return vec![format!("there is no {name}")] };
        let unknown = matchers.into_iter().filter(|(label, operator, value)| {
            // Prometheus puts these on.
            let given = matches!(&**label, "job" | "instance");
            // A variable of the dashboard stands for any value.
            let any = operator != "=" || value.starts_with('$');
            // What there is differs from chain to chain.
            let named = matches!(&**label, "service" | "node" | "subject");
            let values = labels.get(label);
            !given && !values.is_some_and(|values| any || named || values.contains(value))
        });
        unknown.map(|(label, _, value)| format!("{name} has no {label}={value:?}")).collect()
    };
    selectors(expression).into_iter().flat_map(unknown).collect()
}

/// The metrics of op-warden in an expression.
pub(crate) fn selectors(expression: &str) -> Vec<Selector> {
    expression
        .match_indices("op_warden_")
        .filter(|(at, _)| !expression[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        .map(|(at, _)| {
            let rest = &expression[at..];
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let (name, rest) = rest.split_at(end.unwrap_or(rest.len()));
            let inside = rest.strip_prefix('{').and_then(|rest| Some(rest.split_once('}')?.0));
            (name.to_owned(), matchers(inside.unwrap_or_default()))
        })
        .collect()
}

/// `label="value",label!~"value"`; no value has a quote or a comma in it.
fn matchers(text: &str) -> Vec<(String, String, String)> {
    text.split(',')
        .filter_map(|matcher| {
            let (left, value) = matcher.trim().trim_end_matches('"').split_once('"')?;
            let label = left.trim_end_matches(['=', '!', '~']);
            Some((label.to_owned(), left[label.len()..].to_owned(), value.to_owned()))
        })
        .collect()
}
