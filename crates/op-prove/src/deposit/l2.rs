//! The deposit on L2: where each node has it.

use alloy_primitives::{B256, U64};
use eth_rpc::{Batch, Reading, Rpc};
use serde_json::json;
use tokio::task::JoinSet;

use crate::deposit::proof::{Arrival, Node};

/// Asks all nodes at the same time.
pub(super) async fn arrivals(engines: &[(String, Rpc)], transaction: B256) -> Vec<Node> {
    let mut tasks = JoinSet::new();
    for (place, (name, engine)) in engines.iter().cloned().enumerate() {
        tasks.spawn(async move {
            let arrival = arrival(&engine, transaction).await;
            let arrival =
                arrival.unwrap_or_else(|unread| Arrival::Unknown { reason: unread.to_string() });
            (place, Node { name, arrival })
        });
    }
    let mut nodes = tasks.join_all().await;
    nodes.sort_by_key(|(place, _)| *place);
    nodes.into_iter().map(|(_, node)| node).collect()
}

async fn arrival(engine: &Rpc, transaction: B256) -> Reading<Arrival> {
    let mut batch = Batch::default();
    let receipt = batch.receipt(transaction);
    let head = batch.request::<U64>("eth_blockNumber", json!([]));
    let answers = engine.send(batch).await;
    Ok(match answers.take(&receipt)? {
        Some(receipt) if receipt.succeeded() => Arrival::Arrived { block: receipt.block() },
        Some(receipt) => Arrival::Failed { block: receipt.block() },
        None => {
            let waits = format!("in none of its blocks up to {}", answers.take(&head)?);
            Arrival::Missing { waits }
        }
    })
}
