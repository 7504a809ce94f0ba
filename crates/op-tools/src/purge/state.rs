//! The chain data: the folders of the services, the inventory, and the folder of all.

use std::ffi::{CString, OsStr};
use std::fs;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::{ffi::OsStrExt as _, fs::MetadataExt as _};
use std::path::{Path, PathBuf};

use crate::purge::tree::{self, Keep, Left};
use crate::purge::{Item, Kind, Outcome, secrets};

#[derive(Debug, thiserror::Error)]
#[error("cannot open stateDir {path}: {source}. Nothing was removed.")]
pub struct StateError {
    path: String,
    source: io::Error,
}

/// The folder of all services' folders, held open.
#[derive(Debug)]
pub struct StateDir {
    path: PathBuf,
    /// None if it is not there.
    folder: Option<OwnedFd>,
    inventory: PathBuf,
    inventory_id: Option<(u64, u64)>,
    /// The operator's own key files, which may lie in it.
    keep: Keep,
}

impl StateDir {
    /// Opens the folder and notes what of it stays.
    pub fn open(
        path: &Path,
        inventory: &Path,
        secrets: &[PathBuf],
        run: &Path,
    ) -> Result<Self, StateError> {
        let folder = match tree::open(path).map_err(io::Error::from) {
            Ok(folder) => Some(folder),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(source) => return Err(StateError { path: path.display().to_string(), source }),
        };
        let id = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        // A link to a key stays as well as the key.
        let keep = secrets::yours(secrets, run)
            .flat_map(|path| [path.metadata(), path.symlink_metadata()])
            .flatten()
            .map(id)
            .collect();
        let inventory_id = inventory.symlink_metadata().ok().map(id);
        Ok(Self {
            path: path.to_owned(),
            folder,
            inventory: inventory.to_owned(),
            inventory_id,
            keep,
        })
    }

    /// What lies in the folder, removed with `yes`; not the inventory.
    #[must_use]
    pub fn data(&self, yes: bool) -> Vec<Item> {
        let Some(folder) = &self.folder else { return Vec::new() };
        match self.names(folder) {
            Ok(names) => names.iter().map(|name| self.one(folder, name, yes)).collect(),
            Err(error) => vec![
                Item::found(Kind::Data, self.path.display().to_string(), None)
                    .failed(error.to_string()),
            ],
        }
    }

    /// The inventory and the folder itself, removed with `yes`. The folder stays if it holds keys.
    #[must_use]
    pub fn rest(&self, yes: bool, holds_keys: bool) -> Vec<Item> {
        let length = self.inventory.symlink_metadata().map(|metadata| metadata.len()).ok();
        let mut inventory =
            Item::found(Kind::Inventory, self.inventory.display().to_string(), length);
        let mut state = Item::found(Kind::StateDir, self.path.display().to_string(), None);
        if yes {
            self.remove_rest(&mut inventory, &mut state, holds_keys);
        }
        if self.folder.is_some() { vec![inventory, state] } else { vec![inventory] }
    }

    fn remove_rest(&self, inventory: &mut Item, state: &mut Item, holds_keys: bool) {
        let left = self.folder.as_ref().map_or(Ok(Vec::new()), |folder| self.names(folder));
        match left {
            Ok(left) if left.is_empty() || holds_keys => {}
            Ok(_) => return state.becomes(Outcome::Failed, "something new has appeared in it"),
            Err(error) => return state.becomes(Outcome::Failed, error.to_string()),
        }
        match fs::remove_file(&self.inventory) {
            Ok(()) => inventory.outcome = Outcome::Removed,
            Err(error) => return inventory.becomes(Outcome::Failed, error.to_string()),
        }
        if holds_keys {
            return state.becomes(Outcome::Kept, "holds key files of yours");
        }
        match fs::remove_dir(&self.path) {
            Ok(()) => state.outcome = Outcome::Removed,
            Err(error) if error.kind() == ErrorKind::ResourceBusy => {
                state.becomes(Outcome::Kept, "a mount point; it is empty");
            }
            Err(error) => state.becomes(Outcome::Failed, error.to_string()),
        }
    }

    fn names(&self, folder: &OwnedFd) -> rustix::io::Result<Vec<CString>> {
        let mut names = tree::names(folder)?;
        names.retain(|name| tree::id(folder, name).ok() != self.inventory_id);
        Ok(names)
    }

    fn one(&self, folder: &OwnedFd, name: &CString, yes: bool) -> Item {
        let path = self.path.join(os(name));
        let item = Item::found(Kind::Data, path.display().to_string(), None);
        let mut item = match tree::size(folder, name) {
            Ok(bytes) => Item { bytes: Some(bytes), ..item },
            Err(error) => item.failed(format!("its size is not known: {error}")),
        };
        if !yes {
            return item;
        }
        let mut left = Left::default();
        tree::remove(folder, name, &path, &self.keep, &mut left);
        (item.outcome, item.note) = (Outcome::Removed, None);
        if !left.failed.is_empty() {
            item.becomes(Outcome::Failed, some(&left.failed));
        } else if !left.kept.is_empty() {
            let kept: Vec<_> = left.kept.iter().map(|path| path.display().to_string()).collect();
            item.becomes(
                Outcome::Kept,
                format!("removed but for key files of yours: {}", kept.join(", ")),
            );
        }
        item
    }
}

fn os(name: &CString) -> &OsStr {
    OsStr::from_bytes(name.to_bytes())
}

/// The first failures; a folder without permission has thousands.
fn some(failed: &[String]) -> String {
    let shown = failed.iter().take(3).cloned().collect::<Vec<_>>().join("; ");
    match failed.len().saturating_sub(3) {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}
