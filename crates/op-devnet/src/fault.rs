//! The field's real failures, planted one at a time, and what the gate says to each.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    path::Path,
    time::Duration,
};

use alloy_primitives::{B256, U256};
use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
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
    faulty_l1::{self, Defect},
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
            Self::PrestateMismatch => {
                let other = file("other-prestate.bin.gz");
                other_prestate(&prepared.components.prestate()?.path, &other)?;
                judge_prestate(&home.warden_config(), &other)
            }
            Self::PrestateMissing => {
                judge_prestate(&home.warden_config(), &file("no-prestate.bin.gz"))
            }
            Self::ReusedKey => {
                fs::copy(key("batcher"), key("proposer")).context("the batcher has no key")?;
                edit(&home.warden_config(), |config| config["keys"]["allowReuse"] = json!(false))
            }
            Self::BurnedKey => {
                let batcher = op_chain::key::SecretKey::from_file(&key("batcher"))?.address();
                edit(&home.warden_config(), |config| config["keys"]["burned"] = json!([batcher]))
            }
            Self::ClockSkew => {
                let l1 = Rpc::new(&prepared.devnet.url("l1.rpc")?, PATIENCE)?;
                l1.request::<Value>("evm_increaseTime", [HOUR]).await?;
                l1.request::<Value>("evm_mine", ()).await?;
                Ok(())
            }
            Self::L1RateLimited => spoil_l1(prepared, Defect::RateLimited).await,
            Self::L1Pruned => spoil_l1(prepared, Defect::Pruned).await,
            Self::EngineFromOtherGenesis => {
                let other = file("other-genesis.json");
                fs::copy(file("genesis.json"), &other)?;
                edit(&other, |genesis| genesis["gasLimit"] = json!("0x1c9c380"))?;
                prepared.initialise("sequencer-engine", &other).await
            }
            Self::ForkSchedule => edit(&file("rollup.json"), |rollup| {
                let genesis = rollup["genesis"]["l2_time"].as_u64().unwrap_or_default();
                rollup["jovian_time"] = json!(genesis + HOUR);
            }),
        }
    }
}

/// In seconds.
const HOUR: u64 = 3600;

/// Puts a bad endpoint in front of the L1 that the gates ask.
async fn spoil_l1(prepared: &Prepared, defect: Defect) -> Result<()> {
    let url = faulty_l1::start(prepared.devnet.url("l1.rpc")?, defect).await?;
    edit(&prepared.devnet.home.warden_config(), |config| config["l1"]["rpc"] = json!(url))
}

/// Has the challenger judged by a prestate, as it is in production.
fn judge_prestate(config: &Path, prestate: &Path) -> Result<()> {
    edit(config, |config| {
        let challenger = &mut config["services"]["challenger"];
        challenger["prestate"] = json!({"file": prestate});
        if let Some(gates) = challenger["gates"].as_array_mut() {
            gates.push(json!(Gate::Prestate));
        }
    })
}

/// Writes the prestate with one byte of its memory changed: what another program would be.
fn other_prestate(prestate: &Path, other: &Path) -> Result<()> {
    // Within the first pages, behind the version and the number of pages.
    const CHANGED: usize = 0x1000;
    let mut state = Vec::new();
    GzDecoder::new(File::open(prestate)?).read_to_end(&mut state)?;
    *state.get_mut(CHANGED).context("the prestate is too short")? ^= 1;
    let mut file = GzEncoder::new(File::create(other)?, Compression::fast());
    file.write_all(&state)?;
    file.finish()?;
    Ok(())
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
    /// Initialises an engine's data folder from a genesis file, and marks that as done.
    async fn initialise(&self, engine: &str, genesis: &Path) -> Result<()> {
        let service = self.stack.services.get(engine).context("no such engine")?;
        let unit = self.unit(engine, service)?;
        let mut init = unit.init.context("the engine needs no initialisation")?;
        // The engine's own log shows that it was started.
        init.spec.log = self.devnet.home.log("other-genesis");
        init.spec.args.pop();
        init.spec.args.push(genesis.into());
        init.run().await
    }

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
