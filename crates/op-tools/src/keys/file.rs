//! A new file, whole or not at all, never over another.

use std::path::{Path, PathBuf};
use std::{fs::Permissions, io, os::unix::fs::PermissionsExt as _};

use op_util::file;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// The owner: mode 0600.
    Owner,
    /// Everybody: mode 0644.
    Everybody,
}

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error(
        "{0} exists and was left as it is. Give --out another name, or first move the file away: \
            the key in it may be the only copy."
    )]
    Exists(String),
    #[error("there is no folder {0}: make it first (mkdir -p). Nothing was written.")]
    NoFolder(String),
    #[error("{0} names no file")]
    NoName(String),
    #[error("cannot write {file}: {source}. Nothing was written.")]
    Write { file: String, source: io::Error },
}

/// The place of a file that is yet to be written.
#[derive(Debug)]
pub struct NewFile<'a> {
    path: &'a Path,
    folder: PathBuf,
}

impl<'a> NewFile<'a> {
    /// Fails early if the file exists or its folder does not.
    pub fn at(path: &'a Path) -> Result<Self, FileError> {
        let shown = || path.display().to_string();
        let folder = match path.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => return Err(FileError::NoName(shown())),
        };
        if path.file_name().is_none() {
            return Err(FileError::NoName(shown()));
        }
        // A dangling link is something, too.
        if path.symlink_metadata().is_ok() {
            return Err(FileError::Exists(shown()));
        }
        if !folder.is_dir() {
            return Err(FileError::NoFolder(folder.display().to_string()));
        }
        Ok(Self { path, folder: folder.to_owned() })
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        self.path
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes the file and makes sure that it survives a power cut.
    pub fn write(&self, content: &[u8], readers: Readers) -> Result<(), FileError> {
        let shown = || self.path.display().to_string();
        let failed = |source| FileError::Write { file: shown(), source };
        let mode = match readers {
            Readers::Owner => 0o600,
            Readers::Everybody => 0o644,
        };
        let permissions = Permissions::from_mode(mode);
        file::create(self.path, Some(permissions), content).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => FileError::Exists(shown()),
            _ => failed(error),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_appears_in_between_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let file = NewFile::at(&path).unwrap();
        std::fs::write(&path, "another").unwrap();
        assert!(matches!(file.write(b"key", Readers::Owner), Err(FileError::Exists(_))));
        assert_eq!(std::fs::read(&path).unwrap(), b"another");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_names_no_new_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let dangling = folder.path().join("dangling");
        std::os::unix::fs::symlink("/nonexistent/key", &dangling).unwrap();
        assert!(matches!(NewFile::at(&dangling), Err(FileError::Exists(_))));
        assert!(matches!(NewFile::at(folder.path()), Err(FileError::Exists(_))));
        assert!(matches!(NewFile::at(Path::new("/")), Err(FileError::NoName(_))));
        assert!(matches!(NewFile::at(&folder.path().join("no/key")), Err(FileError::NoFolder(_))));
    }
}
