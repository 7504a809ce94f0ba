//! The folder that holds everything of one devnet: where each thing lies, who runs it, and what of it
//! may be removed.

mod lock;

use std::{fs, io, path::Path, path::PathBuf};

use anyhow::{Context, Result, bail, ensure};
use op_util::file::replace;
use rustix::process::Pid;

pub(crate) use self::lock::Lock;
use crate::keys;

#[derive(Debug, Clone)]
pub(crate) struct Home {
    dir: PathBuf,
}

const LOCK: &str = "lock";
const KEYS: &str = "keys";
const STATUS: &str = "status.json";
const BUNDLE: &str = "bundle";
pub(crate) const WRITTEN_LAST: &str = "chain.json";

/// What a devnet keeps at the top of its folder.
const OURS: [&str; 10] =
    [BUNDLE, "chain", "data", KEYS, "l1", LOCK, "logs", "op-warden.json", "ports.json", STATUS];

impl Home {
    /// The folder at `dir`, made if it is not there.
    pub(crate) fn create(dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir)
            .with_context(|| format!("cannot make the folder {}", dir.display()))?;
        Self::open(dir)
    }

    /// The folder at `dir`, which must be there.
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        let dir = dir.canonicalize().with_context(|| {
            format!("there is no devnet in {}: op-devnet up --dir {0} makes one", dir.display())
        })?;
        Ok(Self { dir })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// genesis.json, rollup.json, addresses and what else describes the chain.
    pub(crate) fn chain(&self) -> PathBuf {
        self.dir.join("chain")
    }

    /// The bundle of the chain that is followed, where it is somebody else's.
    pub(crate) fn bundle(&self) -> PathBuf {
        self.dir.join(BUNDLE)
    }

    /// Role keys, P2P identities and JWT secrets.
    pub(crate) fn keys(&self) -> PathBuf {
        self.dir.join(KEYS)
    }

    /// The services' databases.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// The saved state of the L1.
    pub(crate) fn l1(&self) -> PathBuf {
        self.dir.join("l1")
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.dir.join("logs")
    }

    /// What a service printed.
    pub(crate) fn log(&self, service: &str) -> PathBuf {
        self.logs().join(format!("{service}.log"))
    }

    /// op-warden's configuration.
    pub(crate) fn warden_config(&self) -> PathBuf {
        self.dir.join("op-warden.json")
    }

    /// What the running supervisor says of its services.
    pub(crate) fn status(&self) -> PathBuf {
        self.dir.join(STATUS)
    }

    /// What is left to do with a chain that cannot go on.
    pub(crate) fn way_out(&self) -> String {
        let dir = self.dir.display();
        format!(
            "choose another --dir, which keeps what is here; or op-devnet reset --dir {dir}, which lists what goes with the \
             chain and asks (keys that you brought stay)"
        )
    }

    /// Makes this process the folder's only supervisor. What an earlier one said of itself, and what it
    /// had not finished writing, is gone then.
    ///
    /// Errors: when another one runs, or the folder holds something that no devnet made.
    pub(crate) fn lock(&self) -> Result<Lock> {
        self.check_ours()?;
        let Some(lock) = Lock::take(&self.dir.join(LOCK))? else {
            let pid =
                self.supervisor()?.map_or_else(|| "unknown".to_owned(), |pid| pid.to_string());
            let dir = self.dir.display();
            bail!(
                "a devnet is running, or being stopped, in {dir} (pid {pid}): stop it with op-devnet down --dir \
                 {dir}, or choose another --dir"
            );
        };
        for (name, path) in self.entries()? {
            if name == STATUS || unfinished(&name).is_some() {
                remove(&path)?;
            }
        }
        Ok(lock)
    }

    /// The pid of the supervisor, `None` when there is none.
    ///
    /// Not for the supervisor itself, whose lock this would release.
    pub(crate) fn supervisor(&self) -> Result<Option<Pid>> {
        lock::holder(&self.dir.join(LOCK))
    }

    /// What [`Self::clear`] removes: the chain, and the keys that were made for it.
    pub(crate) fn goes(&self) -> Result<Vec<PathBuf>> {
        let entries = self.entries()?.into_iter();
        let chain = entries.filter(|(name, _)| ![LOCK, KEYS, STATUS].contains(&name.as_str()));
        let mut goes: Vec<PathBuf> = chain.map(|(_, path)| path).collect();
        goes.sort();
        goes.extend(keys::made_here(&self.keys())?);
        Ok(goes)
    }

    /// Removes the chain, first what makes it complete, with all keys but those that the operator brought.
    pub(crate) fn clear(&self, _lock: &Lock) -> Result<()> {
        remove(&self.chain().join(WRITTEN_LAST))?;
        for (name, path) in self.entries()? {
            // The status is this run's: `lock` has removed the one before.
            if ![LOCK, KEYS, STATUS].contains(&name.as_str()) {
                remove(&path)?;
            }
        }
        keys::remove_made(&self.keys())
    }

    /// Refuses a folder that holds something else than a devnet.
    pub(crate) fn check_ours(&self) -> Result<()> {
        let entries = self.entries()?;
        let names = || entries.iter().map(|(name, _)| name.as_str());
        let locked = names().any(|name| name == LOCK);
        // The first thing that a devnet makes is its lock. An operator may have brought keys before.
        let foreign = names().find(|name| {
            !OURS.contains(name) && unfinished(name).is_none() || !locked && *name != KEYS
        });
        ensure!(
            foreign.is_none(),
            "{} holds files that no devnet made ({}): choose another --dir",
            self.dir.display(),
            foreign.unwrap_or_default()
        );
        Ok(())
    }

    fn entries(&self) -> Result<Vec<(String, PathBuf)>> {
        let entries = fs::read_dir(&self.dir)
            .with_context(|| format!("cannot read {}", self.dir.display()))?;
        entries
            .map(|entry| {
                let entry = entry?;
                Ok((entry.file_name().to_string_lossy().into_owned(), entry.path()))
            })
            .collect()
    }
}

