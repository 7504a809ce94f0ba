//! Folders that systemd kept for op-warden (`StateDirectory=`). Of a service without a user of its own,
//! such a folder is a link to one of the same name in `private` beside it.

use std::{ffi::CString, os::unix::ffi::OsStrExt as _, path::Path};

use crate::purge::tree::{self, Keep, Left};
use crate::purge::{Item, Kind, Outcome};

/// The folders that are there, removed with `yes`.
#[must_use]
pub fn purge(folders: &[impl AsRef<Path>], yes: bool) -> Vec<Item> {
    folders.iter().flat_map(|folder| both(folder.as_ref(), yes)).collect()
}

/// What is in `private`, then the folder or the link itself.
fn both(path: &Path, yes: bool) -> Vec<Item> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Vec::new() };
    let Ok(plain) = CString::new(name.as_bytes()) else { return Vec::new() };
    let private = parent.join("private");
    let places = [private.as_path(), parent];
    places.into_iter().filter_map(|place| one(place, &plain, &place.join(name), yes)).collect()
}

fn one(place: &Path, name: &CString, path: &Path, yes: bool) -> Option<Item> {
    let folder = tree::open(place).ok()?;
    tree::id(&folder, name).ok()?;
    let item = Item::found(Kind::Data, path.display().to_string(), None);
    let mut item = match tree::size(&folder, name) {
        Ok(bytes) => Item { bytes: Some(bytes), ..item },
        Err(error) => item.failed(format!("its size is not known: {error}")),
    };
    if yes {
        let mut left = Left::default();
        tree::remove(&folder, name, path, &Keep::new(), &mut left);
        (item.outcome, item.note) = (Outcome::Removed, None);
        if let Some(failed) = left.failed.first() {
            item.becomes(Outcome::Failed, failed.clone());
        }
    }
    Some(item)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn what_systemd_kept_goes_with_the_link_to_it() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        for folder in ["private/op-warden", "private/another", "plain", "another"] {
            fs::create_dir_all(path(folder)).unwrap();
            fs::write(path(folder).join("state.json"), "x".repeat(10_000)).unwrap();
        }
        symlink("private/op-warden", path("op-warden")).unwrap();
        // A link: what it leads to is not ours.
        symlink("another", path("elsewhere")).unwrap();
        let folders = ["op-warden", "plain", "elsewhere", "absent"].map(path);
        let names = |items: &[Item]| -> Vec<String> {
            let short = |item: &Item| item.name.replace(&format!("{}/", root.path().display()), "");
            items.iter().map(short).collect()
        };
        let expected = ["private/op-warden", "op-warden", "plain", "elsewhere"];
        let found = purge(&folders, false);
        assert_eq!(names(&found), expected);
        assert!(found.iter().all(|item| item.outcome == Outcome::Found));
        assert!(found[0].bytes >= Some(10_000));
        assert!(path("op-warden/state.json").exists());
        let removed = purge(&folders, true);
        assert_eq!(names(&removed), expected);
        assert!(removed.iter().all(|item| item.outcome == Outcome::Removed));
        let mut left: Vec<_> =
            fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["another", "private"]);
        assert!(path("private/another/state.json").exists() && path("another/state.json").exists());
        assert!(purge(&folders, true).is_empty());
    }
}
