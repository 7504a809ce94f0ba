//! A process that ends with this one, however this one ends.
//!
//! The kernel can send a signal to a process when its parent dies, but only the process itself can ask
//! for that. So each child is at first this program again, which asks, and then becomes the program.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt as _;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, getpid, getppid, set_parent_process_death_signal};
use tokio::process::Command;

/// The subcommand that becomes a program.
const WORD: &str = "child-of";
/// Whether this program begins with [`main`]. The executables of tests do not.
static KNOWS_THE_WORD: AtomicBool = AtomicBool::new(false);

/// A command for the program, which gets the signal when this process has ended.
///
/// To be started on the main thread: the signal comes when the starting thread ends.
pub fn command(program: impl AsRef<OsStr>, at_end: Signal) -> Command {
    if !KNOWS_THE_WORD.load(Relaxed) {
        return Command::new(program);
    }
    // Also when the file has been replaced by a newer one since.
    let mut command = Command::new("/proc/self/exe");
    command.arg(WORD).arg(getpid().to_string()).arg(at_end.as_raw().to_string()).arg(program);
    command
}

/// The name of the program that a command becomes.
pub(crate) fn name(command: &Command) -> String {
    let command = command.as_std();
    let program = command.get_args().nth(3).filter(|_| KNOWS_THE_WORD.load(Relaxed));
    program.unwrap_or(command.get_program()).display().to_string()
}

/// Asked to, becomes a program, and returns only if it cannot. To be called before anything else.
#[must_use]
pub fn main(mut words: impl Iterator<Item = OsString>) -> Option<Result<()>> {
    if words.next().is_some_and(|word| word == WORD) {
        return Some(run(words));
    }
    KNOWS_THE_WORD.store(true, Relaxed);
    None
}

fn run(mut words: impl Iterator<Item = OsString>) -> Result<()> {
    let mut number = || words.next()?.to_str()?.parse().ok();
    let parent = number().and_then(Pid::from_raw);
    let signal = number().and_then(Signal::from_named_raw);
    let (Some(parent), Some(signal), Some(program)) = (parent, signal, words.next()) else {
        bail!("{WORD} is for op-devnet itself: {WORD} PARENT SIGNAL PROGRAM ARGS…");
    };
    set_parent_process_death_signal(Some(signal)).context("cannot ask for a signal")?;
    ensure!(getppid() == Some(parent), "op-devnet has ended");
    let error = std::process::Command::new(&program).args(words).exec();
    Err(error).with_context(|| format!("cannot start {}", program.display()))
}
