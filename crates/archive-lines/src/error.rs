//! Why an archive is not read.

use std::{io, path::PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("cannot read {}: {error}", path.display())]
    File { path: PathBuf, error: io::Error },
    #[error("{}, line {line}: {reason}", path.display())]
    Line { path: PathBuf, line: u64, reason: String },
    #[error(
        "{}, line {line}: {reason}. It may be of any stream: mend it or take it out; --skip-bad passes over lines \
         that are no entries", path.display()
    )]
    Unread { path: PathBuf, line: u64, reason: String },
    /// What is put on disk for the while could not be.
    #[error("cannot keep entries on disk: {0}. --scratch names another folder")]
    Scratch(#[from] io::Error),
}
