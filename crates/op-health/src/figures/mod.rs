//! What follows from the state and is needed more than once: by judging, the status and the charts.

pub(crate) mod accounts;
pub(crate) mod clock;
pub(crate) mod games;
pub(crate) mod l1;
pub(crate) mod l1_view;
pub(crate) mod services;
