//! What is told of the faults at the end.

use std::collections::{BTreeMap, BTreeSet};

use crate::fault::Told;

/// A line for each condition that had to turn; the alerts that fired meanwhile.
pub(crate) fn show(all: &[Told], fired: &BTreeMap<String, Vec<u64>>) {
    println!("\n{:40} | {:33} | red after | green after mending | alerts", "fault", "condition");
    for told in all {
        let during = |times: &[u64]| times.iter().any(|at| (told.begin..=told.end).contains(at));
        let alerts: BTreeSet<&str> = fired
            .iter()
            .filter(|(_, times)| during(times))
            .map(|(alert, _)| alert.as_str())
            .collect();
        let alerts = alerts.into_iter().collect::<Vec<_>>().join(", ");
        for (condition, red, green) in &told.turns {
            let name = told.fault.name;
            println!("{name:40} | {condition:33} | {red:>7.1} s | {green:>17.1} s | {alerts}");
        }
        if told.turns.is_empty() {
            println!("{:40} | {:33} | {:>9} | {:>19} | {alerts}", told.fault.name, "", "", "");
        }
    }
    println!();
}
