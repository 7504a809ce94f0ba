//! The chain's own file, and the judgements of its gates.

use op_chain::rollup::RollupConfig;

use crate::{memory::Memory, watch::Watch};
use op_gate::record::Record;

/// Takes rollup.json. What is remembered of another chain is forgotten: false if there was any.
pub(crate) fn take(watch: &mut Watch, chain: RollupConfig) -> bool {
    let genesis = chain.genesis.l2.hash;
    let same = watch.memory.genesis.is_none_or(|remembered| remembered == genesis);
    if !same {
        watch.memory = Memory::new();
        watch.memory.counters.starts = 1;
    }
    watch.memory.genesis = Some(genesis);
    watch.seen.chain = Some(chain);
    same
}

/// Takes the last judgements of the gates, or why there are none.
pub(crate) fn take_judgements(watch: &mut Watch, judgements: Result<Record, String>) {
    if let Ok(record) = &judgements {
        watch.seen.accounts.clone_from(&record.accounts);
    }
    watch.seen.judgements = judgements;
}
