//! The program as systemd and an operator start it: real processes, real files, real HTTP to nodes whose
//! every answer the test decides.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]
#![allow(clippy::too_many_lines, reason = "tables of cases")]

mod bootstrap;
mod bundle;
mod cli;
mod clients;
mod deadlines;
mod deposit;
mod exec;
mod explain;
mod followers;
mod genesis;
mod heads;
mod health;
mod hold;
mod hostile;
mod images;
mod keys;
mod operators;
mod prestate;
mod proof;
mod purge;
mod refusals;
mod registry;
mod rights;
mod serve;
mod told;
mod upgrade;
#[allow(dead_code, reason = "the worlds that are spoilt use the rest of it")]
#[path = "../world/mod.rs"]
mod world;
