//! Decrypted key files below `/run`, which is memory. Key files elsewhere are the operator's own.

use std::path::{Component, Path, PathBuf};
use std::{collections::BTreeSet, ffi::OsStr, fs, os::unix::fs::MetadataExt as _};

use rustix::fs::statfs;

use crate::purge::{Item, Kind, Outcome, tree::Keep};

/// The files of keys that a purge looks at.
#[derive(Debug, Clone, Copy)]
pub struct Secrets<'a> {
    /// Those that the module declared.
    pub ours: &'a BTreeSet<PathBuf>,
    /// Those that the operator declared.
    pub operators: &'a BTreeSet<PathBuf>,
    /// `/run`.
    pub run: &'a Path,
}

impl Secrets<'_> {
    /// The secrets that are there; with `yes`, ours below `run` are removed.
    #[must_use]
    pub fn purge(self, yes: bool) -> Vec<Item> {
        let Self { ours, operators, run } = self;
        let mut seen = BTreeSet::new();
        let mut items = Vec::new();
        for path in operators.iter().chain(ours) {
            let stays = operators.contains(path);
            let copies = if stays { vec![path.clone()] } else { copies(path, run) };
            for copy in copies {
                let Ok(metadata) = copy.symlink_metadata() else { continue };
                if seen.insert((metadata.dev(), metadata.ino())) {
                    items.push(one(&copy, metadata.len(), stays || !is_copy(&copy, run), yes));
                }
            }
        }
        items
    }

    /// What stays wherever it is: the operator's, what is no copy below `run`, and what copies link to.
    pub(super) fn kept(self) -> Keep {
        let kept = |path: &Path| self.operators.contains(path) || !is_copy(path, self.run);
        let all = || self.ours.iter().chain(self.operators);
        let links = all().filter(|path| kept(path)).map(|path| path.symlink_metadata());
        let real =
            all().filter_map(|path| path.canonicalize().ok().filter(|to| kept(path) || kept(to)));
        let targets = real.map(|path| path.symlink_metadata());
        let id = |metadata: fs::Metadata| ((metadata.dev(), metadata.ino()), "a key file of yours");
        links.chain(targets).flatten().map(id).collect()
    }
}

/// Says of the key files that were to stay whether they are there: they are looked at, last of all.
pub(super) fn confirm(items: &mut [Item]) {
    let kept = |item: &&mut Item| item.kind == Kind::Secret && item.outcome == Outcome::Kept;
    for item in items.iter_mut().filter(kept) {
        if let Err(error) = Path::new(&item.name).symlink_metadata() {
            item.becomes(Outcome::Failed, format!("was to stay: {error}"));
        }
    }
}

fn one(path: &Path, bytes: u64, stays: bool, yes: bool) -> Item {
    let mut item = Item::found(Kind::Secret, path.display().to_string(), Some(bytes));
    if stays {
        return item.kept("yours, not touched");
    }
    if yes {
        match fs::remove_file(path) {
            Ok(()) => item.outcome = Outcome::Removed,
            Err(error) => item.becomes(Outcome::Failed, error.to_string()),
        }
    }
    item
}

/// The file itself, what it links to, and the copies of older generations.
fn copies(path: &Path, run: &Path) -> Vec<PathBuf> {
    let mut all = vec![path.to_owned()];
    if is_copy(path, run) {
        all.extend(path.canonicalize().ok().filter(|real| is_copy(real, run)));
        let run = run.canonicalize().unwrap_or_else(|_| run.to_owned());
        for path in all.clone() {
            all.extend(generations(&path, &run));
        }
    }
    all
}

/// sops-nix and agenix decrypt to `/run/NAME.d/GENERATION/…`, and `/run/NAME` links to the newest
/// generation, which is a number. Any other `/run/NAME.d` is a stranger's.
fn generations(path: &Path, run: &Path) -> Vec<PathBuf> {
    let Ok(below) = path.strip_prefix(run) else { return Vec::new() };
    let mut names = below.iter();
    let Some(first) = names.next().and_then(OsStr::to_str) else { return Vec::new() };
    let name = first.strip_suffix(".d").unwrap_or(first);
    if name != first {
        names.next();
    }
    let rest = names.as_path();
    let (newest, folder) = (run.join(name), run.join(format!("{name}.d")));
    let leads_there = newest.is_symlink()
        && newest
            .canonicalize()
            .is_ok_and(|newest| newest.parent() == Some(&folder) && is_generation(&newest));
    if !leads_there || rest.as_os_str().is_empty() {
        return Vec::new();
    }
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let generations =
        entries.flatten().map(|entry| entry.path()).filter(|path| is_generation(path));
    generations.map(|generation| generation.join(rest)).filter(|copy| is_copy(copy, run)).collect()
}

