//! A deposit: ETH sent to the portal on L1 arrives on L2, in the same block on every node.

mod chain;
mod error;
mod l1;
mod l2;
mod proof;

use std::time::Duration;

use alloy_primitives::{Address, B256, U256};
use eth_rpc::key::SecretKey;
use tokio::time::{Instant, sleep};

pub use self::proof::{Arrival, Node, Outcome, Proof};
pub use self::{chain::Chain, error::DepositError};

/// Pause between two looks at all nodes.
const PAUSE: Duration = Duration::from_millis(500);

/// A deposit to be sent, or one that is sent.
#[derive(Debug)]
pub enum Start<'a> {
    Send {
        /// Pays for it.
        key: &'a SecretKey,
        /// Gets it on L2.
        to: Address,
        /// Wei.
        amount: U256,
        /// Wei per gas that are paid at most.
        max_fee: u128,
    },
    /// Follows the first deposit of this transaction on L1.
    Follow(B256),
}

/// What happens meanwhile.
#[derive(Debug)]
pub enum News<'a> {
    /// The transaction is signed and goes to L1 now.
    Sending(B256),
    /// A look at all nodes.
    Seen(&'a Proof),
}

/// Sends a deposit, or takes one that was sent, and follows it until every node has it or `patience` is
/// over. `report` gets the transaction before L1 does.
///
/// What was read from many nodes is of one moment only if it is the same once more: a reorganisation gives
/// the deposit another block, and another transaction on L2. So two looks follow the end of `patience`.
pub async fn prove(
    chain: &Chain,
    start: Start<'_>,
    patience: Duration,
    report: impl Fn(News<'_>),
) -> Result<Proof, DepositError> {
    l1::check(chain).await?;
    let transaction = match start {
        Start::Follow(transaction) => transaction,
        Start::Send { key, to, amount, max_fee } => {
            let signed = l1::sign(chain, key, to, amount, max_fee).await?;
            report(News::Sending(signed.hash));
            l1::send(chain, signed).await?
        }
    };
    // A time that no clock will show does not come.
    let deadline = Instant::now().checked_add(patience);
    let mut before: Option<Proof> = None;
    let mut was_late = false;
    loop {
        let late = deadline.is_some_and(|deadline| Instant::now() >= deadline);
        let proof = look(chain, transaction).await?;
        report(News::Seen(&proof));
        match before {
            Some(before) if proof.is_final() && proof == before => return Ok(proof),
            Some(before) if was_late => return Ok(proof.confirmed_by(&before)),
            _ => {}
        }
        (before, was_late) = (Some(proof), late);
        sleep(PAUSE).await;
    }
}

/// One look at L1 and all nodes.
async fn look(chain: &Chain, transaction: B256) -> Result<Proof, DepositError> {
    let nodes = |arrival: Arrival| {
        let names = chain.engines.iter().map(|(name, _)| name.clone());
        names.map(|name| Node { name, arrival: arrival.clone() }).collect()
    };
    let proof =
        |nodes| Proof { l1_transaction: transaction, l1_block: None, l2_transaction: None, nodes };
    Ok(match l1::deposit(chain, transaction).await {
        Err(unread) => proof(nodes(Arrival::Unknown { reason: format!("L1: {unread}") })),
        Ok(None) => proof(nodes(Arrival::Missing { waits: "it is in no block of L1".to_owned() })),
        Ok(Some(receipt)) => {
            let l2_transaction = l1::l2_transaction(chain, &receipt)?;
            Proof {
                l1_block: Some(receipt.block()),
                l2_transaction: Some(l2_transaction),
                ..proof(l2::arrivals(&chain.engines, l2_transaction).await)
            }
        }
    })
}
