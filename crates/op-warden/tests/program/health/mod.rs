//! `op-warden serve` as a process, before a whole chain of doubles: every condition turns red within two
//! polls of its fault, and green again when it is mended.

#![allow(clippy::struct_excessive_bools, reason = "each fault is there or not")]
#![allow(clippy::cast_possible_truncation, reason = "the numbers of a test are small")]

mod cases;
#[allow(dead_code, reason = "a benchmark uses the rest of it")]
pub(crate) mod service;
mod world;
