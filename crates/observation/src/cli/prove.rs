//! `ec-observe prove` and `ec-observe verify`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use super::{
    NO,
    chain::ledger,
    print,
    source::{SourceArgs, with_progress},
};
use crate::{observation::Observation, proof::Proof};

#[derive(Args)]
#[command(
    after_help = "Example: ec-observe prove archive.jsonl --headers headers.jsonl --stream ch02.1/video --epoch 1767225600000 --sequence 7 > proof.json\n\nExit codes: 0, or 2 if there is no proof, and for every other error."
)]
pub(super) struct ProveArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// What `ec-observe headers` wrote of the archive
    #[arg(long, value_name = "FILE")]
    headers: PathBuf,
    /// The entry's stream
    #[arg(long)]
    stream: String,
    /// The entry's epoch
    #[arg(long)]
    epoch: String,
    /// The entry's place in the epoch
    #[arg(long, value_name = "N")]
    sequence: u64,
}

pub(super) fn prove(args: &ProveArgs) -> anyhow::Result<ExitCode> {
    let mut observations = Observation::read(&args.headers)?;
    let of_epoch = |own: &Observation| own.stream == args.stream && own.epoch == args.epoch;
    let observation = observations
        .find_map(|own| match own {
            Ok(own) => of_epoch(&own).then_some(Ok(own)),
            Err(error) => Some(Err(error)),
        })
        .with_context(|| {
            let headers = args.headers.display();
            format!("{headers} has no epoch {:?} of stream {:?}", args.epoch, args.stream)
        })??;
    let scan = args.source.scan()?;
    let proof = with_progress(&scan.input, || Proof::make(&scan, &observation, args.sequence))?;
    print(serde_json::to_string_pretty(&proof)?)?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Args)]
#[command(
    after_help = "Examples:\n  ec-observe verify proof.json\n  ec-observe verify proof.json --rpc http://127.0.0.1:8545 --ledger deployment.json\n\nWithout a chain it says whether the entry is part of the observation; with one, also whether the observation is final there. It asks the ledger's own `includes`.\n\nExit codes: 0 included, 1 not, 2 for every error."
)]
pub(super) struct VerifyArgs {
    /// What `ec-observe prove` printed
    #[arg(value_name = "PROOF")]
    proof: PathBuf,
    /// URL of a node of the chain
    #[arg(long, value_name = "URL", requires = "ledger")]
    rpc: Option<String>,
    /// The ledger's address, or the file that `ec-observe deploy` wrote
    #[arg(long, value_name = "ADDRESS|FILE", requires = "rpc")]
    ledger: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn verify(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let proof =
        Proof::read(&args.proof).with_context(|| format!("cannot use {}", args.proof.display()))?;
    let offline = proof.check();
    let on_chain = match (&args.rpc, &args.ledger) {
        (Some(url), Some(address)) => Some(ledger(url, address).await?.includes(&proof).await?),
        _ => None,
    };
    let included = offline.is_ok() && on_chain != Some(false);
    if args.json {
        print(json!({
            "included": included,
            "reason": offline.err(),
            "final": on_chain,
            "observationHash": proof.observation.observation_hash,
        }))?;
    } else {
        let entry = proof.entry.sequence;
        let observation = proof.observation.observation_hash;
        print(match (offline, on_chain) {
            (Err(reason), _) => format!("not included: {reason}"),
            (Ok(()), None) => format!("entry {entry} is part of the observation {observation}"),
            (Ok(()), Some(true)) => {
                format!("entry {entry} is part of the observation {observation}, which is final")
            }
            (Ok(()), Some(false)) => {
                format!(
                    "entry {entry} is part of the observation {observation}, which is not final on this ledger"
                )
            }
        })?;
    }
    Ok(if included { ExitCode::SUCCESS } else { ExitCode::from(NO) })
}
