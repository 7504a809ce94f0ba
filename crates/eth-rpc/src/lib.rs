//! An Ethereum node over JSON-RPC, and what is signed for it.
//!
//! Built on reqwest alone: a batch whose third call reverts still has its other answers, an answer
//! has a size limit, and no error shows the endpoint's URL (it often carries an API key).
//!
//! * [`Rpc`], [`Batch`], [`Answers`]: calls that travel together, within a deadline
//! * [`retry`]: when a request is sent again
//! * [`key`]: secret keys, and the addresses and peer ids that follow from them
//! * [`transaction`]: transactions signed here, and their receipts
//! * [`fees`]: what is offered for gas, within a limit
//! * [`units`]: amounts as people read them

#![warn(missing_docs)]

mod answers;
mod batch;
mod calls;
mod counts;
mod endpoint;
mod failure;
pub mod fees;
pub mod key;
mod refusal;
pub mod retry;
mod rpc_error;
mod secrets;
mod together;
pub mod transaction;
pub mod units;

pub use self::{
    answers::Answers,
    batch::{Batch, Slot},
    calls::{AccountProof, BlockHead, StorageProof},
    counts::Limits,
    endpoint::{Clients, Rpc, RpcUrlError, is_loopback, is_same_url, port_of_url},
    together::answer as answer_together,
};

/// A value that was to be read from a node: the value, or why it is not known.
pub type Reading<T> = Result<T, Unread>;

/// Why a value could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Nothing is known: no connection, no answer in time, an HTTP error, a JSON-RPC error.
    #[error("{0}")]
    Unreachable(String),
    /// The node executed the call and the contract refused it.
    #[error("the call reverted: {0}")]
    Reverted(String),
    /// There is an answer, but it is not what the method returns.
    #[error("the answer makes no sense: {0}")]
    Malformed(String),
    /// The endpoint is there and does not serve us: HTTP 401, 402 or 403.
    #[error("{0}")]
    Denied(String),
    /// There is an answer, and it is about another chain than the one that was asked about.
    #[error("{0}")]
    OtherChain(String),
}
