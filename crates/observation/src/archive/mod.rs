//! Archives: lines of JSON, plain or compressed, each of which is one entry.

mod mapping;
mod origin;
mod parse;
mod scan;

pub use archive_lines::error::ArchiveError;
pub use archive_lines::lines::{Block, Input, Position};

pub use self::mapping::{Mapping, MappingError};
pub use self::origin::Origin;
pub use self::scan::{Broken, Line, Scan, Tally};
