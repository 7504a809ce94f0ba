//! Proposals are not more frequent than what they can claim.

use std::time::Duration;

use eth_rpc::{BlockHead, Reading};

use crate::finding::{Comparison, Finding};
use crate::gates::disputes::batch_cadence::channel;
use crate::{command::duration, config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::ProposalCadence;

/// Of Ethereum, in seconds: for an L1 that has not gone on since its finalized block.
const SLOT: u64 = 12;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some(command) = &service.command else { return Vec::new() };
    let source = "--proposal-interval of the proposer";
    let given = command.value("proposal-interval").unwrap_or_default();
    let Some(interval) = duration(given).filter(|interval| !interval.is_zero()) else {
        return vec![
            Comparison::new(GATE, ("a time such as 1h", source), (format!("{given:?}"), source))
                .refuse(
                    "Set --proposal-interval: op-proposer does not start without it when it is \
                     given a dispute game factory.",
                ),
        ];
    };
    let sources = facts.config.commands("op-batcher");
    let Some(blocks) =
        sources.filter_map(|batcher| channel(batcher).ok()).max().filter(|&blocks| blocks > 0)
    else {
        return vec![Finding::skip(
            GATE,
            format!("proposals every {interval:?}; no batcher here says how often batches come"),
        )];
    };
    let seconds = match block_time(facts) {
        Ok(seconds) => seconds,
        Err(unknown) => return vec![*unknown],
    };
    let batches = Duration::from_secs(seconds.saturating_mul(blocks));
    vec![
        Comparison::new(
            GATE,
            (
                format!("no more often than every {batches:?}"),
                "--max-channel-duration of the batcher, and the time between L1 blocks",
            ),
            (format!("every {interval:?}"), source),
        )
        .warn_unless(
            interval >= batches,
            "On a quiet chain the safe head moves with the batches only, so proposals, and the \
             withdrawals that wait for them, come later than --proposal-interval says: lower the \
             batcher's --max-channel-duration, or propose less often.",
        ),
    ]
}

/// Seconds between L1 blocks since the finalized one, rounded down.
fn block_time(facts: &Facts) -> Result<u64, Box<Finding>> {
    let (finalized, latest) = (&facts.l1.finalized, &facts.l1.latest);
    let (first, began) = known(finalized, "the newest finalized block", facts)?;
    let (last, now) = known(latest, "the newest block", facts)?;
    Ok(now.saturating_sub(began).checked_div(last.saturating_sub(first)).unwrap_or(SLOT))
}

/// Number and time of a block, or the finding that it is not known.
fn known(
    block: &Reading<Option<BlockHead>>,
    what: &str,
    facts: &Facts,
) -> Result<(u64, u64), Box<Finding>> {
    let l1 = &facts.l1.endpoint;
    match block {
        Ok(Some(block)) => Ok((block.number.to(), block.timestamp.to())),
        Ok(None) => Err(Box::new(
            Comparison::new(GATE, (what, "the time between L1 blocks"), ("no such block", l1))
                .wait("Let the L1 node sync."),
        )),
        Err(unread) => Err(Box::new(Finding::unread(GATE, what, l1, unread))),
    }
}
