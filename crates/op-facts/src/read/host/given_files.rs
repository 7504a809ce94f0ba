//! The files that a service's program is given and that no other gate looks at.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::{io, io::Read as _};

use crate::read::{blocking::on_a_thread, request::Request};
use crate::{config::Service, gate::Gate};

/// Whether each can be read and holds something, by its path.
pub type GivenFiles = BTreeMap<PathBuf, io::Result<()>>;

pub(super) async fn read(request: &Request<'_>) -> GivenFiles {
    let of = |service: &Service| service.files.clone();
    let paths: BTreeSet<PathBuf> = request.judged_by(Gate::GivenFiles).flat_map(of).collect();
    let mut read = GivenFiles::new();
    for path in paths {
        let file = path.clone();
        let found = on_a_thread("given files", request.patience(), move || something(&file)).await;
        read.insert(path, found.and_then(|found| found));
    }
    read
}

/// A pipe would never end, and a device is no file to mount.
fn something(path: &Path) -> io::Result<()> {
    let found = path.metadata()?;
    if found.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    if !found.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    match File::open(path)?.read(&mut [0])? {
        0 => Err(io::Error::other("it is empty")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_must_hold_something() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        assert_eq!(something(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
        std::fs::write(&path, "").unwrap();
        something(&path).unwrap_err();
        std::fs::write(&path, "x").unwrap();
        something(&path).unwrap();
        something(dir.path()).unwrap_err();
        something(Path::new("/dev/zero")).unwrap_err();
    }
}
