//! The sequencer's heads.

use crate::judge::{Verdict, span};
use crate::{
    condition::{Name, State},
    memory::Head,
    number::float,
    plan::Node,
    watch::Watch,
};

/// Seconds for which a reset of the derivation pipeline stays to be seen.
const RESET_SHOWN: f64 = 600.0;
/// Blocks for which a failed L1-info deposit stays to be seen.
const L1_INFO_SHOWN: u64 = 300;

pub(super) fn judge(watch: &Watch) -> Vec<Verdict> {
    let Some(sequencer) = watch.plan.sequencer() else { return Vec::new() };
    // Whoever makes blocks safe is the one to look at.
    let batcher = watch.service_of("op-batcher").unwrap_or(&sequencer.name);
    // What is remembered from before a start says nothing until it was looked at again.
    let pending = watch.engine(&sequencer.name).is_pending();
    let memory = watch.memory.nodes.get(&sequencer.name);
    let head = |pick: fn(&crate::memory::Node) -> Option<Head>| memory.and_then(pick);
    let unsafe_head = head(|node| node.unsafe_head);
    let safe_head = head(|node| node.safe_head);
    let finalized = head(|node| node.finalized_head);
    let limits = watch.plan.limits;
    let mut verdicts = vec![
        fresh(watch, sequencer, unsafe_head),
        moving(
            watch,
            Name::SafeHead,
            batcher,
            (safe_head, pending),
            limits.safe_stall,
            "Blocks are not in L1: look at the batcher (its balance, its key, its L1 endpoint), then at the sequencer's derivation. Users' blocks are lost when the sequencing window ends.",
        ),
        moving(
            watch,
            Name::FinalizedHead,
            &sequencer.name,
            (finalized, pending),
            limits.finalized_stall,
            "Withdrawals wait for it: see whether L1 itself becomes final, then whether the safe head moves.",
        ),
        lag(watch, batcher, unsafe_head, safe_head),
        derivation(watch, sequencer),
        l1_info(watch, sequencer),
    ];
    verdicts.extend(active(watch, sequencer));
    verdicts
}

/// New blocks come, and they are of now.
fn fresh(watch: &Watch, sequencer: &Node, head: Option<Head>) -> Verdict {
    const NAME: Name = Name::UnsafeHead;
    const MEND: &str = "The sequencer makes no blocks: see whether it runs, whether its engine answers, and what its log says about L1.";
    let limit = float(watch.plan.limits.unsafe_stall);
    let expected = format!("a new block within {}", span(limit));
    let engine = watch.engine(&sequencer.name);
    let head = match (engine.get(), head) {
        (Ok(()), Some(head)) => head,
        (Err(reason), Some(head)) if head.stalled > limit && !engine.is_pending() => {
            let found = format!("no new block for {}: {reason}", span(head.stalled));
            return Verdict::holds(NAME, &sequencer.name, expected, found).is(State::Failed, MEND);
        }
        (Err(reason), _) => {
            return Verdict::unknown(NAME, &sequencer.name, expected, reason, MEND);
        }
        (Ok(()), None) => {
            return Verdict::unknown(NAME, &sequencer.name, expected, "it has no head", MEND);
        }
    };
    let age = (watch.now - float(head.block.timestamp)).max(0.0);
    let found =
        format!("block {}, {} old, came {} ago", head.block.number, span(age), span(head.stalled));
    Verdict::holds(NAME, &sequencer.name, expected, found).unless(
        head.stalled <= limit && age <= limit,
        State::Failed,
        MEND,
    )
}

