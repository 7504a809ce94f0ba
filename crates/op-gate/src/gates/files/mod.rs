//! genesis.json, rollup.json, the bundle and the engine's data: one chain, begun right.

pub(crate) mod bundle;
pub(crate) mod chain;
pub(crate) mod engine_data;
pub(crate) mod fee_parameters;
pub(crate) mod fork_schedule;
pub(crate) mod genesis;
pub(crate) mod predeploys;
pub(crate) mod rollup_config;
