//! Archives: lines of JSON, plain or compressed, each of which is one entry.

mod error;
mod lines;
mod mapping;
mod parse;
mod scan;

pub use self::{
    error::ArchiveError,
    lines::{Block, Input, Position},
    mapping::{Mapping, MappingError},
    scan::{Scan, Tally},
};
