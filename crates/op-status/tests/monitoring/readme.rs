//! The tables of the README: of the conditions, alerts and metrics that there are.

use std::collections::{BTreeMap, BTreeSet};

use libtest_mimic::Trial;
use op_status::{condition::Name, runbook};

use crate::{Check, Result, files, metrics, trial};

const README: &str = include_str!("../../README.md");

pub(crate) fn trials() -> Vec<Trial> {
    let checks: [Check; 3] = [
        ("readme::conditions_are_those_of_the_table", conditions),
        ("readme::alerts_are_those_of_the_rules", alerts),
        ("readme::metrics_are_those_of_a_chain", metrics),
    ];
    checks.into_iter().map(trial).collect()
}

/// The rows under a heading, the cells of each.
fn rows(heading: &str) -> Result<Vec<Vec<&'static str>>> {
    let (_, section) = README.split_once(&format!("\n## {heading}\n")).ok_or("no such heading")?;
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    Ok(rows.map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect()).collect())
}

/// The error has what should stand there.
fn same(found: &[Vec<&str>], expected: &[Vec<String>]) -> Result {
    if found == expected {
        return Ok(());
    }
    let rows = expected.iter().map(|row| format!("| {} |", row.join(" | ")));
    Err(format!("the README should say:\n{}", rows.collect::<Vec<_>>().join("\n")).into())
}

fn conditions() -> Result {
    let rows = rows("Conditions")?;
    let expected: Vec<Vec<String>> = Name::ALL
        .iter()
        .map(|name| {
            let holds_when = name.holds_when().trim_end_matches('.').to_owned();
            vec![format!("`{name}`"), holds_when, format!("`{}`", name.alert())]
        })
        .collect();
    // The third of the four, when it fails, stands in the README alone.
    let found: Vec<Vec<&str>> =
        rows.iter().map(|row| row.iter().take(2).chain(row.get(3)).copied().collect()).collect();
    same(&found, &expected)?;
    let empty = rows.iter().find(|row| row.len() != 4 || row[2].is_empty());
    empty.map_or(Ok(()), |row| Err(format!("{row:?} does not say when it fails").into()))
}

fn alerts() -> Result {
    const ORDER: [&str; 3] = ["critical", "warning", "info"];
    let mut severities: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for mut rule in files::rules()? {
        let severity = rule.labels.remove("severity").ok_or("a rule without severity")?;
        severities.entry(rule.alert).or_default().insert(severity);
    }
    let mut expected = Vec::new();
    for (alert, of) in severities {
        let meaning = runbook::find(&alert).ok_or("an alert without runbook")?.meaning();
        let of: Vec<&str> = ORDER.into_iter().filter(|severity| of.contains(*severity)).collect();
        let meaning = meaning.trim_end_matches('.').to_owned();
        expected.push(vec![format!("`{alert}`"), of.join(", "), meaning]);
    }
    same(&rows("Alerts")?, &expected)
}

fn metrics() -> Result {
    let reported = metrics::reported()?;
    let page = metrics::page()?;
    let comment = |kind: &'static str| {
        let lines = page.lines().filter_map(move |line| line.strip_prefix(kind));
        lines.filter_map(|line| line.split_once(' '))
    };
    let types: BTreeMap<&str, &str> = comment("# TYPE ").collect();
    let expected: Vec<Vec<String>> = comment("# HELP ")
        .map(|(metric, help)| {
            let labels = reported.get(metric).into_iter().flat_map(BTreeMap::keys);
            let labels: Vec<String> = labels.map(|label| format!("`{label}`")).collect();
            vec![
                format!("`{metric}`"),
                types.get(metric).copied().unwrap_or_default().to_owned(),
                labels.join(", "),
                help.trim_end_matches('.').to_owned(),
            ]
        })
        .collect();
    same(&rows("Metrics")?, &expected)
}
