//! Why a stream goes no further.

use std::path::PathBuf;

use super::flaw::Flaw;
use crate::archive::{Input, Position};

/// So many are named.
const NAMED: usize = 20;

/// What ends a stream before its archive does. What comes before it is the same whatever the mend is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    #[error(
        "stream {stream:?}, epoch {epoch:?} has two different entries {sequence}: {}, line {line} and {}, \
         line {other_line}. Find out which is right and remove the other. Until then this epoch and what follows it \
         are left out",
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
        "{}, line {line}: {reason}. It is of the stream {stream:?}: mend it or take it out. Until then {} left out",
        path.display(), from(epoch.as_deref())
    )]
    Line { stream: String, epoch: Option<String>, path: PathBuf, line: u64, reason: String },
    #[error(
        "stream {stream:?}: epoch {epoch:?} was observed before, with {entries} entries, and is observed once. \
         Leave its lines out; if some of them are new, derive it again from all its lines before you attest to it. \
         Until then the stream is left out"
    )]
    Again { stream: String, epoch: String, entries: u64 },
    #[error(
        "stream {stream:?}: epoch {epoch:?}, which begins at {unix_ms}, does not come after the last observation, \
         epoch {last:?}, which begins at {last_ms}. Leave out what was observed before. Until then the stream is left \
         out"
    )]
    Before { stream: String, epoch: String, unix_ms: u64, last: String, last_ms: u64 },
}

fn from(epoch: Option<&str>) -> String {
    epoch.map_or_else(
        || "the stream is".to_owned(),
        |epoch| format!("epoch {epoch:?} and what may follow it are"),
    )
}

impl Stop {
    pub(super) fn of(flaw: Flaw, stream: &str, epoch: &str, input: &Input) -> Self {
        match flaw {
            Flaw::Conflict { sequence, positions } => {
                Self::conflict(input, stream, epoch, sequence, positions)
            }
            Flaw::Broken { position, reason } => Self::Line {
                stream: stream.to_owned(),
                epoch: (!epoch.is_empty()).then(|| epoch.to_owned()),
                path: input.path(position),
                line: position.line,
                reason,
            },
            Flaw::Again { entries } => {
                Self::Again { stream: stream.to_owned(), epoch: epoch.to_owned(), entries }
            }
        }
    }

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

/// The streams that go no further.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stops {
    pub count: u64,
    /// The first of them, by the streams' names.
    pub named: Vec<Stop>,
}

impl Stops {
    pub(super) fn add(&mut self, stop: Stop) {
        self.count += 1;
        if self.named.len() < NAMED {
            self.named.push(stop);
        }
    }
}
