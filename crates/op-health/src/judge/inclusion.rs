//! Whether what users send gets into blocks, as far as the sequencer's pool and blocks show.

use crate::watch::Watch;
use op_status::condition::{Condition, Name, State};

/// Blocks in a row that may hold deposits alone while somebody waits who pays enough.
const BLOCKS: u64 = 30;

const MEND: &str = "Users wait, and blocks go on without them: see whether the sequencer is in recover mode \
                    (admin_setRecoverMode), whether the batcher throttles (its log, miner_setMaxDASize), and whether its \
                    L1 origin is too old (op-node's log: NoTxPool).";
const SEE: &str = "See its engine, and that its http.api has txpool.";

pub(super) fn judge(watch: &Watch) -> Vec<Condition> {
    watch.setup.plan.sequencer().map(|node| of(watch, &node.name)).into_iter().collect()
}

fn of(watch: &Watch, sequencer: &str) -> Condition {
    const NAME: Name = Name::Inclusion;
    let expected = format!("no {BLOCKS} blocks of deposits alone while transactions wait");
    let inclusion = &watch.seen.inclusion;
    let unknown = |reason: &str| Condition::unknown(NAME, sequencer, &*expected, reason, SEE);
    let waiting = match (watch.seen.engine(sequencer).get(), &inclusion.waiting) {
        (Err(reason), _) => return unknown(reason),
        (Ok(()), None) => return unknown("it was not read yet"),
        (Ok(()), Some(Err(reason))) => return unknown(reason),
        (Ok(()), Some(Ok(waiting))) => *waiting,
    };
    let found = match inclusion.blocks {
        0 => format!("{waiting} wait"),
        blocks => format!("{waiting} wait, {blocks} blocks went without"),
    };
    let condition = Condition::holds(NAME, sequencer, &*expected, found);
    condition.unless(inclusion.blocks <= BLOCKS, State::Failed, MEND)
}
