//! Lock before announce: whether a chain stands, asked before anybody is told of it.
//!
//! Source: seed 002, 7.10 and 10.13. Who was told of a chain that was made anew an hour later follows a
//! chain that is no more.

use std::time::Duration;

use eth_rpc::{Batch, Rpc, Unread};
use op_gate::config::{Config, ConfigError, Endpoint, Remote, Service};
use op_gate::read::{endpoint, error::FactsError};
use op_gate::{Answer, Judgement};
use op_prove::compare::Verdict;
use op_prove::heads::{self, Options};
use op_prove::proof::Proof;
use op_util::foreign::clean;
use serde::Serialize;

/// For one answer of a node, all retries included.
const PATIENCE: Duration = Duration::from_secs(30);

/// One thing that must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What.
    pub name: &'static str,
    /// Whether it holds.
    pub holds: bool,
    /// What was found.
    pub found: String,
    /// What to do where it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<&'static str>,
}

/// Why the chain could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum StandsError {
    /// A service of the configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An endpoint of the configuration.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// The URL of a node.
    #[error("the URL of a node: {0}")]
    Url(#[from] eth_rpc::RpcUrlError),
}

impl Step {
    fn new(name: &'static str, (holds, found): (bool, String), mend: &'static str) -> Self {
        Self { name, holds, found: clean(&found), mend: (!holds).then_some(mend) }
    }
}

/// All that must hold, in the order in which it comes to be. `followers` are engines on other hosts, beside those of
/// the configuration.
pub async fn steps(config: &Config, followers: &[String]) -> Result<Vec<Step>, StandsError> {
    let names: Vec<&str> = config.services.keys().map(String::as_str).collect();
    let judgements = op_gate::run(config, &names).await?;
    let l1 = endpoint::of_l1(&config.l1, PATIENCE)?;
    let mut steps = vec![gates(&judgements), batches(&l1, &judgements).await];
    steps.extend(heads(config, followers).await?);
    Ok(steps)
}

/// Genesis, keys that are not burned, funding and all else that is judged before a start.
fn gates(judgements: &[Judgement]) -> Step {
    let stopped: Vec<String> = judgements
        .iter()
        .filter(|judgement| !judgement.answer.starts())
        .map(op_gate::report::reason)
        .collect();
    let starts = |judgement: &&Judgement| judgement.answer.starts();
    let passed = judgements.iter().filter(starts).count();
    let found = if stopped.is_empty() {
        format!("{passed} of {} services pass", judgements.len())
    } else {
        stopped.join("; ")
    };
    Step::new(
        "all gates pass",
        (stopped.is_empty() && passed > 0, found),
        "op-warden check shows each finding with its mend",
    )
}

/// The batcher has sent something.
async fn batches(l1: &Rpc, judgements: &[Judgement]) -> Step {
    const MEND: &str =
        "start the batcher and wait for its first batch: until then nothing of the chain is on L1";
    let name = "the batcher has posted";
    let batcher = judgements.iter().find(|judgement| judgement.service == "batcher");
    let Some(account) = batcher.and_then(|judgement| judgement.account) else {
        return Step::new(name, (false, "the batcher's account is not known".to_owned()), MEND);
    };
    let mut batch = Batch::default();
    let nonce = batch.nonce(account);
    match l1.send(batch).await.take(&nonce) {
        Ok(nonce) => Step::new(
            name,
            (!nonce.is_zero(), format!("{account} has sent {nonce} transactions")),
            MEND,
        ),
        Err(error) => Step::new(name, (false, not_read(&error)), MEND),
    }
}

fn not_read(error: &Unread) -> String {
    format!("not read: {error}")
}

async fn heads(config: &Config, followers: &[String]) -> Result<Vec<Step>, StandsError> {
    const NO_SEQUENCER: &str =
        "the configuration has no op-node that sequences, with the engine's endpoint";
    let nodes = || config.services.values().filter(|service| service.is_node());
    let sequences = |node: &&Service| {
        node.command.as_ref().is_some_and(|command| command.is_on("sequencer.enabled"))
    };
    let engine = |node: &Service| node.engine_rpc.clone();
    let reference = nodes().find(sequences).and_then(engine);
    let own = nodes().filter(|node| !sequences(node)).filter_map(engine);
    let remote = config.serve.iter().flat_map(|serve| serve.followers.values());
    let given = own.chain(followers.iter().cloned()).map(Endpoint::Url);
    let all: Vec<Rpc> = given
        .chain(remote.map(|remote| remote.engine.clone()))
        .map(|node| endpoint::of(&node, Remote::ENGINE, PATIENCE))
        .collect::<Result<_, _>>()?;
    let safe = |found| {
        Step::new(
            "the safe head has moved",
            found,
            "wait: batches take a while to be final on L1, and without a safe head a follower \
            that starts anew gets nowhere",
        )
    };
    let equal = |found| {
        Step::new(
            "one follower is equal by both paths",
            found,
            "let one follower run, on another host: --follower URL names its engine. What nobody can follow is not to \
             be announced",
        )
    };
    let Some(reference) = reference else {
        let none = || (false, NO_SEQUENCER.to_owned());
        return Ok(vec![safe(none()), equal(none())]);
    };
    let reference = Rpc::new(&reference, PATIENCE)?;
    let proof = heads::prove(&reference, &all, Options::default(), |_, _| {}).await;
    let moved = match &proof.node.safe {
        Some(head) => (head.number > 0, format!("the sequencer's is block {}", head.number)),
        None => (false, "the sequencer knows none".to_owned()),
    };
    Ok(vec![safe(moved), equal(both_paths(&proof))])
}

/// One has the same unsafe blocks, which come by gossip, and the same safe ones, which are derived from L1.
fn both_paths(proof: &Proof) -> (bool, String) {
    let good = |verdict: &Verdict| match verdict {
        Verdict::Equal { .. } => true,
        // A block or two are always on their way.
        Verdict::Behind { head, to } => *head > 0 && to - head <= 5,
        _ => false,
    };
    let line = |follower: &op_prove::proof::Follower| {
        format!("{}: {}; safe head {}", follower.follower, follower.result, follower.safe)
    };
    let equal =
        proof.followers.iter().find(|follower| good(&follower.result) && good(&follower.safe));
    match equal {
        Some(follower) => (true, line(follower)),
        None if proof.followers.is_empty() => (false, "there is no follower".to_owned()),
        None => (false, proof.followers.iter().map(line).collect::<Vec<_>>().join("; ")),
    }
}

/// The table, a line a step.
#[must_use]
pub fn table(steps: &[Step]) -> String {
    let width = steps.iter().map(|step| step.name.len()).max().unwrap_or_default();
    let line = |step: &Step| {
        let mark = if step.holds { "✓" } else { "✗" };
        let mend = step.mend.map(|mend| format!("\n  to do: {mend}")).unwrap_or_default();
        format!("{mark} {:width$}  {}{mend}\n", step.name, step.found)
    };
    steps.iter().map(line).collect()
}

/// Whether all of it holds.
#[must_use]
pub fn all_hold(steps: &[Step]) -> bool {
    !steps.is_empty() && steps.iter().all(|step| step.holds)
}

/// The answer that a program is given.
#[must_use]
pub fn answer(steps: &[Step]) -> Answer {
    if all_hold(steps) { Answer::Pass } else { Answer::Wait }
}