fn is_generation(folder: &Path) -> bool {
    let name = folder.file_name().map(OsStr::as_encoded_bytes);
    name.is_some_and(|name| !name.is_empty() && name.iter().all(u8::is_ascii_digit))
}

/// A file below `run`, by its path and by where its folder really is, in memory: a disk may be mounted there.
fn is_copy(path: &Path, run: &Path) -> bool {
    let plain =
        path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    let real = |path: &Path| path.canonicalize().ok();
    let inside = path.parent().and_then(real).zip(real(run));
    plain
        && path.starts_with(run)
        && path.symlink_metadata().is_ok_and(|metadata| !metadata.is_dir())
        && inside.is_some_and(|(folder, run)| folder.starts_with(&run) && is_like(&folder, &run))
}

/// Whether the folder is on a file system as `run` is, or on the one that sops-nix mounts.
fn is_like(folder: &Path, run: &Path) -> bool {
    const RAMFS: u64 = 0x8584_58f6;
    let kind = |path: &Path| statfs(path).ok().map(|found| found.f_type.cast_unsigned());
    let found = kind(folder);
    found == Some(RAMFS) || found.is_some() && found == kind(run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn fates(items: &[Item], root: &Path) -> Vec<(String, Outcome)> {
        let root = format!("{}/", root.canonicalize().unwrap().display());
        let mut fates: Vec<_> =
            items.iter().map(|item| (item.name.replace(&root, ""), item.outcome)).collect();
        fates.sort_by(|one, other| one.0.cmp(&other.0));
        fates
    }

    #[test]
    fn copies_of_all_generations_go_and_other_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let run = root.join("run");
        for path in [
            "run/secrets.d/1",
            "run/secrets.d/2",
            "run/secrets.d/old",
            "run/op-stack",
            "run/plain",
            "run/plain.d/1",
            "etc",
        ] {
            fs::create_dir_all(root.join(path)).unwrap();
        }
        for path in [
            "run/secrets.d/1/batcher",
            "run/secrets.d/2/batcher",
            "run/secrets.d/2/other",
            "run/secrets.d/1/proposer",
            "run/secrets.d/2/proposer",
            "run/secrets.d/old/batcher",
            "run/plain/key",
            "run/plain.d/1/key",
            "etc/key",
        ] {
            fs::write(root.join(path), "key").unwrap();
        }
        symlink(run.join("secrets.d/2"), run.join("secrets")).unwrap();
        symlink(run.join("secrets/proposer"), run.join("op-stack/proposer")).unwrap();
        // By its path below /run, and really not.
        symlink(root.join("etc"), run.join("linked")).unwrap();
        let secrets: BTreeSet<PathBuf> = [
            "run/secrets/batcher",
            "run/op-stack/proposer",
            "run/plain/key",
            "etc/key",
            "run/linked/key",
            "run/../etc/key",
            "run/absent",
            "run/plain",
        ]
        .map(|path| root.join(path))
        .into();
        let operators = [root.join("run/secrets/other")].into();
        let found = |yes| Secrets { ours: &secrets, operators: &operators, run: &run }.purge(yes);
        let expected = |outcome| {
            vec![
                ("etc/key".to_owned(), Outcome::Kept),
                ("run/op-stack/proposer".to_owned(), outcome),
                ("run/plain".to_owned(), Outcome::Kept),
                ("run/plain/key".to_owned(), outcome),
                ("run/secrets.d/1/batcher".to_owned(), outcome),
                ("run/secrets.d/1/proposer".to_owned(), outcome),
                ("run/secrets.d/2/proposer".to_owned(), outcome),
                ("run/secrets/batcher".to_owned(), outcome),
                ("run/secrets/other".to_owned(), Outcome::Kept),
            ]
        };
        assert_eq!(fates(&found(false), &root), expected(Outcome::Found));
        assert!(root.join("run/secrets.d/1/batcher").exists());
        assert_eq!(fates(&found(true), &root), expected(Outcome::Removed));
        for gone in
            ["run/secrets.d/1/batcher", "run/secrets.d/2/batcher", "run/secrets.d/1/proposer"]
        {
            assert!(!root.join(gone).exists(), "{gone}");
        }
        for stays in
            ["etc/key", "run/secrets.d/2/other", "run/secrets.d/old/batcher", "run/plain.d/1/key"]
        {
            assert!(root.join(stays).exists(), "{stays}");
        }
        let second = found(true);
        assert!(second.iter().all(|item| item.outcome == Outcome::Kept), "{second:?}");
    }
}
