//! `ec-observe prove` and `ec-observe verify`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use super::chain::{ledger, place};
use super::output::{NO, print};
use super::source::{SourceArgs, with_progress};
use crate::{observation::Observation, proof::Proof};

const PROVE_HELP: &str = "\
Example: ec-observe prove archive.jsonl --headers headers.jsonl --stream ch02.1/video \
--epoch 1767225600000 --sequence 7 > proof.json

Exit codes: 0, 2 if there is no proof, and for every other error.";

const VERIFY_HELP: &str = "\
Examples:
  ec-observe verify proof.json
  ec-observe verify proof.json --rpc http://127.0.0.1:8545 --ledger deployment.json

Without a chain it says whether the entry is part of the observation; with one, also whether the \
observation is final there. It calls `includes` of the ledger.

Exit codes: 0 included, 1 not, 2 for every error.";

#[derive(Args)]
#[command(after_help = PROVE_HELP)]
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
#[command(after_help = VERIFY_HELP)]
pub(super) struct VerifyArgs {
    /// What `ec-observe prove` printed
    #[arg(value_name = "PROOF")]
    proof: PathBuf,
    /// URL of a node of the chain
    #[arg(long, value_name = "URL", requires = "ledger")]
    rpc: Option<String>,
    /// The file that `ec-observe deploy` wrote, or the ledger's address
    #[arg(long, value_name = "FILE|ADDRESS", requires = "rpc")]
    ledger: Option<String>,
    /// The chain's id, where the ledger is given by its address
    #[arg(long, value_name = "ID", requires = "ledger")]
    chain_id: Option<u64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn verify(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let proof =
        Proof::read(&args.proof).with_context(|| format!("cannot use {}", args.proof.display()))?;
    let offline = proof.check();
    let on_chain = match (&args.rpc, &args.ledger) {
        (Some(url), Some(given)) => {
            let ledger = ledger(url, place(given, args.chain_id)?).await?;
            Some(ledger.includes(&proof).await?)
        }
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
        let (entry, observation) = (proof.entry.sequence, proof.observation.observation_hash);
        let part = format!("entry {entry} is part of the observation {observation}");
        print(match (offline, on_chain) {
            (Err(reason), _) => format!("not included: {reason}"),
            (Ok(()), None) => part,
            (Ok(()), Some(true)) => format!("{part}, which is final"),
            (Ok(()), Some(false)) => format!("{part}, which is not final on this ledger"),
        })?;
    }
    Ok(if included { ExitCode::SUCCESS } else { ExitCode::from(NO) })
}
