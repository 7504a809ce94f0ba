//! `--prove`: shows on a running chain that it works, from the gates to a deposit on every node.

mod agreement;
mod basic;
mod batches;
mod bonds;
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

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use op_gate::Judgement;
use op_util::error::with_causes;

use self::figures::Figures;
use self::proof::Recorder;
use crate::devnet::{Devnet, Options, first_end};
use crate::{chain::Chain, clock::Clock, out, session::Session};

/// How much to prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Depth {
    /// Blocks, safety, a game, a deposit, equal followers
    Basic,
    /// Also a withdrawal to its end, and a false output root disputed and lost
    Full,
}

/// Brings a fresh devnet up, proves it and stops it. True when everything held.
pub(crate) async fn run(
    options: &Options,
    depth: Depth,
    json: bool,
    clock: &Clock,
) -> Result<bool> {
    let session = Session::open(&options.dir)?;
    ensure!(
        Chain::load(&session.home)?.is_none(),
        "{} holds a chain, of which a proof could show what it did before: choose another --dir, or none",
        session.home.dir().display()
    );
    let recorder = Recorder::new(clock);
    let ended = session.run(clock, attempt(&session, options, depth, &recorder, clock)).await;
    let Seen { refused, figures } = ended
        .and_then(|seen| seen.context("interrupted"))
        .inspect_err(|error| recorder.failure("the proof's end", error))
        .unwrap_or_default();
    let proof = recorder.finish(refused, figures);
    // First of all: what follows may fail, and nobody may wait for it.
    let printed = if json { out::json(&proof) } else { out::result(proof.table()) };
    session.close(clock).await?;
    printed.map(|()| proof.passed)
}

/// Beside the steps.
#[derive(Default)]
struct Seen {
    refused: Option<Judgement>,
    figures: Option<Figures>,
}

async fn attempt(
    session: &Session,
    options: &Options,
    depth: Depth,
    recorder: &Recorder<'_>,
    clock: &Clock,
) -> Result<Seen> {
    let prepared = Devnet::prepare(session, options, clock).await?;
    let op_warden = prepared.op_warden.clone();
    let chain = &prepared.devnet.chain;
    let made_of = format!("engine: {}; contracts: {}", chain.engines, chain.contracts);
    recorder.passed("L1 and the chain's files", &made_of);
    let devnet = prepared.start(clock).await?;
    recorder.passed("contracts on L1", &devnet.chain.dispute_game_factory.to_string());
    let refusal = gates::refusal(devnet.supervisor.board(), |line| clock.say(line));
    let proven =
        async { tokio::join!(devnet.complete(), steps(&devnet, depth, &op_warden, recorder)) };
    tokio::select! {
        (complete, ()) = proven => complete?,
        error = first_end(&devnet) => {
            recorder.failure("the services run", &error);
            return Ok(Seen::default());
        }
        judgement = refusal => {
            clock.say(format!("✗ {} is refused by its gate", judgement.service));
            return Ok(Seen { refused: Some(judgement), figures: None });
        }
    }
    let figures = Figures::measure(&devnet, &op_warden)
        .await
        .inspect_err(|error| clock.say(format!("no figures: {}", with_causes(error.as_ref()))))
        .ok();
    Ok(Seen { refused: None, figures })
}

async fn steps(devnet: &Devnet, depth: Depth, op_warden: &Path, recorder: &Recorder<'_>) {
    basic::beginning(devnet, recorder).await;
    if depth == Depth::Full
        && let Err(error) = full::run(devnet, recorder).await
    {
        recorder.failure("withdrawal and dispute", &error);
    }
    basic::wholeness(devnet, recorder, op_warden).await;
}
