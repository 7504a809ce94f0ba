//! The contracts on a chain: read, deployed, proposed and attested to.

mod account;
mod act;
mod deploy;
mod error;
mod journal;
mod registry;
mod state;

pub use self::{
    account::Account,
    act::{Disagreement, Done, Progress, disagreements},
    deploy::{Deployment, Plan, deploy},
    error::LedgerError,
    state::{Ledger, State, difference},
};
