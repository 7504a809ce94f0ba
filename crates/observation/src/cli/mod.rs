//! The command line: one file a command.

mod generate;
mod headers;
mod source;

use std::{
    fmt::Display,
    io::{Write as _, stderr, stdout},
    process::ExitCode,
};

use anyhow::Context;
use clap::{Parser, Subcommand};

/// The answer is no.
const NO: u8 = 1;
/// There is no answer.
const ERROR: u8 = 2;

/// Derives observations from archives, and agrees on them on chain.
#[derive(Parser)]
#[command(
    name = "ec-observe",
    version,
    about,
    after_help = "Exit codes: 0 done, 1 the answer is no (not included, not agreed, not final), 2 every error.\n\nExample: ec-observe headers archive.jsonl --out headers.jsonl"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Derives observations from an archive's lines of JSON
    Headers(headers::HeadersArgs),
    /// Makes up an archive that is shaped like a broadcast's
    Generate(generate::GenerateArgs),
}

/// Parses the command line, runs it and prints an error once.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    run(cli.command).unwrap_or_else(|error| {
        // Nothing is left to do if the terminal is gone.
        let _ = writeln!(stderr(), "ec-observe: {error:#}");
        ExitCode::from(ERROR)
    })
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Headers(args) => headers::run(&args),
        Command::Generate(args) => generate::run(&args),
    }
}

/// Unlike `println!`, no abort when the reader is gone.
fn print(text: impl Display) -> anyhow::Result<()> {
    writeln!(stdout(), "{text}").context("cannot write the report")
}

/// A line for whoever watches.
fn tell(text: impl Display) {
    // Nothing is left to do if nobody reads it.
    let _ = writeln!(stderr(), "{text}");
}
