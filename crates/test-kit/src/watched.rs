//! A run whose memory and time are watched.

use std::{
    fs::{self, File},
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{Run, process::Process};

/// Between two looks at a process, at first; then each pause is a hundredth of the time so far.
const LOOK: Duration = Duration::from_millis(5);

/// A run, and what it took.
#[derive(Debug)]
pub struct Watched {
    /// What it left; the exit code is `None` where it did not end in time.
    pub run: Run,
    /// The most memory that it had at a time, in bytes.
    pub peak: u64,
    /// How long it took.
    pub took: Duration,
}

impl Watched {
    /// Runs a command to its end, or kills it when the time is over.
    #[must_use]
    pub fn of(command: &mut Command, most: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [stdout, stderr] = ["stdout", "stderr"].map(|name| folder.path().join(name));
        command.stdin(Stdio::null());
        command.stdout(File::create(&stdout).unwrap()).stderr(File::create(&stderr).unwrap());
        let begun = Instant::now();
        let mut process = Process::spawn(command).unwrap();
        let mut peak = 0;
        let code = loop {
            peak = self::peak(process.id()).unwrap_or(peak);
            if let Some(status) = process.try_wait().unwrap() {
                break status.code();
            }
            if begun.elapsed() > most {
                break None;
            }
            sleep(LOOK.max(begun.elapsed() / 100));
        };
        let took = begun.elapsed();
        drop(process);
        let text = |file| String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned();
        Self { run: Run { code, stdout: text(stdout), stderr: text(stderr) }, peak, took }
    }
}

/// The most memory that a process had at a time, in bytes; `None` once it is gone, and before it has begun.
#[must_use]
pub fn peak(process: u32) -> Option<u64> {
    // Until it has become its program, it has the memory of this one.
    let program = fs::read_link(format!("/proc/{process}/exe")).ok()?;
    if std::env::current_exe().is_ok_and(|own| own == program) {
        return None;
    }
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}
