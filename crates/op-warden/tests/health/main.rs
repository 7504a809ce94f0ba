//! `op-warden serve` as a process, before a whole chain of doubles: every condition turns red within two
//! polls of its fault, and green again when it is mended.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::too_many_lines, reason = "a table of cases")]
#![allow(clippy::struct_excessive_bools, reason = "each fault is there or not")]
#![allow(clippy::cast_possible_truncation, reason = "the numbers of a test are small")]

mod cases;
#[path = "../binary/node.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod node;
#[allow(dead_code, reason = "a benchmark uses the rest of it")]
mod service;
mod world;
