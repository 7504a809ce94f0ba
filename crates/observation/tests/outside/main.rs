//! `ec-observe` and the contracts with programs from outside: anvil, forge, halmos, npm. What is missing
//! makes a test ignored, with the reason.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod chain;
mod contracts;
mod media;
mod npm;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = [chain::trials(), contracts::trials(), media::trials()];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_code()
}
