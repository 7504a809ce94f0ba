//! `op-warden prove deposit`: it arrived only where every node says so of one block, and nothing is sent
//! to a chain or a portal that is not the configuration's.

use std::{
    fs,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};
use tempfile::TempDir;
use test_kit::{
    Run,
    node::{Answer, Node, Say, Whole},
};

use crate::world::runner;

const PORTAL: &str = "0xa51c1fc2f0d1a1b8494ed1fe312d7c3a78ed91c0";
const SYSTEM_CONFIG: &str = "0xb7f8bc63bbcad18155201308c8f3540b07f84f5e";
/// Account 6 of the published test mnemonic.
const KEY: &str = "92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e";
/// An L1 block of a devnet, and the L2 transaction that op-node v1.16.10 derived from a deposit in it.
const L1_BLOCK: &str = "0x60cc26536d7686744e81bd9717055ca8e891cd5fc438cba4267610ec4702fca8";
const L2_TRANSACTION: &str = "0xf12c1cc11e430b9534ad95295e4470d5ac074dde90b91f012c3696b7702c98af";
const OTHER: &str = "0x1111111111111111111111111111111111111111111111111111111111111111";

/// The L1, and how it differs from one where all goes well.
#[derive(Clone)]
pub(crate) struct L1 {
    chain_id: &'static str,
    system_config: &'static str,
    balance: &'static str,
    price: &'static str,
    gas: Say,
    /// To `systemConfig()` of the portal, in place of its address.
    portal: Option<Say>,
    /// Whether it takes a transaction and hangs up, as often as it is given one.
    loses_answers: bool,
    status: &'static str,
    emitter: &'static str,
    /// The block that it is in, by how often its receipt was asked for; the last one stays.
    blocks: &'static [Option<&'static str>],
    asked: Arc<AtomicUsize>,
    sent: Arc<AtomicUsize>,
}

impl Default for L1 {
    fn default() -> Self {
        Self {
            chain_id: "0x384",
            system_config: SYSTEM_CONFIG,
            balance: "0xde0b6b3a7640000",
            price: "0x3b9aca00",
            gas: Say::Result(json!("0x186a0")),
            portal: None,
            loses_answers: false,
            status: "0x1",
            emitter: PORTAL,
            blocks: &[None, Some(L1_BLOCK)],
            asked: Arc::default(),
            sent: Arc::default(),
        }
    }
}

fn word(address: &str) -> String {
    format!("0x{:0>64}", &address[2..])
}

impl L1 {
    fn receipt(&self, transaction: &Value) -> Value {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let Some(block) = self.blocks[asked.min(self.blocks.len() - 1)] else {
            return Value::Null;
        };
        let mint = format!("{:064x}", 10_u64.pow(18));
        json!({
            "status": self.status, "transactionHash": transaction, "blockHash": block, "blockNumber": "0x3",
            "gasUsed": "0x1", "logs": [{
                "address": self.emitter, "logIndex": "0x0",
                "topics": [
                    "0xb3813568d9991fc951961fcb4c784893574240a28925604d09fc577c55bb7c32",
                    word("0x976ea74026e726554db657fa54763abd0c3a0aa9"),
                    word("0xaa219c1f2c0777587066ae1199bf86fc2f014f50"),
                    word("0x0"),
                ],
                "data": format!("0x{:064x}{:064x}{mint}{mint}{:016x}00{}", 32, 73, 100_000, "00".repeat(23)),
            }],
        })
    }
}

impl Answer for L1 {
    fn whole(&self, _: usize, batch: Option<&Value>) -> Whole {
        let sends = batch.is_some_and(|batch| batch[0]["method"] == "eth_sendRawTransaction");
        if sends && self.loses_answers && self.sent.fetch_add(1, Ordering::SeqCst) == 0 {
            return Whole::Truncated;
        }
        Whole::Calls
    }

