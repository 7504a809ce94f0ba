//! The field's real failures, planted one at a time, and what the gate says to each.

mod plant;

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use op_gate::{Answer, Finding, Gate, Judgement, report};
use serde::Serialize;
use tokio::time::timeout;

use crate::{
    clock::Clock,
    devnet::{Devnet, Options},
    supervisor::board::{GateRun, Status},
    up::interrupted,
};

/// How long a gate may take to come to its answer, the chain's start included.
const PATIENCE: Duration = Duration::from_mins(1);

/// A failure that a team really had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fault {
    /// The batcher signs with a key that is not the one in `SystemConfig`
    BatcherKey,
    /// The sequencer has no key to sign blocks with (no --p2p.sequencer.key)
    SequencerKeyMissing,
    /// The sequencer signs with a key that is not the unsafe block signer
    SignerKey,
    /// The L2 begins 4.3 hours before its L1 origin, as in June 2026 (0x6a35cd34 for 0x6a360a34)
    GenesisTimestamp,
    /// genesis.json is not the one that rollup.json names
    GenesisHash,
    /// The L1 origin is not a block of this L1
    L1Origin,
    /// The L1 endpoint serves another chain
    WrongL1,
    /// The batcher's account is empty
    EmptyBatcher,
    /// The proposer is set to a game type that is not the respected one
    ProposerGameType,
    /// The challenger's prestate is not the one that the contracts name
    PrestateMismatch,
    /// There is no prestate for the challenger yet
    PrestateMissing,
    /// Batcher and proposer have one key
    ReusedKey,
    /// The batcher's key is on the operator's list of burned keys
    BurnedKey,
    /// The host's clock is an hour behind L1
    ClockSkew,
    /// The L1 endpoint answers 429 to every request
    L1RateLimited,
    /// The L1 endpoint has pruned the block of the L1 origin
    L1Pruned,
    /// The engine's data folder was initialised from another genesis.json
    EngineFromOtherGenesis,
    /// rollup.json activates Jovian at another time than genesis.json
    ForkSchedule,
}

/// What a fault must end in.
struct Expected {
    service: &'static str,
    gate: Gate,
    answer: Answer,
}

impl Fault {
    const fn expected(self) -> Expected {
        let (service, gate, answer) = match self {
            Self::BatcherKey => ("batcher", Gate::BatcherKey, Answer::Refuse),
            Self::SequencerKeyMissing => ("sequencer-node", Gate::SequencerKey, Answer::Wait),
            Self::SignerKey => ("sequencer-node", Gate::SequencerKey, Answer::Refuse),
            Self::GenesisTimestamp => ("sequencer-engine", Gate::GenesisTimestamp, Answer::Refuse),
            Self::GenesisHash => ("sequencer-engine", Gate::GenesisHash, Answer::Refuse),
            Self::L1Origin => ("sequencer-engine", Gate::L1Origin, Answer::Refuse),
            Self::WrongL1 => ("sequencer-engine", Gate::L1Chain, Answer::Refuse),
            Self::EmptyBatcher => ("batcher", Gate::Funding, Answer::Wait),
            Self::ProposerGameType => ("proposer", Gate::GameType, Answer::Refuse),
            Self::PrestateMismatch => ("challenger", Gate::Prestate, Answer::Refuse),
            Self::PrestateMissing => ("challenger", Gate::Prestate, Answer::Wait),
            Self::ReusedKey => ("batcher", Gate::ReusedKey, Answer::Refuse),
            Self::BurnedKey => ("batcher", Gate::PublishedKey, Answer::Refuse),
            Self::ClockSkew => ("sequencer-node", Gate::Clock, Answer::Refuse),
            Self::L1RateLimited => ("sequencer-engine", Gate::L1Chain, Answer::Wait),
            Self::L1Pruned => ("sequencer-engine", Gate::L1Origin, Answer::Wait),
            Self::EngineFromOtherGenesis => ("sequencer-engine", Gate::EngineData, Answer::Refuse),
            Self::ForkSchedule => ("sequencer-engine", Gate::ForkSchedule, Answer::Refuse),
        };
        Expected { service, gate, answer }
    }
}

/// What came of a fault.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    fault: Fault,
    service: &'static str,
    expected: Answer,
    /// The answer was the expected one and the official program was not started.
    passed: bool,
    started: bool,
    milliseconds: f64,
    judgement: Judgement,
}

/// Plants the fault in a devnet, shows the gate's answer and stops. True when it was the right one.
pub(crate) async fn run(
    options: &Options,
    fault: Fault,
    json: bool,
    clock: &Clock,
) -> Result<bool> {
    ensure!(
        !options.dir.join("chain").exists(),
        "{} holds a chain, which the fault would spoil: choose another --dir, or none",
        options.dir.display()
    );
    let outcome = tokio::select! {
        outcome = attempt(options, fault, clock) => outcome?,
        () = interrupted()? => bail!("interrupted"),
    };
    if json {
        println!("{}", serde_json::to_string_pretty(&outcome)?);
    } else {
        show(&outcome);
    }
    Ok(outcome.passed)
}

async fn attempt(options: &Options, fault: Fault, clock: &Clock) -> Result<Outcome> {
    let mut prepared = Devnet::prepare(options, clock).await?;
    prepared.deploy(clock).await?;
    fault.plant(&mut prepared).await?;
    clock.say(format!("planted: {}", description(fault)));
    let mut devnet = prepared.start(clock).await?;
    let outcome = timeout(PATIENCE, outcome(&devnet, fault)).await;
    devnet.supervisor.shut_down().await;
    outcome.context("the gate did not come to the expected answer in time")?
}

/// Waits for the expected finding, or for the program's start, which is wrong.
async fn outcome(devnet: &Devnet, fault: Fault) -> Result<Outcome> {
    let expected = fault.expected();
    let found =
        |finding: &Finding| finding.gate == expected.gate && finding.answer == expected.answer;
    let decided = |status: &Status| {
        status.pid.is_some()
            || status.gate.as_ref().is_some_and(|gate| gate.judgement.findings.iter().any(found))
    };
    let mut board = devnet.supervisor.board();
    let board = board
        .wait_for(|board| board.services.get(expected.service).is_some_and(decided))
        .await
        .context("the supervisor is gone")?;
    let status = &board.services[expected.service];
    let GateRun { judgement, milliseconds } =
        status.gate.clone().context("the service was started without a judgement")?;
    // Its log is made with its process.
    let started = status.pid.is_some() || devnet.home.log(expected.service).exists();
    let passed = !started && judgement.answer == expected.answer;
    Ok(Outcome {
        fault,
        service: expected.service,
        expected: expected.answer,
        passed,
        started,
        milliseconds,
        judgement,
    })
}

fn show(outcome: &Outcome) {
    print!("{}", report::service(&outcome.judgement));
    println!(
        "{} says {} in {:.0} ms, {} was expected; its program was {}started",
        outcome.service,
        outcome.judgement.answer.name(),
        outcome.milliseconds,
        outcome.expected.name(),
        if outcome.started { "" } else { "not " },
    );
}

/// The line of `--help`.
fn description(fault: Fault) -> String {
    let value = fault.to_possible_value();
    value.and_then(|value| value.get_help().map(ToString::to_string)).unwrap_or_default()
}
