//! What is wrong with an epoch.

use super::bytes::{Fields, write_number, write_position};
use crate::archive::Position;

/// What is wrong with an epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It has two different entries at one place.
    Conflict { sequence: u64, positions: [Position; 2] },
    /// It has a line that is no entry.
    Broken { position: Position, reason: String },
    /// It was observed before, with so many entries.
    Again { entries: u64 },
}

impl Flaw {
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Conflict { sequence, positions: [one, other] } => {
                bytes.push(0);
                write_number(bytes, *sequence);
                write_position(bytes, *one);
                write_position(bytes, *other);
            }
            Self::Broken { position, reason } => {
                bytes.push(1);
                write_position(bytes, *position);
                bytes.extend_from_slice(reason.as_bytes());
            }
            Self::Again { entries } => {
                bytes.push(2);
                write_number(bytes, *entries);
            }
        }
    }

    /// Reads what [`Self::write`] wrote, if anything.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (kind, fields) = bytes.split_first()?;
        let mut fields = Fields(fields);
        Some(match kind {
            0 => Self::Conflict {
                sequence: fields.number(),
                positions: [fields.position(), fields.position()],
            },
            1 => Self::Broken {
                position: fields.position(),
                reason: String::from_utf8_lossy(fields.0).into_owned(),
            },
            _ => Self::Again { entries: fields.number() },
        })
    }
}
