//! What both benchmarks do: find the official programs, time ours and them in one run, compare.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use criterion::{BenchmarkGroup, measurement::WallTime};

/// An official program, or why it is not timed.
pub(crate) fn official(name: &str) -> Option<PathBuf> {
    let program = test_kit::components().join("bin").join(name);
    let there = program.exists();
    if !there {
        println!("NOT TIMED: {name}: {} does not exist (cargo devnet build)", program.display());
    }
    there.then_some(program)
}

/// Times something with Criterion; the mean of all its runs.
pub(crate) fn time(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    mut run: impl FnMut() -> Duration,
) -> Option<Duration> {
    let (mut total, mut count) = (Duration::ZERO, 0);
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|iterations| {
            let these: Duration = (0..iterations).map(|_| run()).sum();
            total += these;
            count += u32::try_from(iterations).unwrap_or(u32::MAX);
            these
        });
    });
    total.checked_div(count)
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
pub(crate) fn compare(
    input: &Path,
    ours: Option<Duration>,
    official: &str,
    theirs: Option<Duration>,
) {
    if let (Some(ours), Some(theirs)) = (ours, theirs) {
        println!(
            "{}: {ours:.1?} here, {theirs:.1?} with {official}: {:.1} times as fast\n",
            input.display(),
            theirs.as_secs_f64() / ours.as_secs_f64()
        );
    }
}
