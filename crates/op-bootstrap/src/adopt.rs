//! Takes a chain over that op-deployer has deployed: its files made, everything verified on L1, locked.
//!
//! Each step is recorded, and skipped while its result is there and as it was left.

use std::path::{Path, PathBuf};
use std::{fs, io, process::Stdio};

use alloy_primitives::Address;
use op_chain::genesis::{Fallback, GenesisBlock, GenesisError};
use op_chain::rollup::RollupConfig;
use op_gate::config::{Config, ConfigError};
use op_gate::{Answer, Judgement};
use op_util::{file, foreign::said};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::intent::{self, Consequence, Finding, Meant};
use crate::record::{Record, RecordError};

/// What must hold of the files and of L1 before a chain is locked.
const GATES: [&str; 13] = [
    "l1-chain",
    "l1-origin",
    "l2-chain",
    "genesis-hash",
    "genesis-timestamp",
    "l1-head",
    "fork-schedule",
    "rollup-config",
    "predeploys",
    "premine",
    "fee-parameters",
    "contracts",
    "standard-validator",
];
/// A state of op-deployer: half a megabyte, and more with an L1 in it.
const MAX_STATE: u64 = 64 << 20;
const MAX_INTENT: u64 = 1 << 20;
const MAX_ROLLUP: u64 = 1 << 20;

/// What was asked for.
#[derive(Debug)]
pub struct Options {
    /// The work directory of op-deployer, which is never changed.
    pub deployment: PathBuf,
    /// The chain's folder.
    pub dir: PathBuf,
    /// JSON-RPC of L1.
    pub l1: String,
    /// Nobody else can send transactions to it.
    pub private: bool,
    /// The program, of the release that made the deployment.
    pub op_deployer: PathBuf,
}

/// A step, and whether it was done now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its name.
    pub name: &'static str,
    /// It was done before, and its result is as it was left.
    pub skipped: bool,
    /// What was found.
    pub found: String,
}

/// What came of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Adopted {
    /// Chain id of the L2.
    pub l2_chain_id: u64,
    /// The chain has this genesis for ever.
    pub locked: bool,
    /// What was done.
    pub steps: Vec<Step>,
    /// What the gates say, where they were asked and do not all pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judgement: Option<Judgement>,
}

/// Why it ended early.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// The folder.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// No state of a deployed chain.
    #[error("{path}: {why}")]
    State {
        /// The file.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// The intent loses the chain.
    #[error("the intent that was applied is refused:\n{0}")]
    Intent(String),
    /// The program fails.
    #[error("op-deployer inspect {what} failed: {said}")]
    Inspect {
        /// What was asked for.
        what: &'static str,
        /// Its words.
        said: String,
    },
    /// The genesis has no hash.
    #[error("genesis.json: {0}")]
    Genesis(#[from] GenesisError),
    /// The two files differ.
    #[error(
        "genesis.json hashes to {found}, rollup.json names {expected}: op-deployer is of another release than the deployment"
    )]
    NotOne {
        /// Of rollup.json.
        expected: String,
        /// Of genesis.json.
        found: String,
    },
    /// The configuration that is judged by.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// Does what is still to be done.
