//! Observation consensus: what witnesses derive from a broadcast's archive, and agree on.
//!
//! * [`contracts`]: bindings of the contracts in `contracts/`
//! * [`header`]: an observation's header and its two hashes
//! * [`archive`]: lines of JSON, each an [`entry`]
//! * [`merkle`]: the tree over an epoch's entries
//! * [`derive`]: from an archive to observations
//! * [`observation`]: observations in files
//! * [`generate`]: archives that are made up
//! * [`cli`]: the command line, `ec-observe`

pub mod archive;
pub mod cli;
pub mod contracts;
pub mod derive;
pub mod entry;
pub mod generate;
pub mod header;
pub mod merkle;
pub mod observation;
