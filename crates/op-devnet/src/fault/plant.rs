//! How each fault is planted.

use std::{ffi::OsString, fs, path::Path, time::Duration};

use alloy_primitives::{B256, U256};
use anyhow::{Context, Result};
use eth_rpc::Rpc;
use op_chain::genesis::GenesisBlock;
use op_components::Component;
use serde_json::{Value, json};

use super::table::Fault;
use crate::devnet::{Prepared, wait_running};
use crate::faulty_l1::{self, Defect};
use crate::supervisor::{process::Spec, unit::Init};
use crate::{accounts, home, keys, l1};

impl Fault {
    pub(super) async fn plant(self, prepared: &mut Prepared) -> Result<()> {
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
                let batcher = eth_rpc::key::SecretKey::from_file(&key("batcher"))?.address();
                let l1 = Rpc::new(&prepared.devnet.url("l1.rpc")?, ANSWER)?;
                l1.request::<Value>("anvil_setBalance", (batcher, U256::ZERO)).await?;
                Ok(())
            }
            Self::ProposerGameType => edit(&home.warden_config(), |config| {
                config["services"]["proposer"]["gameType"] = json!(0);
            }),
            Self::PrestateMismatch => {
                let program = prepared.components.path(Component::Prestate);
                give_prestate(&home.warden_config(), &program)
            }
            Self::PrestateMissing => {
                give_prestate(&home.warden_config(), &file("no-prestate.bin.gz"))
            }
            Self::ReusedKey => {
                let batcher =
                    fs::read_to_string(key("batcher")).context("the batcher has no key")?;
                keys::write(&key("proposer"), &batcher)?;
                edit(&home.warden_config(), |config| config["keys"]["allowReuse"] = json!(false))
            }
            Self::BurnedKey => {
                let batcher = eth_rpc::key::SecretKey::from_file(&key("batcher"))?.address();
                edit(&home.warden_config(), |config| config["keys"]["burned"] = json!([batcher]))
            }
            Self::ClockSkew => {
                let l1 = Rpc::new(&prepared.devnet.url("l1.rpc")?, ANSWER)?;
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

const ANSWER: Duration = Duration::from_secs(30);
/// In seconds.
const HOUR: u64 = 3600;

/// Puts a bad endpoint in front of the L1 that the gates read.
async fn spoil_l1(prepared: &Prepared, defect: Defect) -> Result<()> {
    let url = faulty_l1::start(prepared.devnet.url("l1.rpc")?, defect).await?;
    edit(&prepared.devnet.home.warden_config(), |config| config["l1"]["rpc"] = json!(url))
}

/// Gives the challenger a program, of which the contracts know nothing: permissioned games load none.
fn give_prestate(config: &Path, prestate: &Path) -> Result<()> {
    edit(config, |config| {
        config["services"]["challenger"]["prestate"] = json!({"file": prestate});
    })
}

/// Overwrites a key file with the key of an account that has no role.
fn write_key(path: &Path) -> Result<()> {
    keys::write(path, &accounts::key(accounts::STRANGER)?.to_hex())
}

fn edit(path: &Path, change: impl FnOnce(&mut Value)) -> Result<()> {
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut value: Value = serde_json::from_slice(&text)?;
    change(&mut value);
    home::write(path, &serde_json::to_vec(&value)?)
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

impl Prepared {
    /// Initialises an engine's data folder from a genesis file, and marks that as done.
    async fn initialise(&self, engine: &str, genesis: &Path) -> Result<()> {
        let service = self.stack.services.get(engine).context("no such engine")?;
        let unit = self.unit(engine, service)?;
        let data = service.data_dir.as_ref().context("the engine has no data")?;
        // op-reth does so at its start, and has this command beside.
        let mut init = unit.init.into_iter().next().unwrap_or_else(|| Init {
            spec: Spec {
                program: self.components.path(Component::OpReth),
                args: ["init", "--datadir", data, "--chain", "FILE"].map(OsString::from).into(),
                ..unit.spec
            },
            data: data.into(),
            done: None,
            makes: None,
        });
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
            l1::saved(&devnet.home, "other-l1"),
        );
        devnet.supervisor.start(unit);
        wait_running(&mut devnet.supervisor.board(), &devnet.home, "other-l1").await?;
        Ok(l1::url(port))
    }
}
