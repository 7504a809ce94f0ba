//! The chain data: the folders that the module made in `stateDir`, the inventory, and `stateDir` itself.
//! What else lies there is named and stays.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::io::{self, ErrorKind};
use std::os::{fd::OwnedFd, unix::fs::MetadataExt as _};
use std::path::Path;
use std::{fs, fs::Metadata};

use crate::purge::inventory::Inventory;
use crate::purge::tree::{self, Keep};
use crate::purge::{Item, Kind, Outcome};

#[derive(Debug, thiserror::Error)]
#[error("cannot open stateDir {path}: {source}. Nothing was removed.")]
pub struct StateError {
    path: String,
    source: io::Error,
}

/// The folder of all services' folders, held open.
#[derive(Debug)]
pub struct StateDir<'a> {
    inventory: &'a Inventory,
    /// None if it is not there.
    folder: Option<OwnedFd>,
}

impl<'a> StateDir<'a> {
    /// Opens the folder.
    pub fn open(inventory: &'a Inventory) -> Result<Self, StateError> {
        let folder = match tree::open(&inventory.state_dir).map_err(io::Error::from) {
            Ok(folder) => Some(folder),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(source) => {
                return Err(StateError { path: inventory.state_dir.display().to_string(), source });
            }
        };
        Ok(Self { inventory, folder })
    }

    /// What lies in the folder but the inventory; with `yes` the module's is removed.
    pub(super) fn data(&self, keep: &Keep, yes: bool) -> Vec<Item> {
        let Some(folder) = &self.folder else { return Vec::new() };
        match self.names(folder) {
            Ok(names) => names.iter().map(|name| self.one(folder, name, keep, yes)).collect(),
            Err(error) => vec![self.item().failed(error.to_string())],
        }
    }

    fn one(&self, folder: &OwnedFd, name: &CString, keep: &Keep, yes: bool) -> Item {
        let path = tree::joined(&self.inventory.state_dir, name);
        let is_made = name.to_str().is_ok_and(|name| self.inventory.data.contains(name));
        if is_made {
            return tree::take(folder, name, &path, keep, yes);
        }
        Item::found(Kind::Data, path.display().to_string(), None)
            .kept("not the module's, not touched")
    }

    /// The inventory and the folder itself, removed with `yes`. `kept`: something in it stays.
    #[must_use]
    pub fn rest(&self, yes: bool, kept: bool) -> Vec<Item> {
        let mut inventory: Vec<_> =
            self.inventory.files.iter().map(|file| inventory_item(file.as_path())).collect();
        let mut state = self.item();
        if yes {
            match self.folder.as_ref().map_or(Ok(Vec::new()), |folder| self.names(folder)) {
                Ok(left) if left.is_empty() || kept => {
                    self.remove_rest(&mut inventory, &mut state, kept);
                }
                Ok(_) => state.becomes(Outcome::Failed, "something new has appeared in it"),
                Err(error) => state.becomes(Outcome::Failed, error.to_string()),
            }
        }
        inventory.extend(self.folder.is_some().then_some(state));
        inventory
    }

    fn remove_rest(&self, inventory: &mut [Item], state: &mut Item, kept: bool) {
        // The newest is the first of the list, and goes last: without it nothing is known.
        for (file, item) in self.inventory.files.iter().zip(inventory).rev() {
            match fs::remove_file(file) {
                Ok(()) => item.outcome = Outcome::Removed,
                Err(error) => return item.becomes(Outcome::Failed, error.to_string()),
            }
        }
        // There only if there were former configurations; what else is in it stays.
        let _ = fs::remove_dir(&self.inventory.former);
        if kept {
            return state.becomes(Outcome::Kept, "holds what is kept");
        }
        match fs::remove_dir(&self.inventory.state_dir) {
            Ok(()) => state.outcome = Outcome::Removed,
            Err(error) if error.kind() == ErrorKind::ResourceBusy => {
                state.becomes(Outcome::Kept, "a mount point; it is empty");
            }
            Err(error) => state.becomes(Outcome::Failed, error.to_string()),
        }
    }

    /// The names in the folder that are not the inventory's.
    fn names(&self, folder: &OwnedFd) -> rustix::io::Result<Vec<CString>> {
        let id = |path: &Path| {
            path.symlink_metadata().ok().map(|there: Metadata| (there.dev(), there.ino()))
        };
        let files = self.inventory.files.iter().chain([&self.inventory.former]);
        let own: BTreeSet<_> = files.filter_map(|file| id(file)).collect();
        let mut names = tree::names(folder)?;
        names.retain(|name| {
            id(&tree::joined(&self.inventory.state_dir, name)).is_none_or(|id| !own.contains(&id))
        });
        Ok(names)
    }

    fn item(&self) -> Item {
        Item::found(Kind::StateDir, self.inventory.state_dir.display().to_string(), None)
    }
}

fn inventory_item(file: &Path) -> Item {
    let bytes = file.symlink_metadata().ok().map(|metadata| metadata.len());
    Item::found(Kind::Inventory, file.display().to_string(), bytes)
}
