//! From an empty folder to a chain that others can join.
//!
//! * [`stands`]: whether a chain stands, which is asked before it is announced

#![warn(missing_docs)]

pub mod stands;
