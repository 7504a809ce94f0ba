//! `ec-observe generate`.

use std::io::{BufWriter, Write as _, stdout};
use std::{fs::File, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::Args;

use super::output::say;
use crate::generate::{Shape, write};

const HELP: &str = "\
Example: ec-observe generate --size 100 --out archive.jsonl

The archive is made up: every line says \"synthetic\": true. It has chunks of two seconds of several \
streams side by side, from 2026-01-01 on.";

#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct GenerateArgs {
    /// Megabytes, about
    #[arg(long, value_name = "MB", default_value_t = 10)]
    size: u64,
    /// Streams side by side
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..))]
    streams: u64,
    /// Chunks of an epoch
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    entries: u64,
    /// End after so many epochs of each stream, if the size is not reached before
    #[arg(long, value_name = "N")]
    epochs: Option<u64>,
    /// One chunk in so many is lost; 0 for none
    #[arg(long, value_name = "N", default_value_t = 1000)]
    gaps: u64,
    /// One line in so many is there twice; 0 for none
    #[arg(long, value_name = "N", default_value_t = 1000)]
    duplicates: u64,
    /// One line in so many comes late; 0 for none
    #[arg(long, value_name = "N", default_value_t = 200)]
    late: u64,
    /// The same seed makes the same archive
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &GenerateArgs) -> anyhow::Result<ExitCode> {
    let shape = Shape {
        bytes: args.size.saturating_mul(1_000_000),
        streams: args.streams,
        entries: args.entries,
        epochs: args.epochs,
        gaps: args.gaps,
        duplicates: args.duplicates,
        late: args.late,
        seed: args.seed,
    };
    let lines = match &args.out {
        Some(path) => {
            let file =
                File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            let mut out = BufWriter::with_capacity(1 << 20, file);
            let lines = write(&shape, &mut out)?;
            out.flush()?;
            lines
        }
        None => write(&shape, &mut BufWriter::new(stdout().lock()))?,
    };
    say(format_args!("{lines} lines"));
    Ok(ExitCode::SUCCESS)
}
