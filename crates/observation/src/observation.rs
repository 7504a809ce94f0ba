//! An observation as files have it: one JSON object a line.

use std::path::Path;

use alloy_primitives::{B256, keccak256};
use op_util::file;
use serde::{Deserialize, Serialize};

use crate::{archive::ArchiveError, header::ObservationHeader};

/// The longest line of a file of observations, in bytes: twice what an archive's line has, in which their names were.
pub(crate) const LONGEST: u64 = 32 << 20;

/// An observation with what its hashes stand for. `dataRoot` has the number of entries in it; sequences and times
/// of entries are in no hash but those of the entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Observation {
    pub stream: String,
    pub epoch: String,
    pub entries: u64,
    pub first_sequence: u64,
    pub last_sequence: u64,
    /// When its first entry was recorded: what a stream's epochs are ordered by.
    pub first_unix_ms: u64,
    /// What witnesses attest to.
    pub observation_hash: B256,
    /// What is finalised once.
    pub slot: B256,
    pub header: ObservationHeader,
}

impl Observation {
    /// Whether its hashes are those of its header and names, and its header is one that a ledger takes.
    pub fn check(&self) -> Result<(), String> {
        let named = [
            ("streamHash", self.header.streamHash, keccak256(&self.stream)),
            ("epochHash", self.header.epochHash, keccak256(&self.epoch)),
            ("observationHash", self.observation_hash, self.header.observation_hash()),
            ("slot", self.slot, self.header.slot()),
        ];
        if let Some((name, given, found)) =
            named.into_iter().find(|(_, given, found)| given != found)
        {
            return Err(format!("{name} is {given}, but comes to {found}"));
        }
        let header = &self.header;
        // A ledger refuses these, and what is proposed together with them.
        if header.parentObservationHash.is_zero() != (header.sequence == 0) {
            return Err(
                "the first of a stream has sequence 0 and no parent, every other one has both"
                    .to_owned(),
            );
        }
        if header.dataRoot.is_zero() {
            return Err("its dataRoot is zero, which no entries come to".to_owned());
        }
        Ok(())
    }

    /// Reads what `ec-observe headers` wrote, one line after another; each is checked.
    pub fn read(
        path: &Path,
    ) -> Result<impl Iterator<Item = Result<Self, ArchiveError>>, ArchiveError> {
        let lines = file::lines(path, LONGEST)
            .map_err(|error| ArchiveError::File { path: path.to_owned(), error })?;
        let path = path.to_owned();
        Ok(lines.zip(1..).map(move |(text, line)| {
            let text = text.map_err(|error| ArchiveError::File { path: path.clone(), error })?;
            let wrong = |reason| ArchiveError::Line { path: path.clone(), line, reason };
            let read: Self =
                serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
            read.check().map_err(wrong)?;
            Ok(read)
        }))
    }
}

/// The first of its stream, of one entry, for tests.
#[cfg(test)]
pub(crate) fn example(stream: &str, epoch: u8, data: u8) -> Observation {
    let header = ObservationHeader {
        streamHash: B256::ZERO,
        epochHash: B256::repeat_byte(epoch),
        parentObservationHash: B256::ZERO,
        dataRoot: B256::repeat_byte(data),
        locatorHash: B256::ZERO,
        observedUnixMs: 0,
        sequence: 0,
    };
    Observation {
        stream: stream.to_owned(),
        epoch: epoch.to_string(),
        entries: 1,
        first_sequence: 0,
        last_sequence: 0,
        first_unix_ms: 0,
        observation_hash: header.observation_hash(),
        slot: header.slot(),
        header,
    }
}
