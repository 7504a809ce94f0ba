//! Alert rules, dashboard, runbooks and the README: against the metrics that there are, and with Prometheus' own tool.

mod alerts;
mod dashboard;
mod files;
mod metrics;
mod promtool;
mod readme;
mod runbooks;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// What a check comes to; the error says what is wrong.
type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A check by name.
type Check = (&'static str, fn() -> Result);

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = [
        alerts::trials(),
        dashboard::trials(),
        promtool::trials(),
        readme::trials(),
        runbooks::trials(),
    ];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_code()
}

/// An error with every line, if there is any.
fn none(wrong: &[String]) -> Result {
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn trial((name, check): Check) -> Trial {
    Trial::test(name, move || Ok(check()?))
}
