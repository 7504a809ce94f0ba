//! Keeps two op-devnet processes from building over each other.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use op_util::terminal;

/// Between two looks at a lock that another process holds.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Waits until no other process builds in `cache_dir`; the lock lasts as long as the file is open.
///
/// It is polled because a blocking wait could not be interrupted.
pub(crate) async fn lock(cache_dir: &Path) -> anyhow::Result<File> {
    let path = cache_dir.join("lock");
    let file = fs::create_dir_all(cache_dir)
        .and_then(|()| File::create(&path))
        .with_context(|| format!("cannot create {}", path.display()))?;
    let mut announced = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if announced => {}
            Err(TryLockError::WouldBlock) => {
                terminal::line(format_args!(
                    "waiting for another op-devnet that builds in {}",
                    cache_dir.display()
                ));
                announced = true;
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waits_until_the_other_holder_is_done() {
        let dir = tempfile::tempdir().unwrap();
        let held = lock(dir.path()).await.unwrap();
        let soon = POLL_INTERVAL * 2;
        assert!(tokio::time::timeout(soon, lock(dir.path())).await.is_err(), "is held");
        drop(held);
        tokio::time::timeout(soon, lock(dir.path())).await.expect("is free").unwrap();
    }
}
