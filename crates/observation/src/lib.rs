//! Observation consensus: what witnesses derive from a broadcast's archive, and agree on.
//!
//! * [`contracts`]: bindings of the contracts in `contracts/`
//! * [`header`]: an observation's header and its two hashes
//! * [`archive`]: lines of JSON, each an [`entry`]
//! * [`merkle`]: the tree over an epoch's entries
//! * [`mod@derive`]: from an archive to observations
//! * [`observation`]: observations in files
//! * [`proof`]: that an entry is part of an observation
//! * [`ledger`]: the contracts on a chain
//! * [`generate`]: archives that are made up
//! * [`smoke`]: all of it on a chain, and what must be refused
//! * [`cli`]: the command line, `ec-observe`

pub mod archive;
pub mod cli;
pub mod contracts;
pub mod derive;
pub mod entry;
pub mod generate;
pub mod header;
pub mod ledger;
pub mod merkle;
pub mod observation;
pub mod proof;
pub mod smoke;
