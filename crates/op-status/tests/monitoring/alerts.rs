//! Every alert asks for what there is, has a runbook, and is tested.

use std::collections::{BTreeMap, BTreeSet};

use libtest_mimic::Trial;
use op_status::{condition::Name, runbook};

use crate::{
    Check, Result,
    files::{self, Rule, Test},
    metrics, none, trial,
};

/// Tests of many alerts at once.
const SILENCE: &str = "silence";

pub(crate) fn trials() -> Vec<Trial> {
    let checks: [Check; 7] = [
        ("alerts::metrics_exist", metrics_exist),
        ("alerts::tests_feed_metrics_that_exist", tests_feed_metrics_that_exist),
        ("alerts::conditions_have_alerts", conditions_have_alerts),
        ("alerts::alerts_have_runbooks", alerts_have_runbooks),
        ("alerts::severities_are_the_three", severities_are_the_three),
        ("alerts::each_is_tested", each_is_tested),
        ("alerts::silence_is_tested_with_all_metrics", silence_is_tested_with_all_metrics),
    ];
    checks.into_iter().map(trial).collect()
}

fn metrics_exist() -> Result {
    let reported = metrics::reported()?;
    let wrong = |rule: &Rule| {
        let unknown = metrics::unknown(&rule.expr, &reported);
        unknown.into_iter().map(|what| format!("{}: {what}", rule.alert)).collect::<Vec<_>>()
    };
    none(&files::rules()?.iter().flat_map(wrong).collect::<Vec<_>>())
}

fn tests_feed_metrics_that_exist() -> Result {
    let reported = metrics::reported()?;
    let mut wrong = Vec::new();
    for name in files::test_names()? {
        for series in files::tests(&name)?.tests.iter().flat_map(|test| &test.input_series) {
            let unknown = metrics::unknown(&series.series, &reported);
            wrong.extend(unknown.into_iter().map(|what| format!("{name}: {what}")));
        }
    }
    none(&wrong)
}

fn conditions_have_alerts() -> Result {
    let alerts = names()?;
    let missing = Name::ALL.iter().map(|name| name.alert()).filter(|name| !alerts.contains(*name));
    none(&missing.map(|name| format!("no rule is named {name}")).collect::<Vec<_>>())
}

fn alerts_have_runbooks() -> Result {
    let pages: BTreeSet<String> = runbook::ALL.iter().map(|page| page.name.to_owned()).collect();
    let alerts = names()?;
    let mut wrong: Vec<String> = alerts.symmetric_difference(&pages).cloned().collect();
    for rule in files::rules()? {
        let says = |annotation: &str, end: String| {
            rule.annotations.get(annotation).is_some_and(|text| text.ends_with(&end))
        };
        let complete = says("description", format!(" Runbook: op-warden runbook {}", rule.alert))
            && says("runbook_url", format!("/runbooks/{}", rule.alert))
            && rule.annotations.contains_key("summary");
        wrong.extend((!complete).then(|| format!("{}: an annotation", rule.alert)));
    }
    none(&wrong)
}

fn severities_are_the_three() -> Result {
    let rules = files::rules()?;
    let other = rules.iter().filter(|rule| {
        let severity = rule.labels.get("severity").map(String::as_str);
        !matches!(severity, Some("critical" | "warning" | "info"))
    });
    none(&other.map(|rule| rule.alert.clone()).collect::<Vec<_>>())
}

/// Of every rule there is a test in which it fires, then resolves, and one in which it stays silent.
fn each_is_tested() -> Result {
    let mut tests = BTreeMap::new();
    for name in files::test_names()? {
        tests.insert(name.clone(), files::tests(&name)?.tests);
    }
    let mut wrong: Vec<String> = tests
        .keys()
        .filter(|name| *name != SILENCE)
        .cloned()
        .collect::<BTreeSet<_>>()
        .symmetric_difference(&names()?)
        .cloned()
        .collect();
    for rule in files::rules()? {
        let of_rule = |test: &&Test| test.name.starts_with(&format!("{}: ", rule.title()));
        let tests: Vec<&Test> =
            tests.get(&rule.alert).into_iter().flatten().filter(of_rule).collect();
        let course = |test: &Test| -> Vec<bool> {
            test.checks.iter().map(|check| fires(&rule, check)).collect()
        };
        let courses: Vec<_> = tests.into_iter().map(course).collect();
        if !courses.iter().any(|course| *course == [false, true, false]) {
            wrong.push(format!("{} {}: no test fires and resolves it", rule.alert, rule.title()));
        }
        if !courses.iter().any(|course| course.len() > 1 && !course.contains(&true)) {
            wrong.push(format!("{} {}: no test keeps it silent", rule.alert, rule.title()));
        }
    }
    none(&wrong)
}

fn fires(rule: &Rule, check: &files::Check) -> bool {
    let expected = check.exp_alerts.iter().map(|alert| files::title(&alert.exp_labels));
    check.alertname == rule.alert && expected.into_iter().any(|title| title == rule.title())
}

/// Silence means something only where every rule has something to judge.
fn silence_is_tested_with_all_metrics() -> Result {
    let rules = files::rules()?;
    let needed: BTreeSet<String> = rules
        .iter()
        .flat_map(|rule| metrics::selectors(&rule.expr))
        .map(|(name, _)| name)
        .collect();
    let mut wrong = Vec::new();
    for test in files::tests(SILENCE)?.tests {
        let series = test.input_series.iter().flat_map(|series| metrics::selectors(&series.series));
        let fed: BTreeSet<String> = series.map(|(name, _)| name).collect();
        wrong.extend(needed.difference(&fed).map(|name| format!("{}: no {name}", test.name)));
    }
    none(&wrong)
}

fn names() -> Result<BTreeSet<String>> {
    Ok(files::rules()?.into_iter().map(|rule| rule.alert).collect())
}
