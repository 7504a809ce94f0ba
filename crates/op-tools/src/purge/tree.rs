//! Folders looked at and removed from open folder to open folder: no link is ever followed, even
//! one that appears in between.

use std::collections::BTreeSet;
use std::ffi::{CStr, CString, OsStr};
use std::os::{fd::OwnedFd, unix::ffi::OsStrExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, openat, statat, unlinkat};
use rustix::io::{Errno, Result};

const FOLDER: OFlags =
    OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC).union(OFlags::RDONLY);

/// What stays: device and inode.
pub(super) type Keep = BTreeSet<(u64, u64)>;

/// What is left of a removed tree.
#[derive(Debug, Default)]
pub(super) struct Left {
    pub(super) kept: Vec<PathBuf>,
    pub(super) failed: Vec<String>,
}

/// Opens a folder that is no link.
pub(super) fn open(path: &Path) -> Result<OwnedFd> {
    openat(CWD, path, FOLDER, Mode::empty())
}

/// The names in a folder, sorted.
pub(super) fn names(folder: &OwnedFd) -> Result<Vec<CString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
            names.push(entry.file_name().to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Device and inode.
pub(super) fn id(folder: &OwnedFd, name: &CStr) -> Result<(u64, u64)> {
    look(folder, name).map(|stat| (stat.st_dev, stat.st_ino))
}

/// What a name and all below it take on the disk.
pub(super) fn size(folder: &OwnedFd, name: &CStr) -> Result<u64> {
    let stat = look(folder, name)?;
    let own = u64::try_from(stat.st_blocks).unwrap_or(0).saturating_mul(512);
    if !is_folder(&stat) {
        return Ok(own);
    }
    let inner = openat(folder, name, FOLDER, Mode::empty())?;
    names(&inner)?.iter().try_fold(own, |sum, name| match size(&inner, name) {
        Err(Errno::NOENT) => Ok(sum),
        more => more.map(|more| sum.saturating_add(more)),
    })
}

/// Removes a name and all below it but what is to be kept, and goes on after a failure.
pub(super) fn remove(folder: &OwnedFd, name: &CStr, path: &Path, keep: &Keep, left: &mut Left) {
    match try_remove(folder, name, path, keep, left) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(Errno::BUSY) => left.failed.push(format!(
            "{}: a mount point; it was emptied, unmount it and run this again",
            path.display()
        )),
        Err(error) => left.failed.push(format!("{}: {error}", path.display())),
    }
}

fn try_remove(
    folder: &OwnedFd,
    name: &CStr,
    path: &Path,
    keep: &Keep,
    left: &mut Left,
) -> Result<()> {
    let stat = look(folder, name)?;
    if keep.contains(&(stat.st_dev, stat.st_ino)) {
        left.kept.push(path.to_owned());
        return Ok(());
    }
    if !is_folder(&stat) {
        return unlinkat(folder, name, AtFlags::empty());
    }
    let inner = openat(folder, name, FOLDER, Mode::empty())?;
    let before = left.kept.len() + left.failed.len();
    for name in names(&inner)? {
        remove(&inner, &name, &path.join(OsStr::from_bytes(name.to_bytes())), keep, left);
    }
    if left.kept.len() + left.failed.len() > before {
        return Ok(());
    }
    unlinkat(folder, name, AtFlags::REMOVEDIR)
}

fn look(folder: &OwnedFd, name: &CStr) -> Result<Stat> {
    statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)
}

fn is_folder(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode).is_dir()
}
