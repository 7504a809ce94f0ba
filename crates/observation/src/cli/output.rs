//! What a command prints, and the exit code of a no.

use std::fmt::Display;
use std::io::{Write as _, stderr, stdout};

use anyhow::Context as _;

/// The exit code if the answer is no.
pub(super) const NO: u8 = 1;

/// Unlike `println!`, no abort when the reader is gone.
pub(super) fn print(text: impl Display) -> anyhow::Result<()> {
    writeln!(stdout(), "{text}").context("cannot write the report")
}

/// A line of progress on standard error; standard output is for results.
pub(super) fn say(text: impl Display) {
    // Nothing is left to do if nobody reads it.
    let _ = writeln!(stderr(), "{text}");
}
