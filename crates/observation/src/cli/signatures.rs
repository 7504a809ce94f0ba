//! `ec-observe sign` and `ec-observe relay`.

use std::io::Write as _;
use std::{path::Path, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, bail};
use clap::Args;
use op_util::file::{lines, replace};
use serde_json::json;

use super::chain::{KeyArgs, LedgerArgs, PlaceArgs};
use super::findings::{Findings, tell};
use super::output::{NO, print, say};
use crate::ledger::{Domain, Signature, sign as sign_all};
use crate::observation::{LONGEST, Observation};

const SIGN_HELP: &str = "\
Example: ec-observe sign headers.jsonl --ledger deployment.json --registry-epoch 2 --key-file witness.key \
--out signatures.jsonl

Needs no chain: carry the file to wherever one is, for `ec-observe relay`. The registry's state is what \
`ec-observe status --json` shows as registry.epoch; when the witnesses change, sign again. What this key \
signed before is known from --journal only: let one machine sign with it.

Exit codes: 0, 1 if something is not signed, as another observation of its slot was, 2 for every error.";

const RELAY_HELP: &str = "\
Example: ec-observe relay one.signatures.jsonl two.signatures.jsonl --rpc http://127.0.0.1:8545 \
--ledger deployment.json --key-file payer.key

Brings what witnesses signed with `ec-observe sign`. Anybody may: the account only pays. What is on the \
ledger already is passed over, so it may be run again.

Exit codes: 0, 1 if a signature is left out (it says why), 2 for every error.";

#[derive(Args)]
#[command(after_help = SIGN_HELP)]
pub(super) struct SignArgs {
    /// What `ec-observe headers` wrote
    #[arg(value_name = "HEADERS")]
    headers: PathBuf,
    #[command(flatten)]
    place: PlaceArgs,
    /// The registry's present state
    #[arg(long, value_name = "N")]
    registry_epoch: u64,
    #[command(flatten)]
    key: KeyArgs,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn sign(args: &SignArgs) -> anyhow::Result<ExitCode> {
    let observations = Observation::read(&args.headers)?.collect::<Result<Vec<_>, _>>()?;
    let (ledger, chain_id) = args.place.read_whole()?;
    let domain = Domain { chain_id, ledger, registry_epoch: args.registry_epoch };
    let (signatures, refused) =
        sign_all(&args.key.key()?, &args.key.journals()?, domain, &observations)?;
    let mut lines = Vec::new();
    for signature in &signatures {
        serde_json::to_writer(&mut lines, signature)?;
        lines.push(b'\n');
    }
    match &args.out {
        Some(out) => {
            let failed = || format!("cannot write {}", out.display());
            replace(out, &lines).with_context(failed)?;
        }
        None => std::io::stdout().write_all(&lines).context("cannot write to standard output")?,
    }
    say(format_args!("{} of {} observations signed", signatures.len(), observations.len()));
    let findings = Findings { refused, ..Findings::default() };
    findings.say(ledger);
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(NO) })
}

#[derive(Args)]
#[command(after_help = RELAY_HELP)]
pub(super) struct RelayArgs {
    /// What `ec-observe sign` wrote
    #[arg(required = true, value_name = "SIGNATURES")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    ledger: LedgerArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn relay(args: &RelayArgs) -> anyhow::Result<ExitCode> {
    let mut signatures = Vec::new();
    for path in &args.files {
        read(path, &mut signatures)?;
    }
    let (ledger, account) = args.ledger.open_with(&args.key).await?;
    let relayed = ledger.relay(&account, signatures).await?;
    let done = &relayed.done;
    if args.json {
        let left_out = relayed.left_out.iter().map(|(signature, reason)| {
            let Signature { witness, observation, .. } = signature;
            json!({
                "stream": observation.stream,
                "epoch": observation.epoch,
                "witness": witness,
                "reason": reason,
            })
        });
        print(json!({
            "done": done.observations,
            "transactions": done.transactions,
            "gas": done.gas,
            "leftOut": left_out.collect::<Vec<_>>(),
        }))?;
    } else {
        print(format_args!(
            "{} attestations relayed in {} transactions",
            done.observations, done.transactions
        ))?;
    }
    for (Signature { witness, observation, .. }, reason) in &relayed.left_out {
        tell(observation, &format!("the signature of {witness} is left out: {reason}"));
    }
    Ok(if relayed.left_out.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(NO) })
}

fn read(path: &Path, signatures: &mut Vec<Signature>) -> anyhow::Result<()> {
    let lines = lines(path, LONGEST);
    let lines = lines.with_context(|| format!("cannot read {}", path.display()))?;
    for (line, number) in lines.zip(1..) {
        let place = || format!("{}, line {number}", path.display());
        let signature: Signature =
            serde_json::from_slice(&line.with_context(place)?).with_context(place)?;
        if let Err(reason) = signature.check() {
            bail!("{}: {reason}", place());
        }
        signatures.push(signature);
    }
    Ok(())
}
