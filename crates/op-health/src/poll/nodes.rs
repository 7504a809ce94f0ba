//! One poll of all nodes.

use std::time::Duration;

use eth_rpc::{Reading, Rpc};
use tokio::{task::JoinSet, time::sleep};

use crate::update::nodes::{self, NodeNews};
use crate::watch::Watch;
use op_observe::{engine, node};

/// Nodes that are asked at the same moment, and the pause before the next ones. A connection needs memory for
/// its answer, and a process keeps what it once needed.
const AT_ONCE: usize = 4;
const NEXT: Duration = Duration::from_millis(5);

pub(super) struct Asked {
    node: Option<Reading<Rpc>>,
    engine: Reading<Rpc>,
    sequencer: bool,
    questions: engine::Questions,
    verify: bool,
}

pub(super) fn to_ask(watch: &Watch, verify: bool) -> Vec<Asked> {
    let nodes = watch.setup.plan.nodes.iter().zip(nodes::questions(watch));
    nodes
        .map(|(node, questions)| Asked {
            node: node.rollup.clone(),
            engine: node.engine.clone(),
            sequencer: node.sequencer,
            questions,
            verify,
        })
        .collect()
}

/// The answers, in the order of the questions.
pub(super) async fn poll(nodes: Vec<Asked>) -> Vec<NodeNews> {
    let mut tasks = JoinSet::new();
    for (position, asked) in nodes.into_iter().enumerate() {
        if position > 0 && position.is_multiple_of(AT_ONCE) {
            sleep(NEXT).await;
        }
        tasks.spawn(async move { (position, ask(asked).await) });
    }
    let mut news = tasks.join_all().await;
    news.sort_by_key(|(position, _)| *position);
    news.into_iter().map(|(_, news)| news).collect()
}

async fn ask(asked: Asked) -> NodeNews {
    let node = async {
        match asked.node {
            Some(Ok(node)) => Some(node::poll(&node, asked.sequencer).await),
            Some(Err(reason)) => Some(Err(reason)),
            None => None,
        }
    };
    let engine = async {
        match asked.engine {
            Ok(engine) => engine::poll(&engine, &asked.questions, asked.verify).await,
            Err(reason) => Err(reason),
        }
    };
    let (engine, node) = tokio::join!(engine, node);
    NodeNews { engine, node }
}
