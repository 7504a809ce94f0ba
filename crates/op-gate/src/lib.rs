//! The judgement before a start.
//!
//! A configuration names services, their commands and their gates. [`read::Facts`] are gathered once, in
//! as few requests as possible; then every gate is a pure function of them. A gate has three answers:
//! *pass*, *wait* (something is absent or cannot be read now) and *refuse* (something is wrong). What
//! could not be read is never a pass. A finding may also be a *skip* (does not apply) or a *warn* (to be
//! mended some day): neither keeps a service from its start.
//!
//! * [`config`], [`command`], [`Gate`], [`read`]: what is judged, by which gates, and by what; of op-facts
//! * [`Comparison`], [`Finding`]: what they find
//! * [`run`]: the judgement
//! * [`report`], [`record`]: judgements as text, and in a file
//! * [`told`]: what was told before, and so is not told again

mod finding;
mod gates;
mod judgement;
pub mod record;
pub mod report;
mod run;
pub mod told;

pub use self::finding::{Answer, Comparison, Finding};
pub use self::{judgement::Judgement, run::run};

use op_facts::gate;
pub use op_facts::gate::{Entry, Gate, Need, Subject};
pub use op_facts::{command, config, read};
