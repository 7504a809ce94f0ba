//! Why an archive is not read.

use std::{io, path::PathBuf};

/// Why an archive, or a file of observations, is not read.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum ArchiveError {
    /// A file cannot be read: missing, not readable, or compressed and damaged.
    #[error("cannot read {}: {error}", path.display())]
    File { path: PathBuf, error: io::Error },
    /// A line is no entry, or no observation.
    #[error("{}, line {line}: {reason}", path.display())]
    Line { path: PathBuf, line: u64, reason: String },
    /// What is put on disk for the while could not be.
    #[error("cannot keep entries on disk: {0}. --scratch names another folder")]
    Scratch(#[from] io::Error),
}
