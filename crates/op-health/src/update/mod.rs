//! How news changes what is known, and what has to be asked next. No I/O, no clock of its own.

pub(crate) mod accounts;
pub(crate) mod chain;
pub(crate) mod control;
pub(crate) mod deposits;
pub(crate) mod followers;
pub(crate) mod games;
pub(crate) mod host;
pub(crate) mod inclusion;
pub(crate) mod l1;
pub(crate) mod l1_view;
pub(crate) mod nodes;
pub(crate) mod reorgs;
pub(crate) mod roots;
pub(crate) mod senders;
pub(crate) mod time;
pub(crate) mod withdrawals;
