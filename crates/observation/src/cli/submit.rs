//! `ec-observe submit` and `ec-observe attest`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use serde_json::json;

use super::chain::{KeyArgs, LedgerArgs, say_done};
use super::findings::{Findings, lacking, tell};
use super::output::{NO, print, say};
use crate::ledger::{Account, Done, Ledger, LedgerError, disagreements};
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
    /// Look for what others propose from this block on
    #[arg(long, value_name = "BLOCK", default_value_t = 0)]
    from_block: u64,
}

impl SubmitArgs {
    async fn open(&self) -> anyhow::Result<(Vec<Observation>, Ledger, Account)> {
        let observations = Observation::read(&self.headers)?.collect::<Result<Vec<_>, _>>()?;
        let (ledger, account) = self.ledger.open_with(&self.key).await?;
        Ok((observations, ledger, account))
    }
}

pub(super) async fn submit(args: &SubmitArgs) -> anyhow::Result<ExitCode> {
    let (observations, ledger, account) = args.open().await?;
    let done = ledger.propose(&account, &observations, say_done("proposed")).await?;
    conclude(args.json, &ledger, &observations, &done, "proposed").await
}

pub(super) async fn attest(args: &AttestArgs) -> anyhow::Result<ExitCode> {
    let (observations, ledger, account) = args.submit.open().await?;
    let done = ledger.attest(&account, &observations, say_done("attested to")).await?;
    // Looking at others may take long: this account's next command need not wait for it.
    drop(account);
    // Whatever others propose, and however much of it, one's own is attested to before.
    if let Err(error) = say_rivals(&ledger, &observations, args.from_block).await {
        say(format_args!("what others propose could not be looked at: {error}"));
    }
    conclude(args.submit.json, &ledger, &observations, &done, "attested to").await
}

/// Says in which slots others propose something else.
async fn say_rivals(
    ledger: &Ledger,
    observations: &[Observation],
    from_block: u64,
) -> Result<(), LedgerError> {
    let rivals = ledger.rivals(observations, from_block).await?;
    for own in observations {
        let Some(rival) = rivals.slots.get(&own.slot) else { continue };
        for (hash, differs) in &rival.first {
            let differs = differs.join(", ");
            tell(own, &format!("{hash} is proposed, which differs from ours in {differs}"));
        }
        if rival.count > rival.first.len() {
            let more = rival.count - rival.first.len();
            tell(own, &format!("and {more} others are proposed"));
        }
    }
    if rivals.more {
        say("there are more proposals of others, which were not looked at");
    }
    Ok(())
}

/// Says what the chain has in our slots; the exit code is whether nothing stands in their way.
async fn conclude(
    as_json: bool,
    ledger: &Ledger,
    observations: &[Observation],
    done: &Done,
    verb: &str,
) -> anyhow::Result<ExitCode> {
    let states = ledger.states(observations, None, None).await?;
    let all = observations.iter().zip(&states);
    let finals = all.filter(|(own, state)| state.finalized == Some(own.observation_hash)).count();
    let missing =
        states.iter().filter(|state| !state.proposed && state.finalized.is_none()).count();
    let mut findings = Findings {
        differ: disagreements(observations, &states),
        lacks: lacking(ledger, observations).await?,
        ..Findings::default()
    };
    findings.add(done);
    if as_json {
        let mut document = json!({
            "done": done.observations,
            "transactions": done.transactions,
            "gas": done.gas,
            "observations": observations.len(),
            "final": finals,
            "notProposed": missing,
        });
        findings.add_to(&mut document);
        print(document)?;
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
    findings.say(ledger.address);
    let is_well = findings.is_empty() && missing == 0;
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::from(NO) })
}
