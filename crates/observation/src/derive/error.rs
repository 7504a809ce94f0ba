//! Why there are no observations.

use std::{io, path::PathBuf};

use crate::archive::{ArchiveError, Input, Position};

#[derive(Debug, thiserror::Error)]
pub enum DeriveError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(
        "stream {stream:?}, epoch {epoch:?} has two different entries {sequence}: {}, line {line} and {}, \
         line {other_line}. Find out which is right and remove the other",
        one.display(), other.display()
    )]
    Conflict {
        stream: String,
        epoch: String,
        sequence: u64,
        one: PathBuf,
        line: u64,
        other: PathBuf,
        other_line: u64,
    },
    #[error(
        "stream {stream:?}: epoch {epoch:?} was observed before, with {entries} entries, and is observed once. \
         Leave its lines out; if some of them are new, derive it again from all its lines before you attest to it"
    )]
    Again { stream: String, epoch: String, entries: u64 },
    #[error(
        "stream {stream:?}: epoch {epoch:?}, which begins at {unix_ms}, does not come after the last observation, \
         epoch {last:?}, which begins at {last_ms}. Leave out what was observed before"
    )]
    Before { stream: String, epoch: String, unix_ms: u64, last: String, last_ms: u64 },
    #[error("cannot write the observations: {0}")]
    Write(io::Error),
}

impl DeriveError {
    pub(crate) fn conflict(
        input: &Input,
        stream: &str,
        epoch: &str,
        sequence: u64,
        mut both: [Position; 2],
    ) -> Self {
        both.sort_unstable();
        let [one, other] = both;
        Self::Conflict {
            stream: stream.to_owned(),
            epoch: epoch.to_owned(),
            sequence,
            one: input.path(one),
            line: one.line,
            other: input.path(other),
            other_line: other.line,
        }
    }
}

impl From<io::Error> for DeriveError {
    fn from(error: io::Error) -> Self {
        Self::Archive(error.into())
    }
}
