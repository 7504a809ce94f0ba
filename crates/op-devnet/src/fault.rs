//! The field's real failures, planted one at a time, and what the gate says to each.

use std::{fs, path::Path, time::Duration};

use alloy_primitives::{B256, U256};
use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use op_chain::{genesis::GenesisBlock, rpc::Rpc};
use op_warden::gate::{Answer, Finding, Gate, Judgement, report};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    accounts,
    clock::Clock,
    components::Component,
    devnet::{Devnet, Options, Prepared},
    l1,
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
        };
        Expected { service, gate, answer }
    }

    async fn plant(self, prepared: &mut Prepared) -> Result<()> {
        let home = prepared.devnet.home.clone();
        let key = |name: &str| home.keys().join(format!("{name}.key"));
        let file = |name: &str| home.chain().join(name);
        match self {
            Self::BatcherKey => write_key(&key("batcher")),
            Self::SignerKey => write_key(&key("sequencer")),
            Self::SequencerKeyMissing => {
                fs::remove_file(key("sequencer")).context("the sequencer had no key to begin with")
            }
            Self::GenesisTimestamp => shift_genesis(&file("genesis.json"), &file("rollup.json")),
            Self::GenesisHash => edit(&file("genesis.json"), |genesis| {
                genesis["gasLimit"] = json!("0x1c9c380");
            }),
            Self::L1Origin => edit(&file("rollup.json"), |rollup| {
                rollup["genesis"]["l1"]["hash"] = json!(B256::repeat_byte(0x11));
            }),
            Self::WrongL1 => {
                let url = prepared.start_other_l1().await?;
                edit(&home.warden_config(), |config| config["l1"]["rpc"] = json!(url))
            }
            Self::EmptyBatcher => {
                let batcher = op_chain::key::SecretKey::from_file(&key("batcher"))?.address();
                let l1 = Rpc::new(&prepared.devnet.url("l1.rpc")?, PATIENCE)?;
                l1.request::<Value>("anvil_setBalance", (batcher, U256::ZERO)).await?;
                Ok(())
            }
            Self::ProposerGameType => edit(&home.warden_config(), |config| {
                config["services"]["proposer"]["gameType"] = json!(0);
            }),
        }
    }
}

/// Overwrites a key file with the key of an account that has no role.
fn write_key(path: &Path) -> Result<()> {
    let stranger = accounts::key(accounts::STRANGER)?;
    fs::write(path, stranger.to_hex().as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))
}

fn edit(path: &Path, change: impl FnOnce(&mut Value)) -> Result<()> {
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut value: Value = serde_json::from_slice(&text)?;
    change(&mut value);
    fs::write(path, serde_json::to_vec(&value)?)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Moves the whole L2 genesis to 15,616 s before its L1 origin. Both files agree with each other, so
/// nothing but a look at L1 shows it.
fn shift_genesis(genesis: &Path, rollup: &Path) -> Result<()> {
    const WEDGE: u64 = 0x6a36_0a34 - 0x6a35_cd34;
    let before = GenesisBlock::from_file(genesis, None)?.header.timestamp - WEDGE;
    edit(genesis, |genesis| genesis["timestamp"] = json!(format!("{before:#x}")))?;
    let hash = GenesisBlock::from_file(genesis, None)?.hash;
    edit(rollup, |rollup| {
        rollup["genesis"]["l2_time"] = json!(before);
        rollup["genesis"]["l2"]["hash"] = json!(hash);
    })
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

impl Prepared {
    /// Starts a second L1 with Sepolia's chain id and returns its URL.
    async fn start_other_l1(&mut self) -> Result<String> {
        const SEPOLIA: u64 = 11_155_111;
        let devnet = &mut self.devnet;
        let port = devnet.ports.spare()?;
        let unit = l1::unit(
            &devnet.home,
            "other-l1",
            self.components.path(Component::Anvil),
            port,
            SEPOLIA,
        );
        devnet.supervisor.start(unit);
        crate::devnet::wait_running(&mut devnet.supervisor.board(), &devnet.home, "other-l1")
            .await?;
        Ok(l1::url(port))
    }
}
