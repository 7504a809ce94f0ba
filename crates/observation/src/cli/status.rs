//! `ec-observe status`.

use std::{collections::BTreeMap, path::PathBuf, process::ExitCode};

use clap::Args;
use op_util::foreign::clean;
use serde_json::{Value, json};

use super::{chain::LedgerArgs, findings::lacking, output::print};
use crate::{ledger::State, observation::Observation};

#[derive(Args)]
#[command(
    after_help = "Example: ec-observe status headers.jsonl --rpc http://127.0.0.1:8545 --ledger deployment.json"
)]
pub(super) struct StatusArgs {
    /// What `ec-observe headers` wrote: the streams to show
    #[arg(value_name = "HEADERS")]
    headers: Option<PathBuf>,
    #[command(flatten)]
    ledger: LedgerArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How many of a stream's observations the chain knows.
#[derive(Debug, Default)]
struct Counts {
    observations: usize,
    proposed: usize,
    /// Final as we derived them.
    finals: usize,
    /// Another observation is final in the slot.
    others: usize,
    /// Whether the ledger has a final epoch that these lack: what follows can never be final.
    lacks: bool,
}

impl Counts {
    fn add(&mut self, own: &Observation, state: &State) {
        self.observations += 1;
        self.proposed += usize::from(state.proposed);
        match state.finalized {
            Some(hash) if hash == own.observation_hash => self.finals += 1,
            Some(_) => self.others += 1,
            None => {}
        }
    }

    fn to_json(&self, stream: &str) -> Value {
        json!({
            "stream": stream,
            "observations": self.observations,
            "proposed": self.proposed,
            "final": self.finals,
            "otherFinal": self.others,
            "lacksEpoch": self.lacks,
        })
    }
}

pub(super) async fn run(args: &StatusArgs) -> anyhow::Result<ExitCode> {
    let mut observations = Vec::new();
    if let Some(path) = &args.headers {
        observations = Observation::read(path)?.collect::<Result<_, _>>()?;
    }
    let ledger = args.ledger.open().await?;
    let set = ledger.set().await?;
    let mut streams = BTreeMap::<String, Counts>::new();
    let states = ledger.states(&observations, None, None).await?;
    for (own, state) in observations.iter().zip(&states) {
        streams.entry(own.stream.clone()).or_default().add(own, state);
    }
    for own in lacking(&ledger, &observations).await? {
        streams.entry(own.stream).or_default().lacks = true;
    }
    if args.json {
        let streams: Vec<_> =
            streams.iter().map(|(stream, counts)| counts.to_json(stream)).collect();
        print(json!({
            "chainId": ledger.chain_id,
            "ledger": ledger.address,
            "registry": {
                "address": ledger.registry,
                "members": set.members,
                "quorum": set.quorum,
                "epoch": set.epoch,
            },
            "streams": streams,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    print(format_args!(
        "ledger {} on chain {}: {} witnesses, a quorum is {}",
        ledger.address, ledger.chain_id, set.members, set.quorum
    ))?;
    for (stream, Counts { observations, proposed, finals, others, lacks }) in streams {
        let lacks = if lacks { ", an epoch that is final is lacking" } else { "" };
        print(format_args!(
            "{}: {observations} observations, {proposed} proposed, {finals} final, \
             {others} with another one final{lacks}",
            clean(&stream)
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
