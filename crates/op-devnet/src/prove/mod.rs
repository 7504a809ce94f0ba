//! `--prove`: shows on a running chain that it works, from the gates to a deposit on every node.

mod agreement;
mod basic;
mod delays;
mod dispute;
mod figures;
mod full;
mod games;
mod gates;
mod proof;
mod wait;
mod wallet;
mod withdrawal;

use std::path::Path;

use anyhow::{Result, bail};
use clap::ValueEnum;

use self::figures::Figures;
use self::proof::{Proof, Recorder};
use crate::devnet::{Devnet, Options};
use crate::{clock::Clock, up::interrupted};

/// How much to prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Depth {
    /// Blocks, safety, a game, a deposit, equal followers
    Basic,
    /// Also a withdrawal to its end, and a false output root disputed and lost
    Full,
}

/// Brings a devnet up, proves it and stops it. True when everything held.
pub(crate) async fn run(
    options: &Options,
    depth: Depth,
    json: bool,
    clock: &Clock,
) -> Result<bool> {
    let proof = tokio::select! {
        proof = attempt(options, depth, clock) => proof?,
        () = interrupted()? => bail!("interrupted"),
    };
    if json {
        println!("{}", serde_json::to_string_pretty(&proof)?);
    } else {
        print!("{}", proof.table());
    }
    Ok(proof.passed)
}

async fn attempt(options: &Options, depth: Depth, clock: &Clock) -> Result<Proof> {
    let prepared = Devnet::prepare(options, clock).await?;
    let op_warden = prepared.op_warden.clone();
    let mut devnet = prepared.start(clock).await?;
    let recorder = Recorder::new(*clock);
    let refusal = gates::refusal(devnet.supervisor.board(), |line| clock.say(line));
    let refused = tokio::select! {
        () = steps(&devnet, depth, &op_warden, &recorder) => None,
        judgement = refusal => Some(judgement),
    };
    let figures = match &refused {
        Some(judgement) => {
            clock.say(format!("✗ {} is refused by its gate", judgement.service));
            None
        }
        None => Figures::measure(&devnet, &op_warden)
            .await
            .inspect_err(|error| recorder.failure("figures", error))
            .ok(),
    };
    clock.say("stopping");
    devnet.supervisor.shut_down().await;
    Ok(recorder.finish(devnet.chain.contracts.clone(), refused, figures))
}

async fn steps(devnet: &Devnet, depth: Depth, op_warden: &Path, recorder: &Recorder) {
    basic::beginning(devnet, recorder).await;
    if depth == Depth::Full
        && let Err(error) = full::run(devnet, recorder).await
    {
        recorder.failure("withdrawal and dispute", &error);
    }
    basic::wholeness(devnet, recorder, op_warden).await;
}