pub async fn adopt(options: &Options) -> Result<Adopted, AdoptError> {
    let (path, text) = state_of(&options.deployment)?;
    let found = read_state(&path, &text)?;
    let mut record = Record::open(&options.dir, found.l2_chain_id)?;
    let mut steps = Vec::new();
    let mut note = |name: &'static str, skipped: bool, found: &str| {
        steps.push(Step { name, skipped, found: found.to_owned() });
    };
    let make = |folder: &str| {
        let path = options.dir.join(folder);
        fs::create_dir_all(&path)
            .map_err(|source| AdoptError::File { path: path.display().to_string(), source })
    };
    make("deployer")?;
    make("chain")?;
    lint(options, &found)?;
    let own = options.dir.join("deployer/state.json");
    let is_new = file::read(&own, MAX_STATE).ok().as_deref() != Some(text.as_slice());
    if is_new {
        put(&own, &text)?;
        record.note("state", &path.display().to_string(), &["deployer/state.json"])?;
    }
    note("state", !is_new, &path.display().to_string());

    let done = record.done("inspect").filter(|_| !is_new).map(|done| done.found.clone());
    let (skipped, hash) = match done {
        Some(found) => (true, found),
        None => (false, inspect(options, &record, found.l2_chain_id).await?),
    };
    if !skipped {
        record.note("inspect", &hash, &["chain/genesis.json", "chain/rollup.json"])?;
    }
    note("inspect", skipped, &hash);

    // L1 may have changed: this one is done each time.
    let judgement = judge(options, &found).await?;
    let starts = judgement.answer.starts();
    if starts {
        record.note("verify", &format!("{} gates", GATES.len()), &[])?;
        note("verify", false, &format!("{} gates pass", GATES.len()));
        let locked = record.state().locked.is_some();
        if let Ok(genesis) = hash.parse() {
            record.lock(genesis)?;
        }
        note("lock", locked, &hash);
    } else {
        note("verify", false, &op_gate::report::reason(&judgement));
    }
    let judgement = (!starts).then_some(judgement);
    Ok(Adopted {
        l2_chain_id: found.l2_chain_id,
        locked: record.state().locked.is_some(),
        steps,
        judgement,
    })
}

impl Adopted {
    /// Pass where the chain is locked, else what its gates say.
    #[must_use]
    pub fn answer(&self) -> Answer {
        self.judgement.as_ref().map_or(Answer::Pass, |judgement| judgement.answer)
    }
}

/// What the state says of its only chain.
struct Deployed {
    l1_chain_id: u64,
    l2_chain_id: u64,
    factory: Address,
}

/// The state: `state.json`, or the only file that is named like it.
fn state_of(folder: &Path) -> Result<(PathBuf, Vec<u8>), AdoptError> {
    let shown = || folder.display().to_string();
    let failed = |source| AdoptError::File { path: shown(), source };
    let mut named = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("state") && path.extension().is_some_and(|end| end == "json") {
            named.push(path);
        }
    }
    let path = match named.iter().find(|path| path.ends_with("state.json")).or(named.first()) {
        Some(path) if named.len() == 1 || path.ends_with("state.json") => path.clone(),
        Some(_) => {
            let why = "several states: name the wanted one state.json".to_owned();
            return Err(AdoptError::State { path: shown(), why });
        }
        None => {
            let why = "no work directory of op-deployer: there is no state.json".to_owned();
            return Err(AdoptError::State { path: shown(), why });
        }
    };
    let text = file::read(&path, MAX_STATE)
        .map_err(|source| AdoptError::File { path: path.display().to_string(), source })?;
    Ok((path, text))
}

fn read_state(path: &Path, text: &[u8]) -> Result<Deployed, AdoptError> {
    let wrong =
        |why: &str| AdoptError::State { path: path.display().to_string(), why: why.to_owned() };
    let state: Value =
        serde_json::from_slice(text).map_err(|error| wrong(&format!("not JSON: {error}")))?;
    let applied = &state["appliedIntent"];
    if !applied.is_object() {
        return Err(wrong("its intent was never applied to the end: run op-deployer apply again"));
    }
    let chains = applied["chains"].as_array().map(Vec::as_slice).unwrap_or_default();
    let [chain] = chains else {
        return Err(wrong(&format!("{} chains, expected is one", chains.len())));
    };
    let id = chain["id"].as_str().and_then(|id| id.get(2..));
    let id = id.and_then(|id| alloy_primitives::U256::from_str_radix(id, 16).ok());
    let l2_chain_id =
        id.and_then(|id| u64::try_from(id).ok()).ok_or_else(|| wrong("no chain id"))?;
    let deployed = &state["opChainDeployments"][0];
    // The second name is that of releases before 0.4.
    let factory = ["DisputeGameFactoryProxy", "disputeGameFactoryProxyAddress"]
        .iter()
        .find_map(|name| deployed[*name].as_str()?.parse().ok())
        .ok_or_else(|| wrong("no DisputeGameFactory: op-deployer did not come as far"))?;
    let l1_chain_id = applied["l1ChainID"].as_u64().ok_or_else(|| wrong("no l1ChainID"))?;
    Ok(Deployed { l1_chain_id, l2_chain_id, factory })
}

