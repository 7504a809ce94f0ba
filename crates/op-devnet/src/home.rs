//! The folder that holds everything of one devnet.

use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use op_util::file::replace;

#[derive(Debug, Clone)]
pub(crate) struct Home {
    dir: PathBuf,
}

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

    /// Role keys, P2P identities and JWT secrets.
    pub(crate) fn keys(&self) -> PathBuf {
        self.dir.join("keys")
    }

    /// The services' databases.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// What a service printed.
    pub(crate) fn log(&self, service: &str) -> PathBuf {
        self.dir.join("logs").join(format!("{service}.log"))
    }

    /// op-warden's configuration.
    pub(crate) fn warden_config(&self) -> PathBuf {
        self.dir.join("op-warden.json")
    }

    /// What the running supervisor says of its services.
    pub(crate) fn status(&self) -> PathBuf {
        self.dir.join("status.json")
    }

    fn lock_file(&self) -> PathBuf {
        self.dir.join("lock")
    }

    /// Makes this process the folder's only supervisor.
    pub(crate) fn lock(&self) -> Result<Lock> {
        let path = self.lock_file();
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("cannot open {}", path.display()))?;
        if file.try_lock().is_err() {
            let pid =
                self.supervisor()?.map_or_else(|| "unknown".to_owned(), |pid| pid.to_string());
            bail!(
                "a devnet is running in {} (pid {pid}): stop it with op-devnet down --dir {0}, or \
                 choose another --dir",
                self.dir.display()
            );
        }
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "{}", std::process::id())?;
        Ok(Lock(file))
    }

    /// The pid of the supervisor, `None` when there is none.
    pub(crate) fn supervisor(&self) -> Result<Option<u32>> {
        let path = self.lock_file();
        let Ok(mut file) = File::open(&path) else { return Ok(None) };
        if file.try_lock_shared().is_ok() {
            return Ok(None);
        }
        let mut pid = String::new();
        file.read_to_string(&mut pid)?;
        pid.trim().parse().map(Some).with_context(|| format!("{} holds no pid", path.display()))
    }

    /// Removes everything but the lock and what is named in `keep`. For folders that a devnet made.
    pub(crate) fn clear(&self, _lock: &Lock, keep: &[&str]) -> Result<()> {
        for entry in fs::read_dir(&self.dir)? {
            let path = entry?.path();
            if path == self.lock_file() || keep.iter().any(|name| path.ends_with(name)) {
                continue;
            }
            let removed =
                if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.with_context(|| format!("cannot remove {}", path.display()))?;
        }
        Ok(())
    }

    /// Refuses a folder that holds something else than a devnet.
    pub(crate) fn check_ours(&self) -> Result<()> {
        let foreign = fs::read_dir(&self.dir)?
            .filter_map(Result::ok)
            .find(|entry| !is_ours(&entry.file_name().to_string_lossy()));
        ensure!(
            foreign.is_none(),
            "{} holds files that no devnet made ({}): choose another --dir",
            self.dir.display(),
            foreign.map(|entry| entry.file_name().display().to_string()).unwrap_or_default()
        );
        Ok(())
    }
}

/// Also what a killed supervisor was writing (`op_util::file`).
fn is_ours(name: &str) -> bool {
    OURS.contains(&name)
        || name.strip_prefix('.').and_then(|rest| rest.strip_suffix(".new")).is_some()
}

/// What a devnet keeps at the top of its folder.
const OURS: [&str; 9] =
    ["chain", "data", "keys", "l1", "lock", "logs", "op-warden.json", "ports.json", "status.json"];

/// Held while a supervisor runs; the kernel releases it with the process.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "dropping the file releases the lock")] File);

/// Writes a file of the devnet, whole or not at all.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<()> {
    replace(path, content).with_context(|| format!("cannot write {}", path.display()))
}