    fn call(&self, method: &str, params: &Value) -> Say {
        let result = match method {
            "eth_chainId" => json!(self.chain_id),
            "eth_call" => match &self.portal {
                Some(says) => return says.clone(),
                None => json!(word(self.system_config)),
            },
            "eth_getTransactionCount" => json!("0x7"),
            "eth_getBalance" => json!(self.balance),
            "eth_gasPrice" => json!(self.price),
            "eth_maxPriorityFeePerGas" => json!("0x1"),
            "eth_estimateGas" => return self.gas.clone(),
            "eth_sendRawTransaction" if self.loses_answers => {
                return Say::Error(-32000, "already known");
            }
            "eth_getTransactionByHash" => match self.sent.load(Ordering::SeqCst) {
                0 => Value::Null,
                _ => json!({"hash": params[0]}),
            },
            "eth_sendRawTransaction" => {
                self.sent.fetch_add(1, Ordering::SeqCst);
                json!(OTHER)
            }
            "eth_getTransactionReceipt" => self.receipt(&params[0]),
            other => panic!("{other}"),
        };
        Say::Result(result)
    }
}

/// An L2 node: the block that it has the deposit in by how often it was asked, and how that went.
#[derive(Clone, Copy)]
pub(crate) struct L2 {
    block: fn(usize) -> Option<&'static str>,
    status: &'static str,
}

/// Has it.
pub(crate) const THERE: L2 = L2 { block: |_| Some(L1_BLOCK), status: "0x1" };

struct Engine {
    l2: L2,
    asked: AtomicUsize,
}

impl Answer for Engine {
    fn call(&self, method: &str, params: &Value) -> Say {
        if method == "eth_blockNumber" {
            return Say::Result(json!("0x10"));
        }
        assert_eq!(method, "eth_getTransactionReceipt");
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let block = (self.l2.block)(asked).filter(|_| params[0] == L2_TRANSACTION);
        Say::Result(block.map_or(Value::Null, |block| {
            json!({
                "status": self.l2.status, "transactionHash": params[0], "blockHash": block, "blockNumber": "0x5",
                "gasUsed": "0x1", "logs": [],
            })
        }))
    }
}

fn prove(l1: &L1, nodes: &[Option<L2>], args: &[&str]) -> Run {
    prove_with(l1, nodes, args, |_| {})
}

/// The sequencer, a follower here, all others elsewhere; and what is different in the configuration.
fn prove_with(
    l1: &L1,
    nodes: &[Option<L2>],
    args: &[&str],
    change: impl FnOnce(&mut Value),
) -> Run {
    runner::finished(Setting::new(l1, nodes, args, change).command.output().unwrap())
}

/// The command, and what it needs.
pub(crate) struct Setting {
    pub(crate) command: Command,
    _dir: TempDir,
    _nodes: Vec<Node>,
}

impl Setting {
    pub(crate) fn new(
        l1: &L1,
        nodes: &[Option<L2>],
        args: &[&str],
        change: impl FnOnce(&mut Value),
    ) -> Self {
        let dir = TempDir::new().unwrap();
        let l1 = Node::start(l1.clone());
        let start = |l2| Node::start(Engine { l2, asked: AtomicUsize::new(0) });
        let nodes: Vec<_> = nodes.iter().map(|node| node.map(start)).collect();
        let path = |name: &str| dir.path().join(name).display().to_string();
        let service = |url: String, flags: &[&str]| {
            json!({
                "gates": ["l1-chain"], "engineRpc": url,
                "command": {"component": "op-node", "args": flags, "environment": {}},
            })
        };
        let (mut services, mut followers) = (serde_json::Map::new(), serde_json::Map::new());
        for (place, node) in nodes.iter().enumerate() {
            let url = node.as_ref().map_or_else(|| "http://127.0.0.1:1".to_owned(), Node::url);
            match place {
                0 => services
                    .insert("sequencer-node".to_owned(), service(url, &["--sequencer.enabled"])),
                1 => services.insert("follower-1-node".to_owned(), service(url, &[])),
                _ => followers.insert(format!("remote-{place}"), json!({"engineRpc": url})),
            };
        }
        let mut config = json!({
            "chain": {
                "genesis": "genesis.json", "rollup": path("rollup.json"), "l2ChainId": 901,
                "disputeGameFactory": "0x00000000000000000000000000000000000000d1",
            },
            "l1": {"rpc": l1.url(), "chainId": 900},
            "services": services,
            "serve": {"listen": "127.0.0.1:0", "intervalSeconds": 1, "followers": followers},
        });
        change(&mut config);
        let rollup = json!({
            "genesis": {
                "l1": {"hash": OTHER, "number": 0}, "l2": {"hash": OTHER, "number": 0}, "l2_time": 1,
                "system_config": {
                    "batcherAddr": PORTAL, "overhead": OTHER, "scalar": OTHER, "gasLimit": 60_000_000,
                },
            },
            "block_time": 2, "max_sequencer_drift": 600, "seq_window_size": 3600, "channel_timeout": 300,
            "l1_chain_id": 900, "l2_chain_id": 901, "regolith_time": 0,
            "batch_inbox_address": PORTAL, "deposit_contract_address": PORTAL,
            "l1_system_config_address": SYSTEM_CONFIG,
        });
        for (name, text) in [
            ("config.json", config.to_string()),
            ("rollup.json", rollup.to_string()),
            ("key", KEY.to_owned()),
        ] {
            fs::write(dir.path().join(name), text).unwrap();
        }
        let mut command = runner::command();
        command.args(["prove", "deposit", "--config", &path("config.json")]).args(args);
        if !args.contains(&"--transaction") {
            command.args(["--key", &path("key")]);
        }
        let nodes = nodes.into_iter().flatten().chain([l1]).collect();
        Self { command, _dir: dir, _nodes: nodes }
    }
}

