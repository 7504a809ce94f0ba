//! Archives: lines of JSON, plain or compressed, each of which is one entry.

mod lines;
mod mapping;
mod parse;
mod scan;

use std::{io, path::PathBuf};

pub use self::{
    lines::{Block, Input},
    mapping::{Mapping, MappingError},
    scan::{Scan, Tally},
};

/// A line of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Which of the files, from zero on.
    pub file: u32,
    /// The line, from one on.
    pub line: u64,
}

/// Why an archive, or a file of observations, is not read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A file cannot be read: missing, not readable, or compressed and damaged.
    #[error("cannot read {}: {error}", path.display())]
    File { path: PathBuf, error: io::Error },
    /// A line is no entry, or no observation.
    #[error("{}, line {line}: {reason}", path.display())]
    Line {
        path: PathBuf,
        /// The line, from one on.
        line: u64,
        reason: String,
    },
    /// What is put on disk for the while could not be.
    #[error("cannot keep entries on disk: {0}. --scratch names another folder")]
    Scratch(#[from] io::Error),
}
