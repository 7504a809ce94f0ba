//! Folders that systemd kept for op-warden (`StateDirectory=`). Of a service without a user of its own,
//! such a folder is a link to one of the same name in `private` beside it.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::{collections::BTreeSet, ffi::CString};

use crate::purge::tree::{self, Keep};
use crate::purge::{Item, Kind};

/// The folders that are there, removed with `yes`.
pub(super) fn purge(folders: &BTreeSet<PathBuf>, keep: &Keep, yes: bool) -> Vec<Item> {
    folders.iter().flat_map(|folder| one(folder, keep, yes)).collect()
}

/// What the link leads to, then the link; or the folder.
fn one(path: &Path, keep: &Keep, yes: bool) -> Vec<Item> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Vec::new() };
    let linked = Path::new("private").join(name);
    match path.read_link() {
        Ok(to) if to == linked => {
            let private = take(&parent.join(linked), keep, yes);
            private.into_iter().chain(take(path, keep, yes)).collect()
        }
        Ok(to) => {
            let note = format!("a link to {}, which systemd did not make", to.display());
            vec![Item::found(Kind::Data, path.display().to_string(), None).kept(note)]
        }
        Err(_) => take(path, keep, yes).into_iter().collect(),
    }
}

fn take(path: &Path, keep: &Keep, yes: bool) -> Option<Item> {
    path.symlink_metadata().ok()?;
    let folder = tree::open(path.parent()?).ok()?;
    let name = CString::new(path.file_name()?.as_bytes()).ok()?;
    Some(tree::take(&folder, &name, path, keep, yes))
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;
    use crate::purge::Outcome;

    #[test]
    fn what_systemd_kept_goes_with_the_link_to_it() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        for folder in ["private/op-warden", "private/plain", "plain", "another"] {
            fs::create_dir_all(path(folder)).unwrap();
            fs::write(path(folder).join("state.json"), "x".repeat(10_000)).unwrap();
        }
        symlink("private/op-warden", path("op-warden")).unwrap();
        symlink("another", path("elsewhere")).unwrap();
        let folders: BTreeSet<PathBuf> =
            ["op-warden", "plain", "elsewhere", "absent"].map(path).into();
        let seen = |items: &[Item]| -> Vec<(String, Outcome)> {
            let short = |item: &Item| item.name.replace(&format!("{}/", root.path().display()), "");
            items.iter().map(|item| (short(item), item.outcome)).collect()
        };
        let expected = |outcome| {
            let ours = ["private/op-warden", "op-warden", "plain"].map(|name| (name, outcome));
            let all = [&[("elsewhere", Outcome::Kept)][..], &ours].concat();
            all.into_iter().map(|(name, outcome)| (name.to_owned(), outcome)).collect::<Vec<_>>()
        };
        let found = purge(&folders, &Keep::new(), false);
        assert_eq!(seen(&found), expected(Outcome::Found));
        assert!(found[1].bytes >= Some(10_000));
        assert!(path("op-warden/state.json").exists());
        assert_eq!(seen(&purge(&folders, &Keep::new(), true)), expected(Outcome::Removed));
        let mut left: Vec<_> =
            fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["another", "elsewhere", "private"]);
        assert!(path("private/plain/state.json").exists() && path("another/state.json").exists());
    }
}
