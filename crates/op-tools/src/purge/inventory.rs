//! What the NixOS module wrote down, so that it is known after the module is gone.

use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::{fs::File, os::unix::fs::MetadataExt as _};

use serde::Deserialize;

/// The version that this program reads.
const VERSION: u32 = 1;

/// The folders of a system that no service owns.
const SYSTEM: [&str; 13] = [
    "bin", "boot", "dev", "etc", "lib", "lib64", "nix", "proc", "run", "sbin", "sys", "usr", "root",
];

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Inventory {
    pub version: u32,
    /// The folder of all services' folders.
    pub state_dir: PathBuf,
    /// Further folders, of op-warden itself; systemd may keep what is in one beside it, in `private`.
    #[serde(default)]
    pub folders: Vec<PathBuf>,
    pub containers: Vec<String>,
    pub images: Vec<String>,
    pub secrets: Vec<PathBuf>,
    pub units: Vec<String>,
    pub user: String,
}

#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    #[error("cannot read the inventory {path}: {source}")]
    Read { path: String, source: io::Error },
    #[error("the inventory {path} is not valid: {source}. Nothing was removed.")]
    Format { path: String, source: serde_json::Error },
    #[error(
        "the inventory {path} has version {found}, and this op-warden reads 1: use that of the \
            release which wrote it. Nothing was removed."
    )]
    Version { path: String, found: u32 },
    #[error(
        "the inventory {0} can be changed by others than root: look at it, then make it root's \
            (chown root: FILE; chmod 644 FILE). Nothing was removed."
    )]
    Writable(String),
    #[error("the inventory {0} is root's: run this as root (sudo). Nothing was removed.")]
    NotRoot(String),
    #[error("{field} {path} of the inventory {why}. Nothing was removed.")]
    Folder { field: &'static str, path: String, why: &'static str },
}

impl Inventory {
    /// Reads and checks an inventory. None if there is no such file.
    pub fn load(path: &Path) -> Result<Option<Self>, InventoryError> {
        let shown = || path.display().to_string();
        let text = match read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(InventoryError::Read { path: shown(), source }),
            Ok(None) => return Err(InventoryError::Writable(shown())),
            Ok(Some(text)) => text,
        };
        let inventory: Self = serde_json::from_slice(&text)
            .map_err(|source| InventoryError::Format { path: shown(), source })?;
        if inventory.version != VERSION {
            return Err(InventoryError::Version { path: shown(), found: inventory.version });
        }
        let wrong = |field: &'static str, path: &Path, why| {
            let path = path.display().to_string();
            InventoryError::Folder { field, path, why }
        };
        check_state_dir(&inventory.state_dir)
            .map_err(|why| wrong("stateDir", &inventory.state_dir, why))?;
        for folder in &inventory.folders {
            check_place(folder).map_err(|why| wrong("folders", folder, why))?;
        }
        Ok(Some(inventory))
    }
}

/// Whether the inventory is another's than the caller's. podman would look at other containers.
pub(super) fn is_of_another(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.uid() != rustix::process::geteuid().as_raw())
}

/// None if others than root and the caller can write the file.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    let own = [0, rustix::process::geteuid().as_raw()].contains(&metadata.uid());
    if !own || metadata.mode() & 0o022 != 0 {
        return Ok(None);
    }
    let mut text = Vec::new();
    file.read_to_end(&mut text).map(|_| Some(text))
}

fn check_state_dir(path: &Path) -> Result<(), &'static str> {
    check_place(path)?;
    let Ok(metadata) = path.symlink_metadata() else { return Ok(()) };
    if metadata.is_symlink() {
        return Err("is a symbolic link");
    }
    if !metadata.is_dir() {
        return Err("is not a folder");
    }
    // A link above it may lead to another place.
    path.canonicalize().map_err(|_| "cannot be resolved").and_then(|real| check_place(&real))
}

/// A folder that one service may own.
fn check_place(path: &Path) -> Result<(), &'static str> {
    if !path.is_absolute() {
        return Err("is not an absolute path");
    }
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names.push(name.to_string_lossy()),
            Component::RootDir => {}
            _ => return Err("has a .. in it"),
        }
    }
    match names.iter().map(AsRef::as_ref).collect::<Vec<&str>>()[..] {
        [] | [_] => Err("is fewer than two folders below /"),
        [first, ..] if SYSTEM.contains(&first) => Err("belongs to the system"),
        ["var" | "home", _] => Err("is shared with others than the stack"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_folder_of_its_own_is_a_state_dir() {
        for path in ["/var/lib/op-stack", "/srv/op-stack", "/mnt/disk/", "/var/lib/op-stack/a"] {
            assert_eq!(check_place(Path::new(path)), Ok(()), "{path}");
        }
        for path in [
            "",
            "/",
            "//",
            "/srv",
            "/srv/",
            "op-stack",
            "./a/b",
            "../a/b",
            "/var/lib",
            "/var/lib/",
            "/home/operator",
            "/etc/op-stack",
            "/nix/store/a",
            "/run/op-stack",
            "/srv/a/..",
            "/var/lib/op-stack/../..",
            "/srv/../etc",
        ] {
            assert!(check_place(Path::new(path)).is_err(), "{path}");
        }
    }
}
