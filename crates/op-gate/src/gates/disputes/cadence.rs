//! How often batches and proposals go to L1.

use std::time::Duration;

use eth_rpc::{BlockHead, Reading};

use crate::{Answer, Finding, Gate, read::Facts};
use crate::{
    command::{Command, duration},
    config::Service,
};

/// Of Ethereum, in seconds: for an L1 that has not gone on since its finalized block.
const SLOT: u64 = 12;

/// Batches get to L1 within the sequencing window, and some time.
pub(crate) fn batches(service: &Service, facts: &Facts) -> Vec<Finding> {
    const GATE: Gate = Gate::BatchCadence;
    let Some(command) = &service.command else { return Vec::new() };
    let window = facts.rollup.seq_window_size;
    let compare = |found: String| {
        Finding::compare(
            GATE,
            (
                format!("a channel closed after 1 to {} L1 blocks", window / 2),
                "half of seq_window_size of rollup.json",
            ),
            (found, "--max-channel-duration of the batcher"),
        )
    };
    let finding = match channel(command) {
        Err(given) => compare(given).answered(
            Answer::Refuse,
            "Write the number of L1 blocks after which a batch must go to L1.",
        ),
        Ok(0) => compare("0: until it is full".to_owned()).answered(
            Answer::Warn,
            "On a quiet chain no batch is full for hours: the safe head stands still, and after the sequencing window its blocks are lost. Set --max-channel-duration.",
        ),
        Ok(blocks) => compare(format!("{blocks} L1 blocks"))
            .warn_unless(
                blocks <= window / 2,
                "A batch that stays away so long has little time left when L1 is full or the key is out of ETH: lower --max-channel-duration.",
            )
            .refuse_unless(
                blocks < window,
                format!("A batch must be on L1 within {window} L1 blocks of its blocks, or every node drops them and the chain is reorganised: lower --max-channel-duration."),
            ),
    };
    vec![finding]
}

/// Proposals are not more frequent than what they can claim.
pub(crate) fn proposals(service: &Service, facts: &Facts) -> Vec<Finding> {
    const GATE: Gate = Gate::ProposalCadence;
    let Some(command) = &service.command else { return Vec::new() };
    let source = "--proposal-interval of the proposer";
    let given = command.value("proposal-interval").unwrap_or_default();
    let Some(interval) = duration(given).filter(|interval| !interval.is_zero()) else {
        return vec![
            Finding::compare(
                GATE,
                ("a time such as 1h", source),
                (format!("{given:?}"), source),
            )
            .answered(
                Answer::Refuse,
                "Set --proposal-interval: op-proposer does not start without it when it is given a dispute game factory.",
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
    let seconds = match block_time(GATE, facts) {
        Ok(seconds) => seconds,
        Err(unknown) => return vec![*unknown],
    };
    let batches = Duration::from_secs(seconds.saturating_mul(blocks));
    vec![
        Finding::compare(
            GATE,
            (
                format!("no more often than every {batches:?}"),
                "--max-channel-duration of the batcher, and the time between L1 blocks",
            ),
            (format!("every {interval:?}"), source),
        )
        .warn_unless(
            interval >= batches,
            "On a quiet chain the safe head moves with the batches only, so proposals, and the withdrawals that wait for them, come later than --proposal-interval says: lower the batcher's --max-channel-duration, or propose less often.",
        ),
    ]
}

/// L1 blocks, or what was given instead.
fn channel(batcher: &Command) -> Result<u64, String> {
    let given = batcher.value("max-channel-duration").unwrap_or("0");
    given.parse().map_err(|_| format!("{given:?}"))
}

/// Seconds between L1 blocks since the finalized one, rounded down.
fn block_time(gate: Gate, facts: &Facts) -> Result<u64, Box<Finding>> {
    let (finalized, latest) = (&facts.l1.finalized, &facts.l1.latest);
    let (first, began) = known(gate, finalized, "the newest finalized block", facts)?;
    let (last, now) = known(gate, latest, "the newest block", facts)?;
    Ok(now.saturating_sub(began).checked_div(last.saturating_sub(first)).unwrap_or(SLOT))
}

/// Number and time of a block, or the finding that it is not known.
fn known(
    gate: Gate,
    block: &Reading<Option<BlockHead>>,
    what: &str,
    facts: &Facts,
) -> Result<(u64, u64), Box<Finding>> {
    let l1 = &facts.l1.shown;
    match block {
        Ok(Some(block)) => Ok((block.number.to(), block.timestamp.to())),
        Ok(None) => Err(Box::new(
            Finding::compare(gate, (what, "the time between L1 blocks"), ("no such block", l1))
                .answered(Answer::Wait, "Let the L1 node sync."),
        )),
        Err(unread) => Err(Box::new(Finding::unread(gate, what, l1, unread))),
    }
}
