//! Batches get to L1 well within the sequencing window.

use op_chain::{forks::Fork, rollup::RollupConfig};

use super::batch_forks;
use crate::command::{Command, integer};
use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::BatchCadence;
/// L1 blocks (op-node `params/constants.go`).
const GRANITE_TIMEOUT: u64 = 50;
const NO_NUMBER: &str = "Write the number of L1 blocks after which a batch must go to L1.";
const UNTIL_FULL: &str = "\
    On a quiet chain no batch is full for hours: the safe head stands still, and after the \
    sequencing window its blocks are lost. Set --max-channel-duration.";
const LITTLE_TIME: &str = "\
    A batch that stays away so long has little time left when L1 is full or the key is out of \
    ETH: lower --max-channel-duration.";

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    let window = facts.rollup.seq_window_size;
    let compare = |found: String| {
        Comparison::new(
            GATE,
            (
                format!("a channel closed after 1 to {} L1 blocks", window / 2),
                "half of seq_window_size of rollup.json",
            ),
            (found, "--max-channel-duration of the batcher"),
        )
    };
    let mut findings = vec![match channel(command) {
        Err(given) => compare(given).refuse(NO_NUMBER),
        Ok(0) => compare("0: until it is full".to_owned()).warn(UNTIL_FULL),
        Ok(blocks) if blocks >= window => compare(format!("{blocks} L1 blocks")).refuse(format!(
            "A batch must be on L1 within {window} L1 blocks of its blocks, or every node drops \
             them and the chain is reorganised: lower --max-channel-duration."
        )),
        Ok(blocks) => {
            compare(format!("{blocks} L1 blocks")).warn_unless(blocks <= window / 2, LITTLE_TIME)
        }
    }];
    findings.extend(margin(command, &facts.rollup));
    findings.extend(batch_forks::judge(GATE, command, facts));
    findings
}

/// A channel's time-out, less the margin, is how long it may stay open.
fn margin(command: &Command, rollup: &RollupConfig) -> Option<Finding> {
    let given = command.setting("sub-safety-margin")?;
    let granite = rollup.forks.time(Fork::Granite).is_some();
    let timeout = if granite { GRANITE_TIMEOUT } else { rollup.channel_timeout };
    let comparison = Comparison::new(
        GATE,
        (
            format!("at most {timeout} L1 blocks"),
            if granite {
                "channels' time-out since Granite"
            } else {
                "channel_timeout of rollup.json"
            },
        ),
        (given, "--sub-safety-margin of the batcher"),
    );
    // What is no number is told by the gate of flags.
    let margin = integer(given)?;
    (margin > timeout).then(|| {
        comparison.refuse(
            "op-batcher does not start (\"channel timeout is less than the safety margin\"): lower \
             --sub-safety-margin.",
        )
    })
}

/// L1 blocks, or what was given instead.
pub(crate) fn channel(batcher: &Command) -> Result<u64, String> {
    let given = batcher.setting("max-channel-duration").unwrap_or_default();
    integer(given).ok_or_else(|| format!("{given:?}"))
}
