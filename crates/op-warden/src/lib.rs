//! op-warden: lets each service of an OP Stack chain start only when its keys, genesis and
//! contracts are proven right against L1.
//!
//! * [`config`]: what to judge, one JSON file
//! * [`gate`]: the judgement before a start: pass, wait or refuse
//! * [`exec`]: hands key files to a program as environment variables
//! * [`images`]: pins container images to their digests
//! * [`prove`]: whole chains compared between nodes

pub mod cli;
pub mod config;
pub mod exec;
pub mod gate;
pub mod images;
pub mod prove;
