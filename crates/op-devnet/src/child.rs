//! A process that ends with this one, however this one ends.
//!
//! The kernel can send a signal to a process when its parent dies, but only the process itself can ask
//! for that. So each child is at first this program again, which asks, and then becomes the program.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt as _;

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, getpid, getppid, set_parent_process_death_signal};
use tokio::process::Command;

/// The subcommand that becomes a program.
pub(crate) const WORD: &str = "child-of";

/// A command for the program, which gets the signal when this process has ended.
///
/// To be started on the main thread: the signal comes when the starting thread ends.
pub(crate) fn command(program: impl AsRef<OsStr>, at_end: Signal) -> Command {
    // The executable of the tests knows no subcommand.
    if cfg!(test) {
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
    let program = command.get_args().nth(3).filter(|_| !cfg!(test));
    program.unwrap_or(command.get_program()).display().to_string()
}

/// Becomes the program, as a child of the process `parent`. Returns only if it cannot.
pub(crate) fn run(mut words: impl Iterator<Item = OsString>) -> Result<()> {
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
