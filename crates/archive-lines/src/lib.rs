//! The lines of an archive's files, plain, gzip or zstd, in blocks: what [`observation`] derives from.
//!
//! [`observation`]: ../observation/index.html

pub mod error;
pub mod lines;
pub mod padding;
