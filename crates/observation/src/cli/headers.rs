//! `ec-observe headers`.

use std::io::{self, BufWriter, Seek as _, Write as _, stdout};
use std::path::{Path, PathBuf};
use std::{fs::File, process::ExitCode, time::Duration};

use anyhow::Context as _;
use clap::Args;
use op_util::file::replace_with;

use super::output::NO;
use super::source::{DeriveArgs, SETTLE, say_derived, with_progress};
use crate::derive::scratch_beside;

const HELP: &str = "\
Example: ec-observe headers archive.jsonl.zst --out headers.jsonl

Writes one line for each epoch of each stream: names, number of entries, observationHash, slot and the \
header. The result is the same for any order of lines and files and any number of threads. Entries that \
are there twice count once. Two different entries at one place, a line that is no entry, and an epoch that \
--after has already, stop their stream: it is named, what comes before is written, and all other streams. A line \
of which not even the stream can be read is an error, after which nothing is written; --skip-bad passes over all \
lines that are no entries.

Exit codes: 0, 1 if a stream stops, 2 for every error.";

#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct HeadersArgs {
    #[command(flatten)]
    derive: DeriveArgs,
    /// Leave out epochs that may not be over yet: those after which their stream has not gone on for --settle
    #[arg(long)]
    closed_only: bool,
    /// An epoch is over when its stream has gone on for so long after it
    #[arg(long, value_name = "SECONDS", default_value_t = SETTLE, requires = "closed_only")]
    settle: u64,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &HeadersArgs) -> anyhow::Result<ExitCode> {
    let settle = args.closed_only.then(|| Duration::from_secs(args.settle));
    let derivation = args.derive.derivation(args.out.as_ref(), settle)?;
    // A file without a name: nothing of it is left, however the command ends.
    let folder = scratch_beside(args.out.as_deref());
    let mut spool = tempfile::tempfile_in(&folder)
        .with_context(|| format!("cannot write in {}", folder.display()))?;
    let derived = {
        let mut writer = BufWriter::new(&mut spool);
        let derived = with_progress(&derivation.scan.input, || {
            derivation.run(|observation| {
                serde_json::to_writer(&mut writer, &observation)?;
                writer.write_all(b"\n")
            })
        })?;
        writer.flush().context("cannot write the observations")?;
        derived
    };
    spool.rewind()?;
    match &args.out {
        Some(out) => {
            write(&mut spool, out).with_context(|| format!("cannot write {}", out.display()))?;
        }
        None => io::copy(&mut spool, &mut stdout().lock())
            .map(drop)
            .context("cannot write to standard output")?,
    }
    say_derived(&derivation.scan.input, &derived);
    Ok(if derived.stops.count == 0 { ExitCode::SUCCESS } else { ExitCode::from(NO) })
}

/// Writes the whole file in one step. A pipe or a device is written as it is.
fn write(observations: &mut File, out: &Path) -> io::Result<()> {
    if out.exists() && !out.is_file() {
        return io::copy(observations, &mut File::create(out)?).map(drop);
    }
    replace_with(out, None, |new| io::copy(observations, new).map(drop))
}
