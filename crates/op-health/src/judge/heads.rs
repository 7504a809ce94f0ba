//! The sequencer's heads; on a host without it, those of each node.

use op_util::text::span;

use crate::memory::{self, Head};
use crate::{last_reading::LastReading, plan::Node, watch::Watch};
use op_status::condition::{Condition, Name, State};
use op_util::number::{float, whole};

/// Seconds for which a reset of the derivation pipeline counts.
const RESET_COUNTS: f64 = 600.0;
/// Blocks for which a failed L1-info deposit counts.
const L1_INFO_COUNTS: u64 = 300;

const NO_BLOCKS: &str = "The sequencer makes no blocks: see whether it runs, whether its engine answers, and what its \
                         log says about L1.";
const NONE_COME: &str = "It follows no more: see its peers, its engine and its L1 endpoint. If other nodes stand as well, \
                         the sequencer does.";
const NOT_DERIVED: &str = "It derives nothing from L1: see its L1 endpoint and its beacon node. If other nodes stand as well, \
                           no batches come.";
const NOT_SAFE: &str = "Blocks are not in L1: look at the batcher (its balance, its key, its L1 endpoint), then at \
                        the sequencer's derivation. Users' blocks are lost when the sequencing window ends.";
const NOT_FINAL: &str = "Withdrawals wait for it: see whether L1 itself becomes final, then whether the safe head \
                         moves.";
const LAGS: &str = "The batcher is too slow, or stopped: see its log, its balance and L1's fees.";
const STOPPED: &str = "Somebody stopped it with admin_stopSequencer: admin_startSequencer with the hash of its unsafe \
                       head starts it again. A restart of its node does so, too: what must stay stopped is held \
                       (op-warden hold sequencer-node --why TEXT).";
const RESET: &str = "A reset follows a reorganisation of L1, or an L1 endpoint that contradicts itself: see op-node's \
                     log for its reason.";
const STALE_L1: &str = "Contracts on L2 see an old L1: fees and deposits go wrong while the heads look healthy. \
                        Compare the L1Block predeploy's code with the fork that is active (op-warden check: predeploys).";

pub(super) fn judge(watch: &Watch) -> Vec<Condition> {
    match watch.setup.plan.sequencer() {
        Some(sequencer) => of_sequencer(watch, sequencer),
        None => watch.setup.plan.nodes.iter().flat_map(|node| of_node(watch, node)).collect(),
    }
}

/// Nobody here makes blocks: what comes from elsewhere is all there is to judge by.
fn of_node(watch: &Watch, node: &Node) -> [Condition; 3] {
    let pending = watch.seen.engine(&node.name).is_pending();
    let memory = watch.memory.nodes.get(&node.name);
    let head = |pick: fn(&memory::Node) -> Option<Head>| memory.and_then(pick);
    let limits = watch.setup.plan.limits;
    let moves =
        |name, head, limit, mend| moving(watch, name, &node.name, (head, pending), limit, mend);
    [
        fresh(watch, node, head(|node| node.unsafe_head), NONE_COME),
        moves(Name::SafeHead, head(|node| node.safe_head), limits.safe_stall, NOT_DERIVED),
        moves(
            Name::FinalizedHead,
            head(|node| node.finalized_head),
            limits.finalized_stall,
            NOT_FINAL,
        ),
    ]
}

fn of_sequencer(watch: &Watch, sequencer: &Node) -> Vec<Condition> {
    // The service that makes blocks safe is the one to look at.
    let batcher = watch.setup.service_of("op-batcher").unwrap_or(&sequencer.name);
    // What is remembered from before a start says nothing until it was looked at again.
    let pending = watch.seen.engine(&sequencer.name).is_pending();
    let memory = watch.memory.nodes.get(&sequencer.name);
    let head = |pick: fn(&memory::Node) -> Option<Head>| memory.and_then(pick);
    let unsafe_head = head(|node| node.unsafe_head);
    let safe_head = head(|node| node.safe_head);
    let finalized = head(|node| node.finalized_head);
    let limits = watch.setup.plan.limits;
    let moves = |name, subject, head, limit, mend| {
        moving(watch, name, subject, (head, pending), limit, mend)
    };
    let mut conditions = vec![
        fresh(watch, sequencer, unsafe_head, NO_BLOCKS),
        moves(Name::SafeHead, batcher, safe_head, limits.safe_stall, NOT_SAFE),
        moves(Name::FinalizedHead, &sequencer.name, finalized, limits.finalized_stall, NOT_FINAL),
        lag(watch, batcher, unsafe_head, safe_head),
        l1_info(watch, sequencer),
    ];
    conditions.extend(derivation(watch, sequencer));
    conditions.extend(active(watch, sequencer));
    conditions
}

/// New blocks come, and they are of now.
fn fresh(watch: &Watch, node: &Node, head: Option<Head>, mend: &str) -> Condition {
    const NAME: Name = Name::UnsafeHead;
    let subject = &node.name;
    let limit = watch.setup.plan.limits.unsafe_stall;
    let expected = format!("a new block within {}", span(limit));
    let engine = watch.seen.engine(subject);
    let head = match (engine.get(), head) {
        (Ok(()), Some(head)) => head,
        (Err(reason), Some(head)) if head.stalled > float(limit) && !engine.is_pending() => {
            let found = format!("no new block for {}: {reason}", span(whole(head.stalled)));
            return Condition::holds(NAME, subject, expected, found).is(State::Failed, mend);
        }
        (Err(reason), _) => return Condition::unknown(NAME, subject, expected, reason, mend),
        (Ok(()), None) => {
            return Condition::unknown(NAME, subject, expected, "it has no head", mend);
        }
    };
    let age = (watch.seen.now - float(head.block.timestamp)).max(0.0);
    let found = format!(
        "block {}, {} old, came {} ago",
        head.block.number,
        span(whole(age)),
        span(whole(head.stalled))
    );
    Condition::holds(NAME, subject, expected, found).unless(
        head.stalled <= float(limit) && age <= float(limit),
        State::Failed,
        mend,
    )
}

