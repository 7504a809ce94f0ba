//! Whether blocks that people saw are still there.

use op_util::text::span;

use crate::memory::reorgs::{Kind, Reorg};
use crate::update::reorgs::short;
use crate::{last_reading::LastReading, watch::Watch};
use op_status::condition::{Condition, Name, State};
use op_util::number::whole;

const NAME: Name = Name::Reorg;
const EXPECTED: &str = "no block that was seen is replaced";
/// Seconds for which a reorganisation counts: of unsafe blocks and of L1, and of safe ones.
const COUNTS: f64 = 600.0;
const SAFE_COUNTS: f64 = 3_600.0;

const UNSAFE: &str = "Users saw what is not so any more: find out whether L1 was reorganised, whether the sequencing window \
                      was over (sequencing-window), whether the sequencer lost its database, and whether a second \
                      sequencer runs (alone).";
const SAFE: &str = "What was derived from L1 is replaced, so L1 was reorganised by much, or two nodes derive different \
                    blocks: compare with another node before anything else. Withdrawals and games about the lost \
                    blocks are void.";
const FINAL: &str = "What is final never changes: the node's database or its program is wrong, or L1 has failed. Stop the \
                     proposer, compare with another node. Once it is understood: op-warden accept reorg --why TEXT.";
const OF_L1: &str = "L1 replaced several blocks at once: see whether other endpoints agree. The L2 blocks on them are \
                     made anew.";

pub(super) fn judge(watch: &Watch) -> Vec<Condition> {
    let sequencer = watch.setup.plan.sequencer().map(|node| of_sequencer(watch, &node.name));
    sequencer.into_iter().chain([of_l1(watch)]).collect()
}

fn of_sequencer(watch: &Watch, sequencer: &str) -> Condition {
    if let Err(reason) = watch.seen.engine(sequencer).get() {
        return Condition::unknown(NAME, sequencer, EXPECTED, reason, "See its engine.");
    }
    let last = |kind: Kind| watch.memory.reorgs.last.get(&kind);
    let recent = |kind, seconds| last(kind).filter(|reorg| is_recent(watch, reorg, seconds));
    let last_final = last(Kind::Finalized);
    let is_accepted = |reorg: &&Reorg| watch.seen.is_accepted(NAME, reorg.at);
    let finalized = last_final.filter(|reorg| !is_accepted(reorg));
    let (safe, unsafe_) = (recent(Kind::Safe, SAFE_COUNTS), recent(Kind::Unsafe, COUNTS));
    let all = [("finalized", finalized), ("safe", safe), ("unsafe", unsafe_)];
    let all: Vec<String> = all
        .iter()
        .filter_map(|(what, reorg)| Some(format!("{what} {}", said(watch, (*reorg)?))))
        .collect();
    let found = if all.is_empty() { "none was seen lately".to_owned() } else { all.join("; ") };
    let accepted = last_final.filter(is_accepted).and(watch.seen.accepted(NAME)).cloned();
    let condition = Condition::holds(NAME, sequencer, EXPECTED, found)
        .unless(finalized.is_none(), State::Failed, FINAL)
        .unless(safe.is_none(), State::Failed, SAFE)
        .unless(unsafe_.is_none(), State::Warn, UNSAFE);
    Condition { accepted, ..condition }
}

fn of_l1(watch: &Watch) -> Condition {
    if let Err(reason) = LastReading::get(&watch.seen.l1) {
        return Condition::unknown(NAME, "l1", EXPECTED, reason, "See L1.");
    }
    let last = watch.memory.reorgs.last.get(&Kind::L1);
    let last = last.filter(|reorg| is_recent(watch, reorg, COUNTS));
    let found = last.map_or_else(|| "none was seen lately".to_owned(), |last| said(watch, last));
    let condition = Condition::holds(NAME, "l1", EXPECTED, found);
    condition.unless(last.is_none(), State::Warn, OF_L1)
}

fn is_recent(watch: &Watch, reorg: &Reorg, seconds: f64) -> bool {
    watch.seen.now - reorg.at <= seconds && !watch.seen.is_accepted(NAME, reorg.at)
}

fn said(watch: &Watch, Reorg { at, block, was, is }: &Reorg) -> String {
    let ago = span(whole((watch.seen.now - at).max(0.0)));
    let is = is.as_ref().map_or_else(|| "gone".to_owned(), short);
    format!("block {block} was {}, is {is}, seen {ago} ago", short(was))
}
