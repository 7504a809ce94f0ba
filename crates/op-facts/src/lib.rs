//! What a judgement goes by: the configuration, and everything that is read for it, once.
//!
//! * [`config`]: what to judge, one JSON file
//! * [`command`]: the command line of the program that is judged, of op-release
//! * [`gate`]: the table of gates; which are asked for decides what is read
//! * [`read`]: [`read::Facts`], in as few requests as possible

pub mod config;
pub mod gate;
pub mod read;

pub use op_release::command;
