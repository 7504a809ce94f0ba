//! What an OP Stack chain is, as data: the files that describe it, the keys that
//! run it, the contracts that settle it, and the JSON-RPC calls that read it.
//!
//! Nothing here decides anything. Gates, health and runners build on it:
//!
//! * [`rollup`]: `rollup.json`, the consensus layer's view of the chain
//! * [`genesis`]: `genesis.json`, the execution layer's view, and its block hash
//! * [`l1_config`]: the chain configuration of an L1 that op-node does not know
//! * [`forks`]: the fork schedule that both files carry
//! * [`schedule`]: the rules of such a schedule
//! * [`fees`]: the fee parameters that a chain begins with
//! * [`published`]: accounts whose keys everybody knows
//! * [`prestate`]: the fault proof VM's state and its hash
//! * [`bundle`]: the manifest of the published files
//! * [`contracts`]: bindings of the L1 contracts' getters
//! * [`getters`]: which releases of the contracts have them
//! * [`game_args`]: the arguments that a dispute game is registered with
//! * [`standard_validator`]: the complaints of the official validator of contracts
//! * [`spending`]: how fast an account is used up
//! * [`deposit`]: what a deposit on L1 becomes on L2

#![warn(missing_docs)]

pub mod bundle;
pub mod contracts;
pub mod deposit;
pub mod fee_scalars;
pub mod fees;
pub mod forks;
pub mod game_args;
pub mod genesis;
pub mod getters;
mod json;
pub mod l1_config;
pub mod other_file;
pub mod prestate;
pub mod published;
pub mod rollup;
mod rollup_check;
pub mod schedule;
pub mod spending;
pub mod standard_validator;
pub mod state_proof;
