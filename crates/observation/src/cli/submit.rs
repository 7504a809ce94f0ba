//! `ec-observe submit` and `ec-observe attest`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use serde_json::{Value, json};

use super::chain::{KeyArgs, LedgerArgs, say_done};
use super::output::{NO, print, say};
use crate::ledger::{Account, Disagreement, Done, Ledger, difference, disagreements};
use crate::observation::Observation;

#[derive(Args)]
pub(super) struct SubmitArgs {
    /// What `ec-observe headers` wrote
    #[arg(value_name = "HEADERS")]
    headers: PathBuf,
    #[command(flatten)]
    ledger: LedgerArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct AttestArgs {
    #[command(flatten)]
    submit: SubmitArgs,
    /// Look for what others propose from this block on: nodes limit how far one may look back
    #[arg(long, value_name = "BLOCK", default_value_t = 0)]
    from_block: u64,
}

impl SubmitArgs {
    async fn open(&self) -> anyhow::Result<(Vec<Observation>, Ledger, Account)> {
        let observations = Observation::read(&self.headers)?.collect::<Result<Vec<_>, _>>()?;
        let ledger = self.ledger.open().await?;
        let account = self.key.open(ledger.rpc().clone()).await?;
        Ok((observations, ledger, account))
    }
}

pub(super) async fn submit(args: &SubmitArgs) -> anyhow::Result<ExitCode> {
    let (observations, ledger, account) = args.open().await?;
    let done = ledger.propose(&account, &observations, say_done("proposed")).await?;
    conclude(args.json, &ledger, &observations, done, "proposed").await
}

pub(super) async fn attest(args: &AttestArgs) -> anyhow::Result<ExitCode> {
    let (observations, ledger, account) = args.submit.open().await?;
    say_rivals(&ledger, &observations, args.from_block).await?;
    let done = ledger.attest(&account, &observations, say_done("attested to")).await?;
    conclude(args.submit.json, &ledger, &observations, done, "attested to").await
}

/// Says in which slots others propose something else.
async fn say_rivals(
    ledger: &Ledger,
    observations: &[Observation],
    from_block: u64,
) -> anyhow::Result<()> {
    let rivals = ledger.rivals(observations, from_block).await?;
    for own in observations {
        for rival in rivals.get(&own.slot).into_iter().flatten() {
            say(format_args!(
                "stream {:?}, epoch {:?}: {} is proposed, which differs from ours in {}",
                own.stream,
                own.epoch,
                rival.observation_hash(),
                difference(&own.header, rival).join(", ")
            ));
        }
    }
    Ok(())
}

/// Says what the chain has in our slots; the exit code is whether it has nothing else.
async fn conclude(
    as_json: bool,
    ledger: &Ledger,
    observations: &[Observation],
    done: Done,
    verb: &str,
) -> anyhow::Result<ExitCode> {
    let states = ledger.states(observations, None).await?;
    let all = observations.iter().zip(&states);
    let finals = all.filter(|(own, state)| state.finalized == Some(own.observation_hash)).count();
    let missing =
        states.iter().filter(|state| !state.proposed && state.finalized.is_none()).count();
    let disagreements = disagreements(observations, &states);
    if as_json {
        print(json!({
            "done": done.observations,
            "transactions": done.transactions,
            "gas": done.gas,
            "observations": observations.len(),
            "final": finals,
            "notProposed": missing,
            "disagreements": disagreements.iter().map(in_json).collect::<Vec<_>>(),
        }))?;
    } else {
        print(format_args!(
            "{} {verb} in {} transactions; of {} observations {finals} are final",
            done.observations,
            done.transactions,
            observations.len()
        ))?;
    }
    if missing > 0 {
        say(format_args!("{missing} are proposed by nobody: `ec-observe submit` proposes them"));
    }
    say_disagreements(&disagreements);
    Ok(if disagreements.is_empty() && missing == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NO)
    })
}

fn in_json(Disagreement { own, finalized }: &Disagreement) -> Value {
    json!({
        "stream": own.stream,
        "epoch": own.epoch,
        "ours": own.observation_hash,
        "final": finalized,
    })
}

/// Says where the chain has another final observation.
pub(super) fn say_disagreements(disagreements: &[Disagreement]) {
    for Disagreement { own, finalized } in disagreements {
        say(format_args!(
            "stream {:?}, epoch {:?}: {finalized} is final, ours is {}: the others derived from other data",
            own.stream, own.epoch, own.observation_hash
        ));
    }
}