#[test]
fn a_deposit_on_every_node_has_arrived() {
    let l1 = L1::default();
    let run = prove(&l1, &[Some(THERE), Some(THERE)], &["--json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let proof = run.json();
    assert_eq!(proof["outcome"], "arrived");
    assert_eq!(proof["l1Block"], json!({"hash": L1_BLOCK, "number": 3}));
    assert_eq!(proof["l2Transaction"], L2_TRANSACTION);
    assert_eq!(proof["nodes"][0]["name"], "sequencer-node");
    assert_eq!(proof["nodes"][1]["block"], json!({"hash": L1_BLOCK, "number": 5}));
    assert_eq!(l1.sent.load(Ordering::SeqCst), 1);
    // Whoever is interrupted has read it.
    assert!(
        run.stderr
            .starts_with(&format!("L1 transaction {}", proof["l1Transaction"].as_str().unwrap()))
    );
}

#[test]
fn what_is_not_the_same_everywhere_has_not_arrived() {
    let elsewhere = L2 { block: |_| Some(OTHER), ..THERE };
    let failed = L2 { status: "0x0", ..THERE };
    let missing = L2 { block: |_| None, ..THERE };
    // Whoever answers otherwise at each look has proved nothing.
    let fickle = L2 { block: |asked| Some([L1_BLOCK, OTHER][asked % 2]), ..THERE };
    for (nodes, code, outcome) in [
        (vec![Some(THERE), Some(elsewhere)], 1, "diverged"),
        (vec![Some(THERE), Some(failed)], 1, "diverged"),
        (vec![Some(THERE), Some(missing)], 2, "behind"),
        (vec![Some(missing)], 2, "behind"),
        (vec![Some(THERE), None], 3, "unknown"),
        (vec![Some(missing), None], 3, "unknown"),
        (vec![Some(failed), None], 1, "diverged"),
        (vec![Some(failed), Some(failed)], 1, "diverged"),
        (vec![Some(THERE), Some(THERE), Some(elsewhere)], 1, "diverged"),
        (vec![Some(THERE), Some(THERE), None], 3, "unknown"),
        (vec![Some(fickle)], 3, "unknown"),
        (vec![Some(THERE), Some(fickle)], 3, "unknown"),
        // Nobody has it where there is nobody.
        (vec![], 3, "unknown"),
    ] {
        let run = prove(&L1::default(), &nodes, &["--json", "--wait", "1s"]);
        assert_eq!((run.code, &run.json()["outcome"]), (Some(code), &json!(outcome)), "{run:?}");
    }
}

#[test]
fn a_difference_that_passes_is_none() {
    let late = L2 { block: |asked| Some(if asked < 3 { OTHER } else { L1_BLOCK }), ..THERE };
    // No clock shows the end of that wait.
    for wait in ["60s", "584000000000y"] {
        let nodes = [Some(THERE), Some(THERE), Some(late)];
        let run = prove(&L1::default(), &nodes, &["--json", "--wait", wait]);
        assert_eq!((run.code, &run.json()["outcome"]), (Some(0), &json!("arrived")), "{run:?}");
        assert_eq!(run.json()["nodes"][2]["name"], "remote-2");
    }
}

#[test]
fn a_lost_answer_of_l1_is_not_the_end() {
    let l1 = L1 { loses_answers: true, ..L1::default() };
    let run = prove(&l1, &[Some(THERE)], &["--json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn a_node_that_nobody_can_ask_is_not_left_out() {
    let l1 = L1::default();
    let run = prove_with(&l1, &[Some(THERE), Some(THERE)], &[], |config| {
        config["services"]["follower-1-node"]["engineRpc"] = Value::Null;
    });
    assert_eq!(run.code, Some(255), "{run:?}");
    assert!(run.stderr.contains("set services.follower-1-node.engineRpc"), "{run:?}");
    assert_eq!(l1.sent.load(Ordering::SeqCst), 0);
}

#[test]
fn a_reorganised_deposit_is_another_one() {
    // The L2 nodes still have what followed from the block that is gone.
    let l1 = L1 { blocks: &[Some(L1_BLOCK), Some(OTHER)], ..L1::default() };
    let run = prove(&l1, &[Some(THERE)], &["--json", "--wait", "1s"]);
    assert_eq!((run.code, &run.json()["outcome"]), (Some(2), &json!("behind")), "{run:?}");
    let gone = L1 { blocks: &[Some(L1_BLOCK), None], ..L1::default() };
    let run = prove(&gone, &[Some(THERE)], &["--json", "--wait", "1s"]);
    assert_eq!((run.code, &run.json()["l1Block"]), (Some(2), &Value::Null), "{run:?}");
}

#[test]
fn nothing_is_sent_where_it_would_be_lost() {
    let good = L1::default;
    for (l1, says) in [
        (L1 { chain_id: "0x1", ..good() }, "expected L1 chain 900"),
        (L1 { system_config: PORTAL, ..good() }, "expected the portal of SystemConfig"),
        (L1 { balance: "0x0", ..good() }, "found 0.000000000000000000 ETH"),
        // 1,000,000 gwei: it would cost 100 ETH.
        (
            L1 { price: "0x38d7ea4c68000", balance: "0xde0b6b3a7640000000", ..good() },
            "expected a gas price of at most 500 gwei (--max-fee), found 1000000 gwei",
        ),
        // Enough for the deposit, not for its gas.
        (L1 { balance: "0x38d7ea4c68001", ..good() }, "for the deposit and its gas"),
        (L1 { gas: Say::Error(3, "execution reverted"), ..good() }, "does not take the deposit"),
        (
            L1 { gas: Say::Error(-32601, "no such method"), ..good() },
            "cannot read the deposit's gas",
        ),
        (L1 { portal: Some(Say::Result(json!("0x"))), ..good() }, "expected OptimismPortal at"),
    ] {
        let run = prove(&l1, &[Some(THERE)], &[]);
        assert_eq!((run.code, &*run.stdout), (Some(255), ""), "{run:?}");
        assert!(run.stderr.contains(says), "{says}: {run:?}");
        assert_eq!(l1.sent.load(Ordering::SeqCst), 0, "{says}");
    }
}

#[test]
fn what_deposited_nothing_is_an_error() {
    for (l1, says) in [
        (L1 { status: "0x0", ..L1::default() }, "failed on L1"),
        (L1 { emitter: SYSTEM_CONFIG, ..L1::default() }, "logged no TransactionDeposited"),
    ] {
        let run = prove(&l1, &[Some(THERE)], &["--transaction", OTHER]);
        assert_eq!(run.code, Some(255), "{run:?}");
        assert!(run.stderr.contains(says), "{says}: {run:?}");
    }
}

#[test]
fn an_earlier_transaction_is_followed_and_nothing_sent() {
    let l1 = L1::default();
    let run = prove(&l1, &[Some(THERE)], &["--transaction", OTHER]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains(&format!("L2 transaction {L2_TRANSACTION}")), "{run:?}");
    assert_eq!(l1.sent.load(Ordering::SeqCst), 0);
}
