//! Room on the disks that the services' data lies on.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use tokio::task::JoinSet;

use crate::gate::Gate;
use crate::read::{blocking::on_a_thread, request::Request};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// The folder, or the nearest one above it that is there.
    pub folder: PathBuf,
    /// Bytes that are free for a program without rights.
    pub free: u64,
}

pub(super) async fn read(request: &Request<'_>) -> BTreeMap<PathBuf, io::Result<Disk>> {
    let patience = request.patience();
    let judged = request.judged_by(Gate::Disk);
    let folders: BTreeSet<&PathBuf> =
        judged.filter_map(|service| service.data_dir.as_ref()).collect();
    let mut tasks = JoinSet::new();
    for folder in folders {
        let folder = folder.clone();
        tasks.spawn(async move {
            let path = folder.clone();
            let read = on_a_thread("disk", patience, move || disk(&path)).await;
            (folder, read.and_then(|disk| disk))
        });
    }
    tasks.join_all().await.into_iter().collect()
}

/// A folder that is not made yet will be on the file system of the one above it.
pub fn disk(folder: &Path) -> io::Result<Disk> {
    let mut missing = io::Error::from(io::ErrorKind::NotFound);
    for folder in folder.ancestors() {
        match rustix::fs::statvfs(folder) {
            Ok(stat) => {
                let free = stat.f_bavail.saturating_mul(stat.f_frsize);
                return Ok(Disk { folder: folder.to_owned(), free });
            }
            Err(rustix::io::Errno::NOENT) => missing = rustix::io::Errno::NOENT.into(),
            Err(error) => return Err(error.into()),
        }
    }
    Err(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_to_come_is_measured_by_the_one_above_it() {
        let dir = tempfile::tempdir().unwrap();
        let there = disk(dir.path()).unwrap();
        assert_eq!(there.folder, dir.path());
        assert!(there.free > 0);
        assert_eq!(disk(&dir.path().join("a/b/c")).unwrap().folder, dir.path());
        std::fs::write(dir.path().join("file"), "").unwrap();
        assert!(disk(&dir.path().join("file/a")).is_err());
        assert!(disk(Path::new("no/such/relative/path")).is_err());
    }
}