/// A head that goes on at all.
fn moving(
    watch: &Watch,
    name: Name,
    subject: &str,
    (head, pending): (Option<Head>, bool),
    limit: u64,
    mend: &str,
) -> Verdict {
    let limit = float(limit);
    let expected = format!("moves within {}", span(limit));
    if pending {
        return Verdict::unknown(name, subject, expected, "it was not read yet", mend);
    }
    // A chain that was never settled has no such head: its time counts from when it was first seen.
    let watched = watch.now - watch.watching_since;
    let (found, stalled) = head.map_or_else(
        || (format!("none yet, watched for {}", span(watched)), watched),
        |head| {
            (format!("block {}, came {} ago", head.block.number, span(head.stalled)), head.stalled)
        },
    );
    Verdict::holds(name, subject, expected, found).unless(stalled <= limit, State::Failed, mend)
}

fn lag(watch: &Watch, batcher: &str, head: Option<Head>, safe: Option<Head>) -> Verdict {
    const NAME: Name = Name::SafeLag;
    let limit = float(watch.plan.limits.safe_lag);
    let expected = format!("the safe head at most {} behind the unsafe one", span(limit));
    let begin = watch.genesis_time();
    let Some((head, begin)) = head.zip(safe.map(|safe| safe.block.timestamp).or(begin)) else {
        return Verdict::unknown(
            NAME,
            batcher,
            expected,
            "there are no heads",
            "See the sequencer.",
        );
    };
    let lag = float(head.block.timestamp.saturating_sub(begin));
    Verdict::holds(NAME, batcher, expected, format!("{} behind", span(lag))).unless(
        lag <= limit,
        State::Failed,
        "The batcher is too slow, or stopped: see its log, its balance and L1's fees.",
    )
}

fn active(watch: &Watch, sequencer: &Node) -> Option<Verdict> {
    const NAME: Name = Name::SequencerActive;
    const EXPECTED: &str = "the sequencer is started";
    sequencer.rollup.as_ref()?;
    Some(match watch.node(&sequencer.name).get() {
        Err(reason) => {
            Verdict::unknown(NAME, &sequencer.name, EXPECTED, reason, "Start its op-node.")
        }
        Ok(node) => match &node.active {
            Some(Ok(active)) => {
                let found = if *active { "started" } else { "stopped" };
                Verdict::holds(NAME, &sequencer.name, EXPECTED, found).unless(
                    *active,
                    State::Failed,
                    "Somebody stopped it with admin_stopSequencer: admin_startSequencer with the hash of its unsafe head starts it again.",
                )
            }
            Some(Err(unread)) => {
                let mend = "Give its op-node --rpc.enable-admin.";
                Verdict::unknown(NAME, &sequencer.name, EXPECTED, &unread.to_string(), mend)
            }
            None => return None,
        },
    })
}

fn derivation(watch: &Watch, sequencer: &Node) -> Verdict {
    let memory = watch.memory.nodes.get(&sequencer.name);
    let ago = memory.and_then(|node| Some(watch.now - node.reset_at?));
    let found = ago
        .map_or_else(|| "no reset was seen".to_owned(), |ago| format!("reset {} ago", span(ago)));
    Verdict::holds(Name::Derivation, &sequencer.name, "the derivation pipeline is not reset", found).unless(
        ago.is_none_or(|ago| ago > RESET_SHOWN),
        State::Warn,
        "A reset follows a reorganisation of L1, or an L1 endpoint that contradicts itself: see op-node's log for its reason.",
    )
}

fn l1_info(watch: &Watch, sequencer: &Node) -> Verdict {
    const EXPECTED: &str = "the L1-info deposit of every new block has status 1";
    let checked = watch.memory.next_l1_info.unwrap_or_default();
    let failed = watch.memory.failed_l1_info;
    let found = match failed {
        Some(block) => format!("failed in block {block}"),
        None => format!("succeeded up to block {}", checked.saturating_sub(1)),
    };
    Verdict::holds(Name::L1Info, &sequencer.name, EXPECTED, found).unless(
        failed.is_none_or(|block| checked.saturating_sub(block) > L1_INFO_SHOWN),
        State::Failed,
        "Contracts on L2 see a stale L1: fees and deposits go wrong while the heads look healthy. Compare the L1Block predeploy's code with the fork that is active (op-warden check: predeploys).",
    )
}
