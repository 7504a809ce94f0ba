//! What every crate needs and no library has: errors in one line, files replaced whole.

pub mod error;
pub mod file;
