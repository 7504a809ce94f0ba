//! `ec-observe headers`.

use std::{
    fs::File,
    io::{self, BufWriter, Seek as _, Write as _, stdout},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::Args;
use tempfile::NamedTempFile;

use super::source::{DeriveArgs, tell_derived, with_progress};

#[derive(Args)]
#[command(
    after_help = "Example: ec-observe headers archive.jsonl.zst --out headers.jsonl\n\nWrites one line for each epoch of each stream: names, number of entries, observationHash, slot and the header. The result is the same for any order of lines and files and any number of threads. Entries that are there twice count once; two different ones at one place are an error. On an error nothing is written."
)]
pub(super) struct HeadersArgs {
    #[command(flatten)]
    derive: DeriveArgs,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &HeadersArgs) -> anyhow::Result<ExitCode> {
    let derivation = args.derive.derivation(args.out.as_ref())?;
    let mut spool = match &args.out {
        Some(out) => NamedTempFile::new_in(crate::derive::scratch_beside(Some(out)))
            .with_context(|| format!("cannot write beside {}", out.display()))?,
        None => NamedTempFile::new().context("cannot write a temporary file")?,
    };
    let derived = {
        let mut writer = BufWriter::new(spool.as_file_mut());
        let derived = with_progress(&derivation.scan.input, || {
            derivation.run(|observation| {
                serde_json::to_writer(&mut writer, &observation)?;
                writer.write_all(b"\n")
            })
        })?;
        writer.flush().context("cannot write the observations")?;
        derived
    };
    match &args.out {
        Some(out) => keep(spool, out)?,
        None => copy(spool.as_file_mut()).context("cannot write to standard output")?,
    }
    tell_derived(&derivation.scan.input, &derived);
    Ok(ExitCode::SUCCESS)
}

fn keep(spool: NamedTempFile, out: &Path) -> anyhow::Result<()> {
    let file = spool.persist(out).with_context(|| format!("cannot write {}", out.display()))?;
    // A temporary file is its owner's only.
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    file.set_permissions(mode)?;
    Ok(file.sync_all()?)
}

fn copy(spool: &mut File) -> io::Result<()> {
    spool.rewind()?;
    io::copy(spool, &mut stdout().lock()).map(drop)
}
