//! Archives: lines of JSON, plain or compressed, each of which is one entry.

mod error;
mod lines;
mod mapping;
mod origin;
mod padding;
mod parse;
mod scan;

pub use self::error::ArchiveError;
pub use self::lines::{Block, Input, Position};
pub use self::mapping::{Mapping, MappingError};
pub use self::origin::Origin;
pub use self::scan::{Broken, Line, Scan, Tally};
