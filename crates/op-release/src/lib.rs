//! What the official programs are, by their releases: data and pure functions.
//!
//! * [`command`]: a program's command line, and where it listens
//! * [`flags`]: the flags that each program knows
//! * [`help`]: what its `--help` shows of them
//! * [`words`]: values that the programs take
//! * [`Release`]: a program at a version
//! * [`forks`]: the first release that can follow each fork
//! * [`changes`]: what else each release changes
//! * [`rollup`]: what op-node's releases ask of rollup.json

pub mod changes;
pub mod command;
pub mod flags;
pub mod forks;
pub mod help;
mod release;
pub mod rollup;
pub mod words;

pub use self::release::{Release, version, version_of};
