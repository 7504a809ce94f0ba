//! Prometheus' own tool over rules, tests and metrics.

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
};

use libtest_mimic::{Completion, Trial};

use crate::{Result, files, metrics};

const LAYER: &str = "promtool";

pub(crate) fn trials() -> Vec<Trial> {
    if let Err(reason) = version() {
        return vec![Trial::ignorable_test(LAYER, move || Ok(Completion::ignored_with(reason)))];
    }
    let mut trials = vec![
        Trial::test("promtool::check_rules", || Ok(check_rules()?)),
        Trial::test("promtool::check_metrics", || Ok(check_metrics()?)),
    ];
    match files::test_names() {
        Ok(names) => trials.extend(names.into_iter().map(|name| {
            Trial::test(format!("promtool::test_rules::{name}"), move || Ok(test_rules(&name)?))
        })),
        Err(error) => {
            let error = error.to_string();
            trials.push(Trial::test("promtool::test_rules", move || Err(error.into())));
        }
    }
    trials
}

fn version() -> std::result::Result<(), String> {
    let version = Command::new("promtool").arg("--version").output();
    version.map(drop).map_err(|_| "no promtool (Debian: apt install prometheus)".to_owned())
}

fn check_rules() -> Result {
    let mut command = Command::new("promtool");
    command.args(["check", "rules", "--lint=all", "--lint-fatal"]);
    passed(&command.arg(files::folder().join("alerts.yml")).output()?)
}

fn test_rules(name: &str) -> Result {
    let mut command = Command::new("promtool");
    let file = files::folder().join("tests").join(format!("{name}.yml"));
    passed(&command.args(["test", "rules"]).arg(file).output()?)
}

/// It prints what it would have otherwise, and nothing when all is well.
fn check_metrics() -> Result {
    let mut command = Command::new("promtool");
    command.args(["check", "metrics"]);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut promtool = pipes.spawn()?;
    promtool.stdin.take().ok_or("no pipe")?.write_all(metrics::page()?.as_bytes())?;
    let output = promtool.wait_with_output()?;
    passed(&output)?;
    if output.stdout.is_empty() && output.stderr.is_empty() { Ok(()) } else { Err(said(&output)) }
}

fn passed(output: &Output) -> Result {
    if output.status.success() { Ok(()) } else { Err(said(output)) }
}

fn said(output: &Output) -> Box<dyn std::error::Error> {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr)).into()
}
