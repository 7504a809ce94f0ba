//! A program that ends with whoever started it, however that ends.

use std::{ffi::OsString, os::unix::process::CommandExt as _, process::Command};

use anyhow::Context as _;
use clap::Args;
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

#[derive(Args)]
pub(super) struct TiedArgs {
    /// Who started it
    #[arg(long)]
    parent: i32,
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

/// The kernel kills the program when its parent ends: a signal that nobody can handle asks nobody.
pub(super) fn become_it(args: &TiedArgs) -> anyhow::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // It may have ended before.
    if getppid() != Pid::from_raw(args.parent) {
        return Ok(());
    }
    let (program, rest) = args.command.split_first().context("a program is needed")?;
    let error = Command::new(program).args(rest).exec();
    Err(error).with_context(|| format!("cannot start {}", program.display()))
}
