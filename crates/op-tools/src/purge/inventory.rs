//! What the NixOS module wrote down, so that it is known after the module is gone.

use std::collections::BTreeSet;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::{fs, os::unix::fs::MetadataExt as _};

use op_util::file;
use serde::Deserialize;

/// The version that this program reads.
const VERSION: u32 = 2;

/// The longest that is read. Thirty services take 6 kB.
const MOST_BYTES: u64 = 1 << 20;

/// The folders of a system that no service owns.
const SYSTEM: [&str; 13] = [
    "bin", "boot", "dev", "etc", "lib", "lib64", "nix", "proc", "run", "sbin", "sys", "usr", "root",
];

/// What this configuration of the module made, or any before it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Inventory {
    #[serde(rename = "version")]
    _version: u32,
    /// The folder of all services' folders.
    pub state_dir: PathBuf,
    /// The names of what the module made in `stateDir`.
    pub data: BTreeSet<String>,
    /// Further folders, of op-warden itself; systemd may keep what is in one beside it, in `private`.
    #[serde(default)]
    pub folders: BTreeSet<PathBuf>,
    pub containers: BTreeSet<String>,
    pub images: BTreeSet<String>,
    /// Files of keys that the module declared.
    pub secrets: BTreeSet<PathBuf>,
    /// Those that the operator declared: the host may go on with them, so they stay, wherever they are.
    #[serde(default)]
    pub operators_secrets: BTreeSet<PathBuf>,
    pub units: BTreeSet<String>,
    #[serde(rename = "user")]
    _user: String,
    /// The files that this was read from, the newest first.
    #[serde(skip)]
    pub files: Vec<PathBuf>,
    /// The folder of the inventories of all configurations, each by its hash.
    #[serde(skip)]
    pub former: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    #[error("cannot read the inventory {path}: {source}")]
    Read { path: String, source: io::Error },
    #[error("the inventory {path} is not valid: {source}. Nothing was removed.")]
    Format { path: String, source: serde_json::Error },
    #[error(
        "the inventory {path} has version {found}, and this op-warden reads {VERSION}: use that of the \
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
    /// Reads and checks an inventory, and those of former configurations in the folder beside it
    /// (`inventory.d` for `inventory.json`). None if there is no such file.
    pub fn load(path: &Path) -> Result<Option<Self>, InventoryError> {
        let Some(mut inventory) = Self::one(path)? else { return Ok(None) };
        inventory.files = vec![path.to_owned()];
        inventory.former = path.with_extension("d");
        for file in former(&inventory.former)? {
            let Some(other) = Self::one(&file)? else { continue };
            inventory.data.extend(other.data);
            inventory.folders.extend(other.folders);
            inventory.containers.extend(other.containers);
            inventory.images.extend(other.images);
            inventory.secrets.extend(other.secrets);
            inventory.operators_secrets.extend(other.operators_secrets);
            inventory.units.extend(other.units);
            inventory.files.push(file);
        }
        Ok(Some(inventory))
    }

    fn one(path: &Path) -> Result<Option<Self>, InventoryError> {
        let shown = || path.display().to_string();
        let text = match read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(InventoryError::Read { path: shown(), source }),
            Ok(None) => return Err(InventoryError::Writable(shown())),
            Ok(Some(text)) => text,
        };
        let inventory: Self = parse(&text, &shown())?;
        let wrong = |field: &'static str, path: &Path, why| {
            let path = path.display().to_string();
            InventoryError::Folder { field, path, why }
        };
        check_state_dir(&inventory.state_dir)
            .map_err(|why| wrong("stateDir", &inventory.state_dir, why))?;
        for folder in &inventory.folders {
            if !is_of_a_service(folder) {
                check_place(folder).map_err(|why| wrong("folders", folder, why))?;
            }
        }
        for name in inventory.data.iter().map(Path::new) {
            let mut parts = name.components();
            if !matches!((parts.next(), parts.next()), (Some(Component::Normal(only)), None) if only == name)
            {
                return Err(wrong("data", name, "is not a name in stateDir"));
            }
        }
        Ok(Some(inventory))
    }
}

/// The version first: an inventory of another one may have other fields.
fn parse(text: &[u8], path: &str) -> Result<Inventory, InventoryError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let invalid = |source| InventoryError::Format { path: path.to_owned(), source };
    let Versioned { version } = serde_json::from_slice(text).map_err(invalid)?;
    if version != VERSION {
        return Err(InventoryError::Version { path: path.to_owned(), found: version });
    }
    serde_json::from_slice(text).map_err(invalid)
}

/// The files in the folder, by name.
fn former(folder: &Path) -> Result<Vec<PathBuf>, InventoryError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => {
            return Err(InventoryError::Read { path: folder.display().to_string(), source });
        }
    };
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    Ok(files)
}

/// Whether the inventory is another's than the caller's. podman would look at other containers.
pub(super) fn is_of_another(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.uid() != rustix::process::geteuid().as_raw())
}

/// None if others than root and the caller can write the file.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let metadata = path.metadata()?;
    let own = [0, rustix::process::geteuid().as_raw()].contains(&metadata.uid());
    if !own || metadata.mode() & 0o022 != 0 {
        return Ok(None);
    }
    file::read(path, MOST_BYTES).map(Some)
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

/// A folder in `/run`, where each service has one of its own.
fn is_of_a_service(path: &Path) -> bool {
    let mut names = path.components().skip(2);
    path.starts_with("/run")
        && matches!((names.next(), names.next()), (Some(Component::Normal(_)), None))
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
    fn each_service_has_a_folder_in_run() {
        assert!(is_of_a_service(Path::new("/run/op-stack")));
        for path in ["/run", "/run/", "/run/a/b", "/run/..", "/srv/a", "run/a"] {
            assert!(!is_of_a_service(Path::new(path)), "{path}");
        }
    }

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
