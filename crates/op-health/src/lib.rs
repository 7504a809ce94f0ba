//! The health of the running chain.
//!
//! Data flows one way: [`observe`] reads nodes, L1 and programs; [`update`] takes the news into the [`watch`]:
//! what was [`seen`], and what is remembered in [`memory`]; [`figures`] follow from the two; [`judge`] says
//! which conditions hold, and [`turn`] since when; [`report`] makes the [`status`] document, which
//! [`metrics`] and [`page`] render and [`serve`] answers with. [`poll`] drives all of it.

mod causes;
mod clock;
pub mod condition;
mod figures;
mod history;
pub mod hold;
mod judge;
mod last_reading;
pub mod maintenance;
mod memory;
pub mod metrics;
mod number;
mod observe;
pub mod page;
mod plan;
mod poll;
mod report;
pub mod runbook;
mod seen;
pub mod serve;
mod setup;
pub mod status;
mod turn;
mod update;
mod watch;
