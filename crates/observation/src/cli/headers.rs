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
    // Without a name, so that nothing is left over of whatever end.
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
    tell_derived(&derivation.scan.input, &derived);
    Ok(ExitCode::SUCCESS)
}

/// In one step, unless what has the name is a pipe or a device.
fn write(observations: &mut File, out: &Path) -> io::Result<()> {
    if out.exists() && !out.is_file() {
        return io::copy(observations, &mut File::create(out)?).map(drop);
    }
    let mut new = tempfile::Builder::new()
        // As the umask has it: a temporary file is its owner's only.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(scratch_beside(Some(out)))?;
    io::copy(observations, &mut new)?;
    new.persist(out)?.sync_all()
}
