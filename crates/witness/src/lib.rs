//! A witness as a service: what must hold before it signs, and what has to hold while it does.
//!
//! * [`config`]: the one file that gate, service and health go by
//! * [`gates`]: what is judged before a start
//! * [`watch`]: becomes `ec-observe watch`
//! * [`chain`]: what the ledger's events and the registry say
//! * [`condition`]: the table of conditions, alerts and runbooks; [`judge`]: whether each holds
//! * [`serve`]: page, `/readyz`, `/status.json`, `/metrics`

pub mod chain;
pub mod condition;
pub mod config;
pub mod gates;
pub mod judge;
pub mod metrics;
pub mod page;
pub mod program;
pub mod serve;
pub mod watch;
