//! Judgements of all services at one moment: what `check --output` leaves and `serve` shows.

use std::path::{Path, PathBuf};
use std::{collections::BTreeMap, io, time::Duration};

use alloy_primitives::Address;
use op_util::{file, time::unix_now};
use serde::{Deserialize, Serialize};

use crate::{finding::Answer, judgement::Judgement};

/// The most that is read. One of fifty followers has 1 MB.
const MAX_BYTES: u64 = 64 << 20;

/// Judgements of all services at one moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    pub version: u32,
    /// Seconds since 1970 when the judging ended.
    pub judged_at: u64,
    pub services: Vec<Judgement>,
    /// The addresses of the services' keys, where there is a key.
    #[serde(default)]
    pub accounts: BTreeMap<String, Address>,
}

#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("cannot write {path}: {source}")]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot read {path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    #[error(
        "{path} holds judgements of version {found}, and this op-warden reads {expected}: what judges and \
            what serves are of two releases",
        expected = Record::VERSION
    )]
    Version { path: PathBuf, found: u32 },
    #[error("{path} holds no judgements: {source}")]
    Format { path: PathBuf, source: serde_json::Error },
}

impl Record {
    const VERSION: u32 = 1;

    #[must_use]
    pub fn now(services: Vec<Judgement>, accounts: BTreeMap<String, Address>) -> Self {
        Self { version: Self::VERSION, judged_at: unix_now(), services, accounts }
    }

    /// How far from now the judging ended. A time to come is as far from the truth as one that is over.
    #[must_use]
    pub fn age(&self) -> Duration {
        Duration::from_secs(unix_now().abs_diff(self.judged_at))
    }

    /// The worst answer; `wait` without services.
    #[must_use]
    pub fn worst(&self) -> Answer {
        self.services.iter().map(|judgement| judgement.answer).max().unwrap_or(Answer::Wait)
    }

    /// Writes the record for readers that must never see half of it.
    pub fn write(&self, path: &Path) -> Result<(), RecordError> {
        let failed = |source| RecordError::Write { path: path.to_owned(), source };
        let text = serde_json::to_vec_pretty(self).map_err(|error| failed(error.into()))?;
        file::replace(path, &text).map_err(failed)
    }

    pub fn read(path: &Path) -> Result<Self, RecordError> {
        let text = file::read(path, MAX_BYTES)
            .map_err(|source| RecordError::Read { path: path.to_owned(), source })?;
        let record: Self = serde_json::from_slice(&text)
            .map_err(|source| RecordError::Format { path: path.to_owned(), source })?;
        if record.version == Self::VERSION {
            Ok(record)
        } else {
            Err(RecordError::Version { path: path.to_owned(), found: record.version })
        }
    }
}
