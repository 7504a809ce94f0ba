//! The health of the running chain.
//!
//! Data flows one way: [`op_observe`] reads nodes, L1 and programs; [`update`] takes the news into the [`watch`]:
//! what was [`seen`], and what is remembered in [`memory`]; [`figures`] follow from the two; [`judge`] says
//! which conditions hold, and [`turn`] since when; [`report`] makes the document of [`op_status`], which
//! [`serve`] answers with in its forms. [`poll`] drives all of it.

pub mod accept;
mod causes;
mod clock;
mod figures;
mod history;
pub mod hold;
mod judge;
mod last_reading;
pub mod maintenance;
mod memory;
mod plan;
mod poll;
mod report;
mod seen;
pub mod serve;
mod setup;
mod turn;
mod update;
mod watch;
