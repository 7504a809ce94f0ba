//! Why there are no observations.

use std::io;

use crate::archive::ArchiveError;

#[derive(Debug, thiserror::Error)]
pub enum DeriveError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("cannot write the observations: {0}")]
    Write(io::Error),
}

impl From<io::Error> for DeriveError {
    fn from(error: io::Error) -> Self {
        Self::Archive(error.into())
    }
}
