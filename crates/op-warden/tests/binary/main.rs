//! The program as systemd starts it: real processes, real files, real HTTP to nodes whose every
//! answer the test decides.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]
#![allow(clippy::too_many_lines, reason = "tables of cases")]

mod artifacts;
mod cli;
mod deposit;
mod exec;
mod gates;
mod genesis;
mod heads;
mod host;
mod node;
mod operators;
mod pairs;
mod prestate;
mod program;
mod proof;
mod rules;
mod serve;
mod settings;
mod world;
