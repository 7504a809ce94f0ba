//! What every crate needs and no library has, one of each.
//!
//! * [`error`]: an error and its causes in one line
//! * [`file`]: files that are written whole or not at all
//! * [`foreign`]: text from elsewhere, made fit to be shown
//! * [`number`]: whole numbers as fractions, and back
//! * [`terminal`]: lines for whoever watches
//! * [`time`]: the host's clock
//! * [`text`]: sizes and spans of time as people read them

#![warn(missing_docs)]

pub mod error;
pub mod file;
pub mod foreign;
pub mod number;
pub mod terminal;
pub mod text;
pub mod time;
