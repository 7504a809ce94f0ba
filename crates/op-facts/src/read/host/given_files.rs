//! The files that a service's program is given and that no other gate looks at.

use std::path::{Path, PathBuf};
use std::{collections::BTreeMap, fs::File, io, io::Read as _};

use op_exec::secret::{self, SecretError};
use zeroize::Zeroizing;

use crate::read::{blocking::on_a_thread, request::Request};
use crate::{config::Service, gate::Gate};

/// Whether each can be read and holds something, by its path.
pub type GivenFiles = BTreeMap<PathBuf, io::Result<()>>;

pub(in crate::read) async fn read(request: &Request<'_>) -> GivenFiles {
    let mut read = GivenFiles::new();
    for (path, look) in request.judged_by(Gate::GivenFiles).flat_map(given) {
        let file = path.clone();
        let found = on_a_thread("given files", request.patience(), move || look(&file)).await;
        read.insert(path, found.and_then(|found| found));
    }
    read
}

type Look = fn(&Path) -> io::Result<()>;

fn given(service: &Service) -> impl Iterator<Item = (PathBuf, Look)> {
    let files = service.files.iter().map(|path| (path.clone(), something as Look));
    files.chain(service.credential_files.iter().map(|path| (path.clone(), one_line as Look)))
}

/// As op-exec reads it before the program starts.
fn one_line(path: &Path) -> io::Result<()> {
    match secret::line(path).map(Zeroizing::new) {
        Ok(_) => Ok(()),
        Err(SecretError::Read(error)) => Err(error),
        Err(error) => Err(io::Error::other(error.to_string())),
    }
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
    fn a_credential_is_one_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("credential");
        assert_eq!(one_line(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
        for (content, is_line) in
            [("key\n", true), ("", false), ("\n", false), ("one\ntwo\n", false), ("\0", false)]
        {
            std::fs::write(&path, content).unwrap();
            assert_eq!(one_line(&path).is_ok(), is_line, "{content:?}");
        }
    }

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
