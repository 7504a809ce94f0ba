//! The files of `monitoring/`, as far as the checks look at them.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde::Deserialize;

use crate::Result;

#[derive(Debug, Deserialize)]
struct RuleFile {
    groups: Vec<Group>,
}

#[derive(Debug, Deserialize)]
struct Group {
    rules: Vec<Rule>,
}

/// An alert rule.
#[derive(Debug, Deserialize)]
pub(crate) struct Rule {
    pub(crate) alert: String,
    pub(crate) expr: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) annotations: BTreeMap<String, String>,
}

/// A file of promtool's unit tests.
#[derive(Debug, Deserialize)]
pub(crate) struct TestFile {
    pub(crate) tests: Vec<Test>,
}

/// One of its tests.
#[derive(Debug, Deserialize)]
pub(crate) struct Test {
    pub(crate) name: String,
    pub(crate) input_series: Vec<Series>,
    #[serde(default, rename = "alert_rule_test")]
    pub(crate) checks: Vec<Check>,
}

/// A series that the test feeds.
#[derive(Debug, Deserialize)]
pub(crate) struct Series {
    pub(crate) series: String,
}

/// What fires at one moment.
#[derive(Debug, Deserialize)]
pub(crate) struct Check {
    pub(crate) alertname: String,
    pub(crate) exp_alerts: Vec<Alert>,
}

/// An alert that is to fire.
#[derive(Debug, Deserialize)]
pub(crate) struct Alert {
    pub(crate) exp_labels: BTreeMap<String, String>,
}

impl Rule {
    /// The severity, and what of the alert the rule is about: how its tests' names begin.
    pub(crate) fn title(&self) -> String {
        title(&self.labels)
    }
}

/// The same, of an alert's labels.
pub(crate) fn title(labels: &BTreeMap<String, String>) -> String {
    let severity = labels.get("severity").cloned().unwrap_or_default();
    match labels.get("problem") {
        Some(problem) => format!("{severity}, {problem}"),
        None => severity,
    }
}

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("monitoring")
}

pub(crate) fn rules() -> Result<Vec<Rule>> {
    let file: RuleFile = serde_saphyr::from_str(&fs::read_to_string(folder().join("alerts.yml"))?)?;
    Ok(file.groups.into_iter().flat_map(|group| group.rules).collect())
}

/// The names of the test files.
pub(crate) fn test_names() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder().join("tests"))? {
        let name = entry?.file_name().into_string().map_err(|name| name.display().to_string())?;
        names.push(name.strip_suffix(".yml").ok_or(format!("{name} is no test"))?.to_owned());
    }
    names.sort();
    Ok(names)
}

pub(crate) fn tests(name: &str) -> Result<TestFile> {
    let text = fs::read_to_string(folder().join("tests").join(format!("{name}.yml")))?;
    Ok(serde_saphyr::from_str(&text).map_err(|error| format!("{name}: {error}"))?)
}
