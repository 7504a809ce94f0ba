//! Why bonds are not shown or not claimed.

use alloy_primitives::{Address, B256};
use eth_rpc::{Unread, fees::TooDear, key::SignError};

#[derive(Debug, thiserror::Error)]
pub enum BondsError {
    #[error("{0}")]
    Config(String),
    #[error("cannot read {what} from L1 at {endpoint}: {source}")]
    L1 { what: &'static str, endpoint: String, source: Unread },
    #[error(
        "expected L1 chain {expected} (l1.chainId of the configuration), found {found} at {endpoint}: \
         nothing was sent. Point l1.rpc to the chain's L1"
    )]
    WrongL1 { expected: u64, found: u64, endpoint: String },
    #[error("the factory has {0} games, more than there can be")]
    TooMany(alloy_primitives::U256),
    #[error(transparent)]
    TooDear(#[from] TooDear),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error("game {game} does not take the claim: {source}")]
    Refused { game: Address, source: Unread },
    /// L1 may have it or not.
    #[error(
        "L1 did not say that it took {transaction}: {source}. Run it again: what is paid is not claimed twice"
    )]
    Sent { transaction: B256, source: Unread },
    #[error(
        "{0} is in no block after two minutes. Run it again: what is paid is not claimed twice"
    )]
    Late(B256),
}