/// A head that moves at all.
fn moving(
    watch: &Watch,
    name: Name,
    subject: &str,
    (head, pending): (Option<Head>, bool),
    limit: u64,
    mend: &str,
) -> Condition {
    let expected = format!("moves within {}", span(limit));
    if pending {
        return Condition::unknown(name, subject, expected, "it was not read yet", mend);
    }
    // A chain that was never settled has no such head: its time counts from when it was first seen.
    let watched = watch.seen.now - watch.setup.watching_since;
    let (found, stalled) = match head {
        None => (format!("none yet, watched for {}", span(whole(watched))), watched),
        Some(head) => {
            let came = span(whole(head.stalled));
            (format!("block {}, came {came} ago", head.block.number), head.stalled)
        }
    };
    let condition = Condition::holds(name, subject, expected, found);
    condition.unless(stalled <= float(limit), State::Failed, mend)
}

fn lag(watch: &Watch, batcher: &str, head: Option<Head>, safe: Option<Head>) -> Condition {
    const NAME: Name = Name::SafeLag;
    let limit = watch.setup.plan.limits.safe_lag;
    let expected = format!("the safe head at most {} behind the unsafe one", span(limit));
    let genesis = watch.seen.chain.as_ref().map(|chain| chain.genesis.l2_time);
    let safe = safe.map(|safe| safe.block.timestamp).or(genesis);
    let Some((head, safe)) = head.zip(safe) else {
        let mend = "See the sequencer.";
        return Condition::unknown(NAME, batcher, expected, "there are no heads", mend);
    };
    let lag = head.block.timestamp.saturating_sub(safe);
    let condition = Condition::holds(NAME, batcher, expected, format!("{} behind", span(lag)));
    condition.unless(lag <= limit, State::Failed, LAGS)
}

fn active(watch: &Watch, sequencer: &Node) -> Option<Condition> {
    const NAME: Name = Name::SequencerActive;
    const EXPECTED: &str = "the sequencer is started";
    let subject = &sequencer.name;
    sequencer.rollup.as_ref()?;
    let active = match watch.seen.node(subject).get() {
        Err(reason) => {
            let mend = "Start its op-node.";
            return Some(Condition::unknown(NAME, subject, EXPECTED, reason, mend));
        }
        Ok(node) => node.active.as_ref()?,
    };
    Some(match active {
        Ok(active) => {
            let found = if *active { "started" } else { "stopped" };
            let condition = Condition::holds(NAME, subject, EXPECTED, found);
            condition.unless(*active, State::Failed, STOPPED)
        }
        Err(unread) => {
            let mend = "Give its op-node --rpc.enable-admin.";
            Condition::unknown(NAME, subject, EXPECTED, &unread.to_string(), mend)
        }
    })
}

/// Its op-node's metrics count the resets.
fn derivation(watch: &Watch, sequencer: &Node) -> Option<Condition> {
    const NAME: Name = Name::Derivation;
    const EXPECTED: &str = "the derivation pipeline is not reset";
    const MEND: &str = "Start its op-node.";
    watch.setup.plan.programs.get(&sequencer.name)?;
    let program = watch.seen.programs.get(&sequencer.name);
    let program = program.map_or(Err("it was not read yet"), LastReading::get);
    let resets = program.map(|program| program.derivation_resets);
    if let Err(reason) =
        resets.and_then(|resets| resets.ok_or("its metrics do not count its resets"))
    {
        return Some(Condition::unknown(NAME, &sequencer.name, EXPECTED, reason, MEND));
    }
    let memory = watch.memory.nodes.get(&sequencer.name);
    let ago = memory.and_then(|node| Some(watch.seen.now - node.reset_at?));
    let found = match ago {
        None => "no reset was seen".to_owned(),
        Some(ago) => format!("reset {} ago", span(whole(ago))),
    };
    let condition = Condition::holds(NAME, &sequencer.name, EXPECTED, found);
    Some(condition.unless(ago.is_none_or(|ago| ago > RESET_COUNTS), State::Warn, RESET))
}

fn l1_info(watch: &Watch, sequencer: &Node) -> Condition {
    const EXPECTED: &str = "the L1-info deposit of every new block has status 1";
    const NAME: Name = Name::L1Info;
    let next = match (watch.seen.engine(&sequencer.name).get(), watch.memory.next_l1_info) {
        (Ok(()), Some(next)) => next,
        (read, _) => {
            let reason = read.err().unwrap_or("it was not read yet");
            let mend = "See its engine.";
            return Condition::unknown(NAME, &sequencer.name, EXPECTED, reason, mend);
        }
    };
    let failed = watch.memory.failed_l1_info;
    let found = match failed {
        Some(block) => format!("failed in block {block}"),
        None => format!("succeeded up to block {}", next.saturating_sub(1)),
    };
    Condition::holds(NAME, &sequencer.name, EXPECTED, found).unless(
        failed.is_none_or(|block| next.saturating_sub(block) > L1_INFO_COUNTS),
        State::Failed,
        STALE_L1,
    )
}