/// The file of ours that a killed supervisor was writing under this name (`op_util::file`).
fn unfinished(name: &str) -> Option<&str> {
    let (file, _writer) = name.strip_prefix('.')?.strip_suffix(".new")?.rsplit_once('.')?;
    OURS.contains(&file).then_some(file)
}

fn remove(path: &Path) -> Result<()> {
    let is_folder = path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
    match if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) } {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.with_context(|| format!("cannot remove {}", path.display())),
    }
}

/// Writes a file of the devnet, whole or not at all.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<()> {
    replace(path, content).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(names: &[&str]) -> (tempfile::TempDir, Home) {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            fs::write(dir.path().join(name), "x").unwrap();
        }
        let home = Home::open(dir.path()).unwrap();
        (dir, home)
    }

    #[test]
    fn what_a_killed_supervisor_was_writing_is_removed() {
        let (dir, home) = home(&["lock", "status.json", ".status.json.4294967295-Ab3.new"]);
        home.lock().unwrap();
        let left: Vec<String> = home.entries().unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(left, ["lock"]);
        drop(dir);
    }

    #[test]
    fn files_that_no_devnet_made_are_left_alone() {
        let foreign: [&[&str]; 4] = [
            &["lock", "thesis.txt"],
            &["lock", ".thesis.1-a.new"],
            &["data", "logs"],
            &["status.json"],
        ];
        for names in foreign {
            let (_dir, home) = home(names);
            let error = home.lock().unwrap_err().to_string();
            assert!(error.contains("that no devnet made"), "{names:?}: {error}");
            assert_eq!(home.entries().unwrap().len(), names.len());
        }
    }

    #[test]
    fn keys_may_be_there_before() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(KEYS)).unwrap();
        Home::open(dir.path()).unwrap().lock().unwrap();
    }
}
