//! What a command leaves behind: text on stdout, and an exit code.

use std::fmt::Display;
use std::io::{Write as _, stdout};

use anyhow::Context;
use serde::Serialize;

/// systemd's `ExecCondition=` fails the unit on 255 and skips it on everything from 1 to 254.
pub(crate) const WRONG: u8 = 255;

/// Unlike `println!`, no abort when the reader is gone.
pub(crate) fn print(text: impl Display) -> anyhow::Result<()> {
    writeln!(stdout(), "{text}").context("cannot write the report")
}

/// Prints the document where a program reads it, else the text.
pub(crate) fn print_either(
    json: bool,
    document: &impl Serialize,
    text: impl Display,
) -> anyhow::Result<()> {
    if json { print(serde_json::to_string_pretty(document)?) } else { print(text) }
}