/// What op-deployer lets through: the chain is there, and would be lost by it.
fn lint(options: &Options, found: &Deployed) -> Result<(), AdoptError> {
    let Ok(text) = file::read(&options.deployment.join("intent.toml"), MAX_INTENT) else {
        return Ok(());
    };
    let meant = Meant {
        l1_chain_id: Some(found.l1_chain_id),
        l2_chain_id: Some(found.l2_chain_id),
        private: options.private,
        before_0_7: false,
    };
    let lost: Vec<Finding> = intent::lint(&String::from_utf8_lossy(&text), &meant)
        .into_iter()
        .filter(|finding| finding.consequence == Consequence::LosesTheChain)
        .collect();
    if lost.is_empty() { Ok(()) } else { Err(AdoptError::Intent(intent::report(&lost))) }
}

/// genesis.json and rollup.json, of one chain and of the one that is locked; the hash of the genesis block.
async fn inspect(options: &Options, record: &Record, chain: u64) -> Result<String, AdoptError> {
    let Options { dir, op_deployer, .. } = options;
    // Made beside, and put in place once they are known to be right.
    let made = |name: &str| dir.join(format!("deployer/{name}.json"));
    for what in ["genesis", "rollup"] {
        let output = Command::new(op_deployer)
            // By default it makes a cache in the home folder.
            .arg("--cache-dir")
            .arg(dir.join("deployer/cache"))
            .args(["inspect", what, "--workdir"])
            .arg(dir.join("deployer"))
            .arg("--outfile")
            .arg(made(what))
            .arg(chain.to_string())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .map_err(|source| AdoptError::File {
                path: op_deployer.display().to_string(),
                source,
            })?;
        if !output.status.success() {
            return Err(AdoptError::Inspect { what, said: said(&output.stderr) });
        }
    }
    let read = |name: &str, most| {
        let path = made(name);
        file::read(&path, most)
            .map_err(|source| AdoptError::File { path: path.display().to_string(), source })
    };
    let (genesis, rollup) = (read("genesis", 4 * MAX_STATE)?, read("rollup", MAX_ROLLUP)?);
    let config: RollupConfig = serde_json::from_slice(&rollup).map_err(|error| {
        AdoptError::State { path: made("rollup").display().to_string(), why: error.to_string() }
    })?;
    let fallback = Fallback { chain_id: config.l2_chain_id, forks: config.forks.clone() };
    let hash = GenesisBlock::from_json(&genesis, Some(&fallback))?.hash;
    if hash != config.genesis.l2.hash {
        let expected = config.genesis.l2.hash.to_string();
        return Err(AdoptError::NotOne { expected, found: hash.to_string() });
    }
    record.check_genesis(hash)?;
    put(&dir.join("chain/genesis.json"), &genesis)?;
    put(&dir.join("chain/rollup.json"), &rollup)?;
    Ok(hash.to_string())
}

fn put(path: &Path, content: &[u8]) -> Result<(), AdoptError> {
    file::replace(path, content)
        .map_err(|source| AdoptError::File { path: path.display().to_string(), source })
}

/// The gates over the files and L1.
async fn judge(options: &Options, found: &Deployed) -> Result<Judgement, AdoptError> {
    let path = options.dir.join("op-warden.json");
    let config = json!({
        "chain": {
            "genesis": options.dir.join("chain/genesis.json"), "rollup": options.dir.join("chain/rollup.json"),
            "l2ChainId": found.l2_chain_id, "disputeGameFactory": found.factory,
        },
        "l1": {"rpc": options.l1, "chainId": found.l1_chain_id, "private": options.private},
        "services": {"chain": {"gates": GATES}},
    });
    put(&path, config.to_string().as_bytes())?;
    let mut judgements = op_gate::run(&Config::load(&path)?, &["chain"]).await?;
    judgements.pop().ok_or_else(|| AdoptError::State {
        path: path.display().to_string(),
        why: "nothing was judged".to_owned(),
    })
}
