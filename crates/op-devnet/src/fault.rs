//! The field's real failures, planted one at a time, and what the gate says to each.

mod plant;
mod table;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use op_gate::{Answer, Finding, Judgement, report};
use serde::Serialize;
use tokio::time::timeout;

pub(crate) use self::table::Fault;
use crate::devnet::{Devnet, Options};
use crate::session::Session;
use crate::supervisor::board::{GateRun, Status};
use crate::{clock::Clock, keys, out};

/// How long a gate may take to come to its answer, the chain's start included.
const PATIENCE: Duration = Duration::from_mins(1);

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
    let session = Session::open(&options.dir)?;
    let fresh = !session.home.chain().exists() && keys::brought(&session.home.keys())?.is_empty();
    ensure!(
        fresh,
        "{} holds a chain or keys, which the fault would spoil: choose another --dir, or none",
        session.home.dir().display()
    );
    let outcome = session.run(clock, attempt(&session, options, fault, clock)).await;
    session.close(clock).await?;
    let outcome = outcome?.context("interrupted")?;
    if json {
        out::json(&outcome)?;
    } else {
        show(&outcome)?;
    }
    Ok(outcome.passed)
}

async fn attempt(
    session: &Session,
    options: &Options,
    fault: Fault,
    clock: &Clock,
) -> Result<Outcome> {
    let mut prepared = Devnet::prepare(session, options, clock).await?;
    prepared.deploy(clock).await?;
    fault.plant(&mut prepared).await?;
    clock.say(format!("planted: {}", fault.description()));
    let devnet = prepared.start(clock).await?;
    timeout(PATIENCE, outcome(&devnet, fault))
        .await
        .context("the gate did not come to the expected answer in time")?
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

fn show(outcome: &Outcome) -> Result<()> {
    out::result(format_args!(
        "{}{} says {} in {:.0} ms, {} was expected; its program was {}started\n",
        report::service(&outcome.judgement),
        outcome.service,
        outcome.judgement.answer.name(),
        outcome.milliseconds,
        outcome.expected.name(),
        if outcome.started { "" } else { "not " },
    ))
}
