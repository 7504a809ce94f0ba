//! Why a deposit is not sent or not followed.

use alloy_primitives::{Address, B256, U256, utils::format_ether};
use eth_rpc::{Unread, fees::TooDear, key::SignError, transaction::EventError};
use op_chain::deposit;
use op_gate::read::error::FactsError;

#[derive(Debug, thiserror::Error)]
pub enum DepositError {
    #[error("{0}")]
    Config(String),
    #[error("{node}: {source}")]
    Url { node: String, source: FactsError },
    #[error("cannot read {what} from L1 at {endpoint}: {source}")]
    L1 { what: &'static str, endpoint: String, source: Unread },
    #[error(
        "expected L1 chain {expected} (l1.chainId of the configuration), found {found} at {endpoint}: \
         nothing was sent. Point l1.rpc to the chain's L1"
    )]
    WrongL1 { expected: u64, found: u64, endpoint: String },
    #[error(
        "expected the portal of SystemConfig {expected} (rollup.json), found one of {found} at {portal}: \
         nothing was sent. Take rollup.json of the chain"
    )]
    WrongPortal { expected: Address, found: Address, portal: Address },
    #[error(
        "expected OptimismPortal at {portal} (deposit_contract_address of rollup.json), found none on L1 at {endpoint}: \
         {source}. Nothing was sent. Take rollup.json of the chain"
    )]
    NoPortal { portal: Address, endpoint: String, source: Unread },
    /// The portal would refuse it.
    #[error("the portal does not take the deposit: {0}. Nothing was sent")]
    Refused(Unread),
    #[error(
        "expected {} ETH on L1 for the deposit and its gas, found {} ETH at {account}: \
         nothing was sent. Send ETH to the account, or take a smaller --amount",
        format_ether(*.needed), format_ether(*.found)
    )]
    Poor { needed: U256, found: U256, account: Address },
    #[error(transparent)]
    TooDear(#[from] TooDear),
    #[error(transparent)]
    Sign(#[from] SignError),
    /// L1 may have it or not.
    #[error(
        "L1 did not say that it took {transaction}: {source}. See --transaction before another is sent"
    )]
    Sent { transaction: B256, source: Unread },
    #[error("the transaction {0} failed on L1: nothing was deposited")]
    Failed(B256),
    #[error(transparent)]
    NoDeposit(#[from] EventError),
    #[error(transparent)]
    Kind(#[from] deposit::DepositError),
}
