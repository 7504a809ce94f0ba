//! Every block of followers compared with a reference's, and a verdict that distinguishes behind from diverged.
//!
//! Where the newest common block differs, bisection finds the first that does; all blocks below are read
//! from every node, in pipelined batches, and compared one by one.

use eth_rpc::Rpc;
use tokio::task::JoinHandle;

use crate::compare::Verdict;
use crate::scan::{Lane, scan};
use crate::{node::Source, proof::Proof, search::first_difference};

#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// First block.
    pub from: u64,
    /// Last block; the reference's head when `None`.
    pub to: Option<u64>,
    /// Recompute every hash from its header.
    pub verify: bool,
    /// Keep the headers in the proof, verified.
    pub keep: bool,
}

/// Compares all blocks of one follower from `from` to `to`, the reference's head when `None`.
pub async fn compare(reference: &Rpc, follower: &Rpc, from: u64, to: Option<u64>) -> Verdict {
    let options = Options { from, to, ..Options::default() };
    let proof = prove(reference, std::slice::from_ref(follower), options, |_, _| {}).await;
    let verdict = proof.followers.into_iter().next().map(|follower| follower.result);
    verdict.unwrap_or_else(|| Verdict::Unknown { reason: "there is no follower".to_owned() })
}

/// Compares all followers with the reference, the blocks of which are read once. `progress` gets how
/// many blocks of how many are compared.
pub async fn prove(
    reference: &Rpc,
    followers: &[Rpc],
    options: Options,
    progress: impl Fn(u64, u64),
) -> Proof {
    let verify = options.verify || options.keep;
    let source = |rpc: &Rpc| Source { rpc: rpc.clone(), verify };
    let ours = source(reference);
    let node = spawned(&ours, |source| async move { source.node().await });
    let nodes: Vec<_> = followers
        .iter()
        .map(|rpc| spawned(&source(rpc), |source| async move { source.node().await }))
        .collect();
    let node = joined(node).await;
    let mut lanes = Vec::new();
    for (theirs, rpc) in nodes.into_iter().zip(followers) {
        lanes.push(Lane::new(source(rpc), joined(theirs).await));
    }
    let failure = node.as_ref().err().cloned();
    let node = node.unwrap_or_default();
    let to = options.to.or(node.latest.map(|head| head.number)).unwrap_or(options.from);
    let mut proof = Proof::new(reference.shown(), node, options.from, to, verify);
    match failure {
        Some(reason) => lanes.iter_mut().for_each(|lane| lane.fail(&reason)),
        None => search(&ours, &mut lanes, &proof).await,
    }
    scan(&ours, &mut lanes, &mut proof, options.keep, progress).await;
    let followers = lanes.into_iter().map(|lane| lane.concluded(&proof)).collect();
    Proof { followers, ..proof }
}

/// Searches the first difference of every follower, all at the same time.
async fn search(ours: &Source, lanes: &mut [Lane], proof: &Proof) {
    let searches: Vec<_> = lanes
        .iter_mut()
        .map(|lane| {
            let top = lane.begin(proof)?;
            let (ours, from) = (ours.clone(), proof.from);
            let search = |theirs| async move { first_difference(&ours, &theirs, from, top).await };
            Some(spawned(&lane.source, search))
        })
        .collect();
    for (lane, search) in lanes.iter_mut().zip(searches) {
        if let Some(search) = search {
            lane.found(joined(search).await, proof.from);
        }
    }
}

fn spawned<T: Send + 'static, F: Future<Output = Result<T, String>> + Send + 'static>(
    source: &Source,
    work: impl FnOnce(Source) -> F,
) -> JoinHandle<Result<T, String>> {
    tokio::spawn(work(source.clone()))
}

async fn joined<T>(task: JoinHandle<Result<T, String>>) -> Result<T, String> {
    task.await.unwrap_or_else(|error| Err(format!("not read: {error}")))
}
