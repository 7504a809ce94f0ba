//! What both benchmarks do: find the official programs, time ours and them in one run, compare.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// A run is repeated as often, and as long, at least.
const RUNS: usize = 10;
const LENGTH: Duration = Duration::from_secs(3);

/// An official program, or why it is not timed.
pub(crate) fn official(name: &str) -> Option<PathBuf> {
    let program = test_kit::components().join("bin").join(name);
    let there = program.exists();
    if !there {
        println!("NOT TIMED: {name}: {} does not exist (cargo devnet build)", program.display());
    }
    there.then_some(program)
}

/// Times something: the median of its runs, after one that does not count.
pub(crate) fn time(name: &str, mut run: impl FnMut() -> Duration) -> Duration {
    run();
    let begin = Instant::now();
    let mut times = Vec::new();
    while times.len() < RUNS || begin.elapsed() < LENGTH {
        times.push(run());
    }
    times.sort_unstable();
    let (least, median, most) = (times[0], times[times.len() / 2], times[times.len() - 1]);
    println!("{name}: {median:.1?} ({least:.1?} to {most:.1?}, {} runs)", times.len());
    median
}

/// How long something takes.
pub(crate) fn timed<T>(run: impl FnOnce() -> T) -> Duration {
    let started = Instant::now();
    std::hint::black_box(run());
    started.elapsed()
}

/// Runs an official program to its end.
pub(crate) fn succeed(command: &mut Command) {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(
        status.as_ref().is_ok_and(std::process::ExitStatus::success),
        "{command:?}: {status:?}"
    );
}

/// Says how much faster ours is.
pub(crate) fn compare(input: &Path, ours: Duration, official: &str, theirs: Option<Duration>) {
    if let Some(theirs) = theirs {
        println!(
            "{}: {ours:.1?} here, {theirs:.1?} with {official}: {:.1} times as fast\n",
            input.display(),
            theirs.as_secs_f64() / ours.as_secs_f64()
        );
    }
}
