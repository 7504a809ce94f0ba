//! From an empty folder to a chain that others can join.
//!
//! * [`intent`]: `intent.toml`, and what is wrong with it before anything is paid
//! * [`adopt`]: a deployment taken over, step by step, verified and locked
//! * [`record`]: what was done, and whether the chain is locked
//! * [`stands`]: whether a chain stands, which is asked before it is announced

#![warn(missing_docs)]

pub mod adopt;
pub mod intent;
pub mod record;
pub mod stands;
