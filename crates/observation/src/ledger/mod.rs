//! The contracts on a chain: read, deployed, proposed and attested to.

mod account;
mod act;
mod deploy;
mod error;
mod journal;
mod registry;
mod state;

pub use self::act::{Disagreement, Done, Progress, disagreements};
pub use self::deploy::{Deployment, Plan, deploy};
pub use self::state::{Ledger, State, difference};
pub use self::{account::Account, error::LedgerError};
