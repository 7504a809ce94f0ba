//! The contracts on a chain: read, deployed, proposed and attested to.

mod account;
mod act;
mod choice;
mod compare;
mod deploy;
mod error;
mod journal;
mod owner;
mod progress;
mod rail;
mod registry;
mod relay;
mod rivals;
mod settle;
mod signatures;
mod signed;
mod state;

pub use self::account::{Account, Call, Terms};
pub use self::act::Done;
pub use self::choice::{Choice, SignedBefore};
pub use self::deploy::{Deployment, Plan, deploy};
pub use self::error::LedgerError;
pub use self::progress::{Disagreement, Progress, disagreements};
pub use self::rail::Pointer;
pub use self::registry::Change;
pub use self::relay::Relayed;
pub use self::rivals::{Rival, Rivals};
pub use self::signatures::{Domain, Signature, sign};
pub use self::state::{Ledger, State, Word, difference};
