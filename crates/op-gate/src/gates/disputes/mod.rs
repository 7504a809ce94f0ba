//! Proposals and disputes.

pub(crate) mod cadence;
pub(crate) mod game_type;
pub(crate) mod prestate;
