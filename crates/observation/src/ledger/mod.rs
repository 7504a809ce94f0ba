//! The contracts on a chain: read, deployed, proposed and attested to.

mod account;
mod act;
mod deploy;
mod error;
mod journal;
mod registry;
mod state;

use eth_rpc::{Rpc, Unread};

pub use self::{
    account::Account,
    act::{Disagreement, Done, Progress, disagreements},
    deploy::{Deployment, Plan, deploy},
    error::LedgerError,
    state::{Ledger, State, difference},
};

fn unread(rpc: &Rpc, what: &'static str) -> impl Fn(Unread) -> LedgerError + use<> {
    let endpoint = rpc.shown();
    move |source| LedgerError::Unread { what, endpoint: endpoint.clone(), source }
}
