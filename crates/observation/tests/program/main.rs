//! Archives, headers and the command line: whatever needs neither a chain nor another program.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod derive;
mod files;
mod header;
mod help;
mod hostile;
mod stops;
mod support;
