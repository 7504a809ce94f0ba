//! The judgement before a start.
//!
//! A configuration names services, their commands and their gates. [`read::Facts`] are gathered once, in
//! as few requests as possible; then every gate is a pure function of them. A gate has three answers:
//! *pass*, *wait* (something is absent or cannot be read now) and *refuse* (something is wrong). What
//! could not be read is never a pass. A finding may also be a *skip* (does not apply) or a *warn* (to be
//! mended some day): neither keeps a service from its start.
//!
//! * [`config`]: what to judge, one JSON file
//! * [`command`]: the command line of the program that is judged, of op-release
//! * [`Gate`]: the table of gates
//! * [`read`]: what they judge by
//! * [`Comparison`], [`Finding`]: what they find
//! * [`run`]: the judgement
//! * [`report`], [`record`]: judgements as text, and in a file

pub mod config;
mod finding;
mod gate;
mod gates;
mod judgement;
pub mod read;
pub mod record;
pub mod report;
mod run;

pub use self::finding::{Answer, Comparison, Finding};
pub use self::gate::{Entry, Gate, Need, Subject};
pub use op_release::command;

pub use self::{judgement::Judgement, run::run};
