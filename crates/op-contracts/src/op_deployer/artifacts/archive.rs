//! The archives that releases of op-contracts publish: tar, packed with gzip or zstd.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use tar::{Archive, EntryType};

/// Of a whole archive. Those of 2026 have a quarter of a gigabyte.
const MOST: u64 = 8 << 30;

#[derive(Debug, Clone, Copy)]
pub(super) enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    /// By the file's first bytes.
    pub(super) fn of(path: &Path) -> Result<Self> {
        let mut magic = Vec::new();
        File::open(path)
            .and_then(|file| file.take(4).read_to_end(&mut magic))
            .with_context(|| format!("cannot read {}", path.display()))?;
        match magic.as_slice() {
            [0x1f, 0x8b, ..] => Ok(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd] => Ok(Self::Zstd),
            _ => bail!(
                "{} is neither a folder nor an archive packed with gzip or zstd (.tar.gz, .tgz, .tzst)",
                path.display()
            ),
        }
    }
}

/// Unpacks the artifacts, and nothing else of it: `X.sol/Y.json`, wherever they lie in it.
pub(super) fn unpack(path: &Path, into: &Path) -> Result<()> {
    let cannot = || format!("cannot unpack {}: is it whole?", path.display());
    let file = BufReader::new(File::open(path).with_context(cannot)?);
    match Packing::of(path)? {
        Packing::Gzip => entries(MultiGzDecoder::new(file), into),
        Packing::Zstd => StreamingDecoder::new(file)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error).into())
            .and_then(|decoder| entries(decoder, into)),
    }
    .with_context(cannot)
}

fn entries(unpacked: impl Read, into: &Path) -> Result<()> {
    let mut bytes = 0_u64;
    let mut archive = Archive::new(unpacked);
    for entry in archive.entries()? {
        let mut entry = entry?;
        bytes = bytes.saturating_add(entry.size());
        ensure!(bytes <= MOST, "it has more than {MOST} bytes");
        let name = artifact(&entry.path()?);
        let Some(name) = name.filter(|_| entry.header().entry_type() == EntryType::Regular) else {
            continue;
        };
        let target = into.join(name);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        io::copy(&mut entry, &mut File::create(target)?)?;
    }
    Ok(())
}

/// The last two parts of the name of an artifact.
fn artifact(path: &Path) -> Option<PathBuf> {
    let mut parts = path.components().rev();
    let (Some(Component::Normal(file)), Some(Component::Normal(contract))) =
        (parts.next(), parts.next())
    else {
        return None;
    };
    let ends =
        |name: &std::ffi::OsStr, end| Path::new(name).extension().is_some_and(|is| is == end);
    (ends(file, "json") && ends(contract, "sol")).then(|| Path::new(contract).join(file))
}
