//! L1 and engine as a case's program finds them, and whether it got so far that it works.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use test_kit::node::{Answer, Node, Say};

use crate::{base::Base, component::Component};

/// What the program has been seen to do.
#[derive(Default)]
pub(crate) struct Seen {
    /// It has asked a node, so its configuration was taken as far as there.
    pub(crate) connected: AtomicBool,
    /// It has asked what it asks once all is set up.
    pub(crate) works: AtomicBool,
}

/// The nodes of one case.
pub(crate) struct Nodes {
    pub(crate) l1: Node,
    /// Engine and op-node in one.
    pub(crate) l2: Node,
    pub(crate) seen: Arc<Seen>,
}

impl Nodes {
    /// They take what op-warden asks of them for nothing: see [`Seen::forget`].
    pub(crate) fn start(component: Component, base: &Base, rollup: &str) -> Self {
        let seen = Arc::new(Seen::default());
        let script = |layer| Script {
            layer,
            component,
            seen: seen.clone(),
            l1_origin: base.l1_origin.clone(),
            l2_hash: base.l2_hash.clone(),
            time: base.time,
            rollup: serde_json::from_str(rollup).unwrap_or_default(),
        };
        Self { l1: Node::start(script(Layer::L1)), l2: Node::start(script(Layer::L2)), seen }
    }
}

impl Seen {
    /// Forgets what came before the program.
    pub(crate) fn forget(&self) {
        self.connected.store(false, Ordering::SeqCst);
        self.works.store(false, Ordering::SeqCst);
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Layer {
    L1,
    L2,
}

struct Script {
    layer: Layer,
    component: Component,
    seen: Arc<Seen>,
    l1_origin: String,
    l2_hash: String,
    time: u64,
    /// What op-node tells the others.
    rollup: Value,
}

impl Answer for Script {
    fn call(&self, method: &str, params: &Value) -> Say {
        self.seen.connected.store(true, Ordering::SeqCst);
        if self.component.works_once_it_asks(method, params) {
            self.seen.works.store(true, Ordering::SeqCst);
        }
        let answer = match self.layer {
            Layer::L1 => self.of_l1(method, params),
            Layer::L2 => self.of_l2(method),
        };
        answer.map_or(Say::Error(-32601, "unknown"), Say::Result)
    }
}

impl Script {
    fn of_l1(&self, method: &str, params: &Value) -> Option<Value> {
        Some(match method {
            "eth_chainId" => json!("0x384"),
            "eth_blockNumber" => json!("0x60"),
            "eth_getBalance" => json!("0x56bc75e2d63100000"),
            "eth_getTransactionCount" => json!("0x0"),
            "eth_maxPriorityFeePerGas" => json!("0x1"),
            "eth_getStorageAt" => json!(format!("0x{:064x}", 1)),
            "eth_getBlockByNumber" => self.l1_block(params[0].as_str()?),
            "eth_call" => json!(contract(&params[0])?),
            _ => return None,
        })
    }

    fn l1_block(&self, wanted: &str) -> Value {
        let hash = |digits: &str| format!("0x{}", digits.repeat(32));
        match wanted {
            "latest" | "0x60" => block("0x60", &hash("4c"), now()),
            "safe" | "finalized" | "0x40" => block("0x40", &hash("4b"), now() - 386),
            "0x7" => block("0x7", &self.l1_origin, self.time),
            _ => Value::Null,
        }
    }

    fn of_l2(&self, method: &str) -> Option<Value> {
        Some(match method {
            "eth_chainId" => json!("0x385"),
            "eth_getBlockByNumber" => block("0x0", &self.l2_hash, self.time),
            "engine_exchangeCapabilities" => json!(["engine_newPayloadV4"]),
            "optimism_rollupConfig" => self.rollup.clone(),
            "optimism_version" => json!("v1.16.10"),
            _ => return None,
        })
    }
}

/// What the contracts answer at the start of those that ask them.
fn contract(call: &Value) -> Option<String> {
    let data = call["input"].as_str().or_else(|| call["data"].as_str())?;
    let word = |hex: &str| format!("{hex:0>64}");
    Some(match data.get(2..10)? {
        // version()
        "54fd4d50" => format!("0x{}{}{:0<64}", word("20"), word("5"), "312e342e30"),
        // gameImpls(uint32)
        "1b685b9e" => format!("0x{}", word("c4")),
        // gameArgs(uint32)
        "74cc86ac" => {
            let args = format!("{}{}{}", "ab".repeat(32 + 92), "11".repeat(20), "22".repeat(20));
            let padding = "0".repeat((64 - args.len() % 64) % 64);
            format!("0x{}{}{args}{padding}", word("20"), word(&format!("{:x}", args.len() / 2)))
        }
        // Some address, or some number.
        _ => format!("0x{}", word("c5")),
    })
}

fn block(number: &str, hash: &str, time: u64) -> Value {
    let zero = format!("0x{}", "0".repeat(64));
    let empty = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";
    json!({
        "number": number, "hash": hash, "parentHash": zero, "timestamp": format!("{time:#x}"),
        "sha3Uncles": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
        "miner": format!("0x{}", "0".repeat(40)), "stateRoot": zero, "transactionsRoot": empty,
        "receiptsRoot": empty, "logsBloom": format!("0x{}", "0".repeat(512)), "difficulty": "0x0",
        "gasLimit": "0x1c9c380", "gasUsed": "0x0", "extraData": "0x", "mixHash": zero,
        "nonce": "0x0000000000000000", "baseFeePerGas": "0x7", "size": "0x200",
        "transactions": [], "uncles": []
    })
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
