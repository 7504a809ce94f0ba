//! The devnet that faults are planted in.

use std::{
    fs,
    path::PathBuf,
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    http,
    process::Frozen,
    support::{Devnet, Result, command_line, ensure},
    warden::{LOOK, Warden},
};

/// For a transaction, or a process, to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A devnet and its health service.
pub(crate) struct World {
    pub(crate) devnet: Devnet,
    pub(crate) warden: Warden,
    pub(crate) l1: String,
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
        Ok(Self { devnet, warden, l1 })
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

    pub(crate) fn wait(
        &self,
        what: &str,
        holds: impl Fn(&Self) -> Result<bool>,
    ) -> Result<()> {
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
        let accounts = http::call(&self.l1, "eth_accounts", json!([]))?;
        let transaction = json!({
            // anvil signs for its own accounts; the first of them owns the contracts.
            "from": accounts[0],
            "to": rollup["l1_system_config_address"],
            "data": alloy_primitives::hex::encode_prefixed(data),
        });
        let hash = http::call(&self.l1, "eth_sendTransaction", json!([transaction]))?;
        let begin = Instant::now();
        loop {
            let receipt = http::call(&self.l1, "eth_getTransactionReceipt", json!([hash]))?;
            match receipt["status"].as_str() {
                Some("0x1") => return Ok(()),
                None if begin.elapsed() < PATIENCE => sleep(LOOK),
                _ => return Err(format!("the transaction did not succeed: {receipt}").into()),
            }
        }
    }

    /// Number of the newest block of an engine.
    pub(crate) fn head(&self, engine: &str) -> Result<u64> {
        let number = http::call(&self.endpoint(engine)?, "eth_blockNumber", json!([]))?;
        quantity(&number)
    }

    /// Hash of a block of an engine, null where it has none.
    pub(crate) fn block(&self, engine: &str, number: u64) -> Result<Value> {
        let block = json!([format!("{number:#x}"), false]);
        let block = http::call(&self.endpoint(engine)?, "eth_getBlockByNumber", block)?;
        Ok(block["hash"].clone())
    }
}

/// A JSON-RPC quantity.
pub(crate) fn quantity(value: &Value) -> Result<u64> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
    Ok(u64::from_str_radix(digits.ok_or_else(|| format!("no quantity: {value}"))?, 16)?)
}
