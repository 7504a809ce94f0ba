//! `ec-observe headers`.

use std::{
    fs::{File, Permissions},
    io::{self, BufWriter, Seek as _, Write as _, stdout},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::Args;
use tempfile::NamedTempFile;

use super::source::{DeriveArgs, tell_derived, with_progress};
use crate::derive::scratch_beside;

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
    let mut spool = spool(args.out.as_deref())?;
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
        Some(out) => {
            hand_over(spool, out).with_context(|| format!("cannot write {}", out.display()))?;
        }
        None => copy(spool.as_file_mut(), &mut stdout().lock())
            .context("cannot write to standard output")?,
    }
    tell_derived(&derivation.scan.input, &derived);
    Ok(ExitCode::SUCCESS)
}

/// A file that nobody sees before it is whole, beside the one that it becomes.
fn spool(out: Option<&Path>) -> anyhow::Result<NamedTempFile> {
    let folder = scratch_beside(out);
    tempfile::Builder::new()
        // As the umask has it: a temporary file is its owner's only.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(&folder)
        .with_context(|| format!("cannot write in {}", folder.display()))
}

/// In one step, unless what has the name is a pipe or a device.
fn hand_over(mut spool: NamedTempFile, out: &Path) -> io::Result<()> {
    if out.exists() && !out.is_file() {
        return copy(spool.as_file_mut(), &mut File::create(out)?);
    }
    spool.persist(out)?.sync_all()
}

fn copy(spool: &mut File, out: &mut impl io::Write) -> io::Result<()> {
    spool.rewind()?;
    io::copy(spool, out).map(drop)
}
