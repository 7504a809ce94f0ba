//! op-warden: lets each service of an OP Stack chain start only when its keys, genesis and
//! contracts are proven right against L1.
//!
//! * [`config`]: what to judge, one JSON file
//! * [`command`]: the command line of the program that is judged
//! * [`gate`]: the judgement before a start: pass, wait or refuse
//! * [`exec`]: hands key files to a program as environment variables
//! * [`secret`]: files that hold a secret in one line
//! * [`record`]: the judgements of all services at one moment, in a file
//! * [`compare`]: two nodes of one chain compared: equal, behind, diverged or unknown
//! * [`health`], [`serve`]: the running chain watched, and what it comes to told over HTTP
//! * [`runbook`]: what to do about each alert
//! * [`page`]: the status for people
//! * [`keys`]: makes the keys of the roles, encrypted
//! * [`purge`]: removes what a disabled stack leaves on a machine
//! * [`images`]: pins container images to their digests
//! * [`prove`]: whole chains compared between nodes
//! * [`explain`]: known error lines, their causes and what mends them

pub mod cli;
pub mod command;
pub mod compare;
pub mod config;
pub mod exec;
pub mod explain;
mod file;
pub mod gate;
pub mod health;
pub mod images;
pub mod keys;
pub mod page;
pub mod prove;
pub mod purge;
pub mod record;
pub mod runbook;
pub mod secret;
pub mod serve;
