//! What is printed. A terminal or a pipe that is gone ends nothing: the services are stopped in order
//! whoever reads of it, so nothing here panics.

use std::fmt::Display;
use std::io::{ErrorKind, Write as _, stdout};

use anyhow::{Context, Result};
use op_util::{error::with_causes, foreign::message};
use serde::Serialize;

pub(crate) use op_util::terminal::line;

/// What went wrong, and goes on.
pub(crate) fn error(error: &anyhow::Error) {
    line(format_args!("op-devnet: {}", message(&with_causes(error.as_ref()))));
}

/// What was asked for, on standard output.
///
/// Errors: when it cannot be written, but for a reader that wants no more.
pub(crate) fn result(text: impl Display) -> Result<()> {
    match write!(stdout(), "{text}").and_then(|()| stdout().flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}

/// The same as JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    result(format_args!("{}\n", serde_json::to_string_pretty(value)?))
}
