//! Trees of files looked at and removed from open folder to open folder: no link is ever followed, even
//! one that appears in between, and no mount point below the first name is entered.

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, OsStr};
use std::os::{fd::OwnedFd, unix::ffi::OsStrExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, Statx, StatxAttributes, StatxFlags, makedev, openat,
    statx, unlinkat,
};
use rustix::io::{Errno, Result};

use crate::purge::{Item, Kind, Outcome};

const FOLDER: OFlags =
    OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC).union(OFlags::RDONLY);

const MOUNT: &str = "a mount point";

/// What stays, by device and inode, and what it is.
pub(super) type Keep = BTreeMap<(u64, u64), &'static str>;

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

/// A name in an open folder and all below it, removed with `yes`, but for what is kept.
///
/// The name itself may be a mount point: it is emptied then. One below it stays as it is.
pub(super) fn take(folder: &OwnedFd, name: &CStr, path: &Path, keep: &Keep, yes: bool) -> Item {
    let mut walk = Walk { keep, yes, bytes: 0, kept: Vec::new(), failed: Vec::new() };
    walk.enter(folder, name, path, None);
    let mut item = Item::found(Kind::Data, path.display().to_string(), Some(walk.bytes));
    if !walk.failed.is_empty() {
        item.becomes(Outcome::Failed, first_of(&walk.failed));
    } else if !walk.kept.is_empty() {
        let outcome = if yes { Outcome::Kept } else { Outcome::Found };
        item.becomes(outcome, format!("all but {}", walk.kept.join("; ")));
    } else if yes {
        item.outcome = Outcome::Removed;
    }
    item
}

struct Walk<'a> {
    keep: &'a Keep,
    yes: bool,
    /// What is removed takes so much on the disk.
    bytes: u64,
    kept: Vec<String>,
    failed: Vec<String>,
}

impl Walk<'_> {
    /// Goes on after a failure. `within` is the device of the folder; none for the first name.
    fn enter(&mut self, folder: &OwnedFd, name: &CStr, path: &Path, within: Option<u64>) {
        match self.try_enter(folder, name, path, within) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(Errno::BUSY) => self.keeps(path, MOUNT),
            Err(error) => self.failed.push(format!("{}: {error}", path.display())),
        }
    }

    fn try_enter(
        &mut self,
        folder: &OwnedFd,
        name: &CStr,
        path: &Path,
        within: Option<u64>,
    ) -> Result<()> {
        let stat = look(folder, name)?;
        let device = device(&stat);
        if let Some(why) = self.keep.get(&(device, stat.stx_ino)) {
            self.keeps(path, why);
            return Ok(());
        }
        let is_folder = FileType::from_raw_mode(stat.stx_mode.into()).is_dir();
        let is_mount = stat.stx_attributes.contains(StatxAttributes::MOUNT_ROOT);
        // On overlayfs files have another device than the folder that they are in.
        if within.is_some_and(|outside| is_mount || (is_folder && outside != device)) {
            self.keeps(path, MOUNT);
            return Ok(());
        }
        self.bytes = self.bytes.saturating_add(stat.stx_blocks.saturating_mul(512));
        if !is_folder {
            return self.unlink(folder, name, AtFlags::empty());
        }
        let inner = openat(folder, name, FOLDER, Mode::empty())?;
        let before = self.kept.len() + self.failed.len();
        for name in names(&inner)? {
            self.enter(&inner, &name, &joined(path, &name), Some(device));
        }
        if self.kept.len() + self.failed.len() > before {
            return Ok(());
        }
        self.unlink(folder, name, AtFlags::REMOVEDIR)
    }

    fn unlink(&self, folder: &OwnedFd, name: &CStr, flags: AtFlags) -> Result<()> {
        if self.yes { unlinkat(folder, name, flags) } else { Ok(()) }
    }

    fn keeps(&mut self, path: &Path, why: &str) {
        self.kept.push(format!("{} ({why})", path.display()));
    }
}

fn look(folder: &OwnedFd, name: &CStr) -> Result<Statx> {
    statx(folder, name, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::BASIC_STATS)
}

fn device(stat: &Statx) -> u64 {
    makedev(stat.stx_dev_major, stat.stx_dev_minor)
}

/// A folder without permission has thousands.
fn first_of(many: &[String]) -> String {
    let shown = many.iter().take(3).map(String::as_str).collect::<Vec<_>>().join("; ");
    match many.len().saturating_sub(3) {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}

/// A path from its folder and a name.
pub(super) fn joined(folder: &Path, name: &CStr) -> PathBuf {
    folder.join(OsStr::from_bytes(name.to_bytes()))
}
