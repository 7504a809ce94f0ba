//! What is printed of the faults at the end.

use std::collections::{BTreeMap, BTreeSet};

use crate::fault::Outcome;

/// A line for each condition that had to turn; the alerts that fired meanwhile.
pub(crate) fn show(all: &[Outcome], fired: &BTreeMap<String, Vec<u64>>) {
    println!("\n{:40} | {:33} | red after | green after mending | alerts", "fault", "condition");
    for outcome in all {
        let during =
            |times: &[u64]| times.iter().any(|at| (outcome.begin..=outcome.end).contains(at));
        let alerts: BTreeSet<&str> = fired
            .iter()
            .filter(|(_, times)| during(times))
            .map(|(alert, _)| alert.as_str())
            .collect();
        let alerts = alerts.into_iter().collect::<Vec<_>>().join(", ");
        for (condition, red, green) in &outcome.turns {
            let name = outcome.fault.name;
            println!("{name:40} | {condition:33} | {red:>7.1} s | {green:>17.1} s | {alerts}");
        }
        if outcome.turns.is_empty() {
            println!("{:40} | {:33} | {:>9} | {:>19} | {alerts}", outcome.fault.name, "", "", "");
        }
    }
    println!();
}
