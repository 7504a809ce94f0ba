//! The devnet that faults are planted in.

use std::{
    fs,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use serde_json::{Value, json};

use e2e::devnet::{Devnet, Result, command_line, ensure};
use test_kit::http;

use crate::{
    process::{Frozen, signal},
    warden::{LOOK, Warden},
};

/// For a transaction, or a process, to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// `--l1.runtime-config-reload-interval` of op-node, in seconds.
const RELOAD: u64 = 600;
const NODES: [&str; 4] =
    ["sequencer-node", "follower-1-node", "follower-2-node", "follower-3-node"];

/// A devnet and its health service.
pub(crate) struct World {
    pub(crate) devnet: Devnet,
    pub(crate) warden: Warden,
    pub(crate) l1: String,
    /// When the sequencer's op-node was killed.
    kills: Mutex<Vec<Instant>>,
}

impl World {
    pub(crate) fn new(devnet: Devnet) -> Result<Self> {
        let status = devnet.status()?;
        let endpoint = |name: &str| {
            let url = status["board"]["endpoints"][name].as_str();
            url.map(str::to_owned).ok_or_else(|| format!("no endpoint of {name}"))
        };
        let warden = Warden { url: endpoint("op-warden")? };
        let l1 = endpoint("l1")?;
        Ok(Self { devnet, warden, l1, kills: Mutex::default() })
    }

    pub(crate) fn endpoint(&self, service: &str) -> Result<String> {
        let status = self.devnet.status()?;
        let url = status["board"]["endpoints"][service].as_str();
        Ok(url.ok_or_else(|| format!("no endpoint of {service}"))?.to_owned())
    }

    /// The process of a running service.
    pub(crate) fn pid(&self, service: &str) -> Result<u64> {
        let begin = Instant::now();
        loop {
            let status = self.devnet.status()?;
            let pid = status["board"]["services"][service]["pid"].as_u64();
            match pid.filter(|&pid| !command_line(pid).is_empty()) {
                Some(pid) => return Ok(pid),
                None if begin.elapsed() > PATIENCE => {
                    return Err(format!("{service} does not run: {status:#}").into());
                }
                None => sleep(LOOK),
            }
        }
    }

    pub(crate) fn wait(&self, what: &str, holds: impl Fn(&Self) -> Result<bool>) -> Result<()> {
        let begin = Instant::now();
        while !holds(self)? {
            ensure(begin.elapsed() < PATIENCE, || format!("waited in vain: {what}"))?;
            sleep(LOOK);
        }
        Ok(())
    }

    pub(crate) fn freeze(&self, service: &str) -> Result<Frozen> {
        Frozen::new(self.pid(service)?)
    }

    /// Kills the sequencer's op-node.
    pub(crate) fn kill_sequencer(&self) -> Result<()> {
        signal(self.pid("sequencer-node")?, Signal::KILL)?;
        self.kills.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
        Ok(())
    }

    /// Whether it was killed within that time.
    pub(crate) fn killed_within(&self, time: Duration) -> bool {
        let kills = self.kills.lock().unwrap_or_else(PoisonError::into_inner);
        kills.last().is_some_and(|at| at.elapsed() < time)
    }

    /// Waits until no op-node reads the signer from L1 again for so long: one that reads a rotated signer
    /// takes no blocks of the old one until it reads again.
    pub(crate) fn wait_signer_reload(&self, pause: Duration) -> Result<()> {
        loop {
            let mut next = RELOAD;
            for service in NODES {
                next = next.min(RELOAD - self.age(service)?.as_secs() % RELOAD);
            }
            if next > pause.as_secs() {
                return Ok(());
            }
            sleep(Duration::from_secs(next + 5));
        }
    }

    /// How long the process of a service has run.
    fn age(&self, service: &str) -> Result<Duration> {
        let process = fs::metadata(format!("/proc/{}", self.pid(service)?))?;
        Ok(process.created().or_else(|_| process.modified())?.elapsed()?)
    }

    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.devnet.dir().join(path)
    }

    /// rollup.json.
    pub(crate) fn rollup(&self) -> Result<Value> {
        Ok(serde_json::from_str(&fs::read_to_string(self.file("chain/rollup.json"))?)?)
    }

    /// Sends a transaction of the contracts' owner to `SystemConfig`, and waits until it has counted.
    pub(crate) fn configure(&self, data: &[u8]) -> Result<()> {
        let rollup = self.rollup()?;
        let accounts = http::call(&self.l1, "eth_accounts", &json!([]))?;
        let transaction = json!({
            // anvil signs for its own accounts; the first of them owns the contracts.
            "from": accounts[0],
            "to": rollup["l1_system_config_address"],
            "data": alloy_primitives::hex::encode_prefixed(data),
        });
        let hash = http::call(&self.l1, "eth_sendTransaction", &json!([transaction]))?;
        let begin = Instant::now();
        loop {
            let receipt = http::call(&self.l1, "eth_getTransactionReceipt", &json!([hash]))?;
            match receipt["status"].as_str() {
                Some("0x1") => return Ok(()),
                None if begin.elapsed() < PATIENCE => sleep(LOOK),
                _ => return Err(format!("the transaction did not succeed: {receipt}").into()),
            }
        }
    }

    /// Hash of a block of an engine, null where it has none.
    pub(crate) fn block(&self, engine: &str, number: u64) -> Result<Value> {
        let block = json!([format!("{number:#x}"), false]);
        let block = http::call(&self.endpoint(engine)?, "eth_getBlockByNumber", &block)?;
        Ok(block["hash"].clone())
    }
}
