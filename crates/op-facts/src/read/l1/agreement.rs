//! What other endpoints of the same L1 say.

use eth_rpc::{Batch, BlockHead, Reading, Rpc};
use tokio::task::JoinSet;

use crate::gate::Gate;
use crate::read::{endpoint, error::FactsError, request::Request};

/// An endpoint beside the first.
#[derive(Debug)]
pub struct Other {
    pub endpoint: String,
    pub chain_id: Reading<u64>,
    /// The canonical block at the L1 origin's number.
    pub origin: Reading<Option<BlockHead>>,
    /// The canonical block at the number that the first endpoint has finalized, if it named one.
    pub finalized: Option<Reading<Option<BlockHead>>>,
}

/// Where a service is judged by what they say. One whose URL cannot be used is an error of its own.
pub(in crate::read) fn endpoints(request: &Request<'_>) -> Vec<Result<Rpc, FactsError>> {
    if request.judged_by(Gate::L1Agreement).next().is_none() {
        return Vec::new();
    }
    let names = ("l1.others", "l1.otherFiles");
    let others = request.config.l1.others.iter();
    others.map(|endpoint| endpoint::of(endpoint, names, request.patience())).collect()
}

/// Asks all at the same time, each one batch.
pub(super) async fn ask_all(
    request: &Request<'_>,
    endpoints: Vec<Result<Rpc, FactsError>>,
    finalized: Option<u64>,
) -> Vec<Result<Other, FactsError>> {
    let origin = request.rollup.genesis.l1.number;
    let mut tasks = JoinSet::new();
    for (position, rpc) in endpoints.into_iter().enumerate() {
        tasks.spawn(async move {
            let answer = match rpc {
                Ok(rpc) => Ok(ask(&rpc, origin, finalized).await),
                Err(error) => Err(error),
            };
            (position, answer)
        });
    }
    let mut answers = tasks.join_all().await;
    answers.sort_by_key(|(position, _)| *position);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

async fn ask(rpc: &Rpc, origin: u64, finalized: Option<u64>) -> Other {
    let mut batch = Batch::default();
    let (chain_id, origin) = (batch.chain_id(), batch.block(origin));
    let finalized = finalized.map(|number| batch.block(number));
    let answers = rpc.send(batch).await;
    Other {
        endpoint: rpc.shown(),
        chain_id: answers.take(&chain_id).map(|id| id.to()),
        origin: answers.take(&origin),
        finalized: finalized.map(|slot| answers.take(&slot)),
    }
}
