//! One supervisor a folder. The kernel knows which process holds the lock, and releases it with the
//! process: nothing that an earlier one wrote can be taken for the present one.

use std::{fs::File, io, path::Path};

use anyhow::{Context, Result};
use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::io::Errno;
use rustix::process::{Flock, FlockType, Pid, fcntl_getlk};

/// Held while a supervisor runs.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "closing the file releases the lock")] File);

impl Lock {
    /// The lock, `None` when another process has it.
    pub(super) fn take(path: &Path) -> Result<Option<Self>> {
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .with_context(|| format!("cannot open {}", path.display()))?;
        match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self(file))),
            Err(Errno::AGAIN | Errno::ACCESS) => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
        }
    }
}

/// The process that holds the lock.
pub(super) fn holder(path: &Path) -> Result<Option<Pid>> {
    let failed = || format!("cannot see who holds {}", path.display());
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.with_context(failed)?,
    };
    let held = fcntl_getlk(&file, &Flock::from(FlockType::WriteLock)).with_context(failed)?;
    held.map(|lock| lock.pid.context("its process is not of this host or container"))
        .transpose()
        .with_context(failed)
}
