//! A chain of doubles: L1, a sequencer and a follower, and the metrics of the programs. What they answer
//! follows from the time and from the faults that a test plants.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use alloy_consensus::Header;
use alloy_primitives::{B256, Bytes, U256, keccak256};
use serde_json::{Value, json};

use test_kit::node::{Answer, Node, Say, Whole};

pub(crate) const BATCHER: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
pub(crate) const PROPOSER: &str = "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc";
pub(crate) const CHALLENGER: &str = "0x90f79bf6eb2c4f870365e785982e1f101e93b906";
pub(crate) const SIGNER: &str = "0x15d34aaf54267db7d7c367839aaf71a00a2c6a65";
pub(crate) const STRANGER: &str = "0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc";
/// Blocks that are there when a world begins.
const AGE: u64 = 100;
/// Games are made this many seconds apart.
const GAME: u64 = 5;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    L1,
    SequencerEngine,
    SequencerNode,
    FollowerEngine,
    FollowerNode,
    /// The metrics of a program.
    Metrics(&'static str),
}

/// What is wrong, and the state of what is right. Every number is one that a test may set.
#[derive(Debug, Clone)]
pub(crate) struct Faults {
    /// Answers 404 to everything.
    pub(crate) gone: Option<Who>,
    /// The sequencer's head stands since it had this number.
    pub(crate) unsafe_at: Option<u64>,
    pub(crate) safe_at: Option<u64>,
    pub(crate) finalized_at: Option<u64>,
    pub(crate) safe_lag: u64,
    pub(crate) active: bool,
    pub(crate) resets: u64,
    pub(crate) deposits_fail: bool,
    pub(crate) l1_at: Option<u64>,
    pub(crate) l1_ahead: u64,
    /// L1 blocks since the origin of the safe head.
    pub(crate) origin_lag: u64,
    pub(crate) nonce_at: Option<u64>,
    /// The batcher has sent no more than this, whatever its account has on L1.
    pub(crate) sent_at: Option<u64>,
    pub(crate) batcher_balance: u128,
    pub(crate) batcher: &'static str,
    pub(crate) signer: &'static str,
    pub(crate) games_at: Option<u64>,
    pub(crate) respected: u32,
    pub(crate) claims: u64,
    /// Games older than this are resolved.
    pub(crate) resolved_after: u64,
    pub(crate) lost: bool,
    pub(crate) disagreements: u64,
    pub(crate) fork_from: Option<u64>,
    pub(crate) follower_lag: u64,
    /// Lies about the hashes of the follower's blocks.
    pub(crate) lies: bool,
    pub(crate) peers: u64,
    pub(crate) started: u64,
    /// Each look at the metrics shows another process.
    pub(crate) flapping: bool,
    /// Whether the guardian stopped withdrawals.
    pub(crate) paused: bool,
    /// Who owns the contracts on L1.
    pub(crate) owner: &'static str,
    /// New games have a root that no node has.
    pub(crate) false_root: bool,
    /// Somebody has proven a withdrawal that is not there.
    pub(crate) forged: bool,
    /// L1 blocks that the sequencer's op-node does not know, and that it has not derived.
    pub(crate) view_lag: u64,
    pub(crate) derivation_lag: u64,
    /// L1 has other blocks than it had.
    pub(crate) l1_forked: bool,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            gone: None,
            unsafe_at: None,
            safe_at: None,
            finalized_at: None,
            safe_lag: 5,
            active: true,
            resets: 1,
            deposits_fail: false,
            l1_at: None,
            l1_ahead: 0,
            origin_lag: 3,
            nonce_at: None,
            sent_at: None,
            batcher_balance: 10u128.pow(18),
            batcher: BATCHER,
            signer: SIGNER,
            games_at: None,
            respected: 1,
            claims: 1,
            resolved_after: 60,
            lost: false,
            disagreements: 0,
            fork_from: None,
            follower_lag: 0,
            lies: false,
            peers: 1,
            started: 1_000,
            flapping: false,
            paused: false,
            owner: BATCHER,
            false_root: false,
            forged: false,
            view_lag: 0,
            derivation_lag: 0,
            l1_forked: false,
        }
    }
}

pub(crate) struct World {
    begin: u64,
    /// Blocks a second.
    pace: u64,
    faults: Mutex<Faults>,
    /// As far as somebody has asked.
    main: Mutex<Vec<Header>>,
    asked: Mutex<BTreeMap<Who, usize>>,
    /// Calls to L1, each of which an endpoint counts.
    calls: AtomicUsize,
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

impl World {
    /// A world in which that many blocks come every second.
    pub(crate) fn new(pace: u64) -> Arc<Self> {
        Arc::new(Self {
            begin: now() - AGE.div_ceil(pace),
            pace,
            faults: Mutex::new(Faults::default()),
            main: Mutex::default(),
            asked: Mutex::default(),
            calls: AtomicUsize::new(0),
        })
    }

    pub(crate) fn start(self: &Arc<Self>, who: Who) -> Node {
        Node::start_apart(Double { world: Arc::clone(self), who })
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap()
    }

    /// Calls to L1 so far.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Requests to one of them so far.
    pub(crate) fn asked(&self, who: Who) -> usize {
        self.asked.lock().unwrap().get(&who).copied().unwrap_or(0)
    }

    pub(crate) fn head(&self) -> u64 {
        let now = UNIX_EPOCH.elapsed().unwrap().as_millis() as u64;
        (now - self.begin * 1_000) * self.pace / 1_000
    }

    fn time_of(&self, block: u64) -> u64 {
        self.begin + block / self.pace
    }

    fn header(&self, number: u64) -> Header {
        let mut main = self.main.lock().unwrap();
        self.grow(&mut main, number, 0);
        main[number as usize].clone()
    }

    /// Another chain from this block on.
    fn forked(&self, from: u64, number: u64) -> Header {
        let mut fork: Vec<Header> = (0..from).map(|number| self.header(number)).collect();
        self.grow(&mut fork, number, 1);
        fork.swap_remove(number as usize)
    }

    /// Adds what is missing up to this block.
    fn grow(&self, headers: &mut Vec<Header>, number: u64, fork: u8) {
        for number in headers.len() as u64..=number {
            headers.push(Header {
                number,
                timestamp: self.time_of(number),
                parent_hash: headers.last().map_or(B256::ZERO, Header::hash_slow),
                extra_data: vec![fork].into(),
                // As from Isthmus on.
                withdrawals_root: Some(B256::repeat_byte(6)),
                ..Header::default()
            });
        }
    }

    pub(crate) fn rollup(&self) -> Value {
        let zero = B256::ZERO;
        json!({
            "genesis": {
                "l1": {"hash": zero, "number": 0},
                "l2": {"hash": self.header(0).hash_slow(), "number": 0},
                "l2_time": self.begin,
                "system_config": {
                    "batcherAddr": BATCHER, "overhead": zero, "scalar": zero, "gasLimit": 30_000_000,
                },
            },
            "block_time": 1, "max_sequencer_drift": 600, "seq_window_size": 100,
            "channel_timeout": 300, "l1_chain_id": 900, "l2_chain_id": 901, "regolith_time": 0, "isthmus_time": 0,
            "batch_inbox_address": "0xff00000000000000000000000000000000000901",
            "deposit_contract_address": "0x0000000000000000000000000000000000000a01",
            "l1_system_config_address": "0x0000000000000000000000000000000000000a02",
        })
    }
}

struct Double {
    world: Arc<World>,
    who: Who,
}

impl Answer for Double {
    fn whole(&self, _: usize, batch: Option<&Value>) -> Whole {
        let faults = self.world.faults().clone();
        if faults.gone == Some(self.who) {
            return Whole::Status("404 Not Found", "");
        }
        match self.who {
            // Asked twice for each request, before and after it is read.
            Who::Metrics(service) => Whole::Body(String::leak(self.metrics(service))),
            who => {
                // L1 is asked for its heads once a poll, and then for more.
                let begins = |batch: &Value| who != Who::L1 || batch.to_string().contains("latest");
                if batch.is_some_and(begins) {
                    *self.world.asked.lock().unwrap().entry(who).or_default() += 1;
                }
                Whole::Calls
            }
        }
    }

    fn call(&self, method: &str, params: &Value) -> Say {
        if self.who == Who::L1 {
            self.world.calls.fetch_add(1, Ordering::SeqCst);
        }
        let faults = self.world.faults().clone();
        match (method, self.who) {
            ("eth_getBlockByNumber", Who::L1) => {
                Say::Result(self.l1_block(params[0].as_str().unwrap(), &faults))
            }
            ("eth_getBlockByNumber", _) => self.l2_block(params[0].as_str().unwrap(), &faults),
            ("eth_getTransactionReceipt", _) => {
                Say::Result(json!({"status": if faults.deposits_fail { "0x0" } else { "0x1" }}))
            }
            ("optimism_syncStatus", _) => {
                let head = self.l1_head(&faults).saturating_sub(faults.view_lag);
                let at = |lag: u64| {
                    let origin = json!({"number": head.saturating_sub(lag)});
                    json!({"hash": B256::repeat_byte(1), "l1origin": origin})
                };
                Say::Result(json!({
                    "head_l1": {"number": head},
                    "current_l1": {"number": head.saturating_sub(faults.derivation_lag)},
                    "unsafe_l2": at(2),
                    "safe_l2": at(faults.origin_lag),
                }))
            }
            ("opp2p_peerStats", _) => Say::Result(json!({"connected": faults.peers})),
            ("admin_sequencerActive", Who::SequencerNode) => Say::Result(json!(faults.active)),
            ("eth_getBalance", _) if params[0] == BATCHER => {
                Say::Result(json!(format!("{:#x}", faults.batcher_balance)))
            }
            ("eth_getBalance", _) => Say::Result(json!("0xde0b6b3a7640000")),
            ("eth_getTransactionCount", _) => {
                Say::Result(json!(format!("{:#x}", faults.nonce_at.unwrap_or_else(now))))
            }
            ("eth_call", _) => self.contracts(&params[0], &faults),
            ("eth_getLogs", _) if faults.forged => {
                let event = keccak256("WithdrawalProvenExtension1(bytes32,address)");
                Say::Result(
                    json!([{"topics": [event, B256::repeat_byte(9), B256::repeat_byte(8)]}]),
                )
            }
            ("eth_getLogs", _) => Say::Result(json!([])),
            ("eth_getStorageAt", _) => Say::Result(json!(B256::repeat_byte(5))),
            ("txpool_status", _) => Say::Result(json!({"pending": "0x0", "queued": "0x0"})),
            _ => Say::Error(-32601, "the method does not exist"),
        }
    }
}

impl Double {
    fn metrics(&self, service: &str) -> String {
        let mut asked = self.world.asked.lock().unwrap();
        let asked = asked.entry(Who::Metrics("")).or_default();
        *asked += 1;
        let faults = self.world.faults().clone();
        let started = faults.started + if faults.flapping { *asked as u64 * 10 } else { 0 };
        let own = match service {
            "sequencer-node" => {
                format!("op_node_default_pipeline_resets_total {}\n", faults.resets)
            }
            "dispute-mon" => format!(
                "op_dispute_mon_failed_games 0\nop_dispute_mon_games_agreement{{completion=\"in_progress\",result_correctness=\"incorrect\",root_agreement=\"disagree\",status=\"disagree_defender_ahead\"}} {}\n",
                faults.disagreements
            ),
            "batcher" => format!(
                "op_batcher_default_txmgr_current_nonce 1\nop_batcher_default_txmgr_confirm_total{{status=\"success\"}} {}\n",
                faults.sent_at.unwrap_or_else(now)
            ),
            "challenger" => {
                format!("op_challenger_highest_acted_l1_block {}\n", self.l1_head(&faults))
            }
            _ => String::new(),
        };
        format!("process_start_time_seconds {started}\n{own}")
    }

    fn l1_head(&self, faults: &Faults) -> u64 {
        faults.l1_at.unwrap_or_else(|| self.world.head())
    }

    fn l1_block(&self, which: &str, faults: &Faults) -> Value {
        let head = self.l1_head(faults);
        let number = match which {
            "latest" => head,
            "safe" | "finalized" => head.saturating_sub(8),
            number => u64::from_str_radix(&number[2..], 16).unwrap(),
        };
        let fork = faults.l1_forked;
        json!({
            "hash": keccak256([&number.to_be_bytes()[..], &[u8::from(fork)]].concat()), "parentHash": keccak256((number - 1).to_be_bytes()),
            "number": format!("{number:#x}"),
            "timestamp": format!("{:#x}", self.world.time_of(number) + faults.l1_ahead),
        })
    }

    fn l2_block(&self, which: &str, faults: &Faults) -> Say {
        let world = &self.world;
        let mut head = faults.unsafe_at.unwrap_or_else(|| world.head());
        let mut safe = faults.safe_at.unwrap_or_else(|| head.saturating_sub(faults.safe_lag));
        let is_follower = self.who == Who::FollowerEngine;
        if is_follower {
            head -= faults.follower_lag;
            safe = safe.min(head);
        }
        let number = match which {
            "latest" => head,
            "safe" => safe,
            "finalized" => faults.finalized_at.unwrap_or_else(|| head.saturating_sub(20)),
            number => u64::from_str_radix(&number[2..], 16).unwrap(),
        };
        if number > head {
            return Say::Result(Value::Null);
        }
        let main = world.header(number);
        let header = match faults.fork_from {
            Some(from) if is_follower && number >= from => world.forked(from, number),
            _ => main.clone(),
        };
        let mut hash = header.hash_slow();
        let mut block = serde_json::to_value(&header).unwrap();
        if is_follower && faults.lies {
            // Another block, under the hash that the sequencer's has.
            block["stateRoot"] = json!(B256::repeat_byte(7));
            hash = main.hash_slow();
        }
        block["hash"] = json!(hash);
        block["transactions"] = json!([keccak256(hash)]);
        Say::Result(block)
    }

    /// Calls that travel as one, or one alone.
    fn contracts(&self, call: &Value, faults: &Faults) -> Say {
        if !call["to"].is_null() {
            return self.contract(call, faults);
        }
        let code: Bytes = serde_json::from_value(call["data"].clone()).unwrap();
        let all = eth_rpc::answer_together(&code, |to, data| {
            let call = json!({"to": to, "data": Bytes::copy_from_slice(data)});
            match self.contract(&call, faults) {
                Say::Result(answer) => {
                    Some(serde_json::from_value::<Bytes>(answer).unwrap().to_vec())
                }
                _ => None,
            }
        });
        Say::Result(json!(Bytes::from(all.unwrap())))
    }

    fn contract(&self, call: &Value, faults: &Faults) -> Say {
        let data = call["data"].as_str().unwrap_or_default();
        let is = |signature: &str| {
            data[2..].starts_with(&alloy_primitives::hex::encode(&keccak256(signature)[..4]))
        };
        let word = |value: U256| Say::Result(json!(B256::from(value)));
        let address = |text: &str| word(U256::from_str_radix(&text[2..], 16).unwrap());
        let games_begin = self.world.begin - 2_000;
        let count = faults.games_at.unwrap_or_else(|| (now() - games_begin) / GAME + 1);
        let index = |text: &str| u64::from_str_radix(&text[text.len() - 16..], 16).unwrap();
        let of_game = index(call["to"].as_str().unwrap());
        if is("batcherHash()") {
            address(faults.batcher)
        } else if is("unsafeBlockSigner()") {
            address(faults.signer)
        } else if is("respectedGameType()") {
            word(U256::from(faults.respected))
        } else if is("gameCount()") {
            word(U256::from(count))
        } else if is("gameAtIndex(uint256)") {
            let index = index(data);
            let words = [U256::from(1), U256::from(games_begin + index * GAME), U256::from(index)];
            let text: Vec<u8> = words.iter().flat_map(U256::to_be_bytes::<32>).collect();
            Say::Result(json!(alloy_primitives::hex::encode_prefixed(text)))
        } else if is("status()") {
            let age = now() - (games_begin + of_game * GAME);
            let won = if faults.lost { 1 } else { 2 };
            word(U256::from(if age > faults.resolved_after { won } else { 0 }))
        } else if is("claimDataLen()") {
            word(U256::from(faults.claims))
        } else if is("gameCreator()") {
            address(PROPOSER)
        } else if is("maxClockDuration()") {
            word(U256::from(30))
        } else if is("owner()") {
            address(faults.owner)
        } else if is("paused()") {
            word(U256::from(faults.paused))
        } else if is("rootClaim()") && faults.false_root {
            word(U256::from(7))
        } else if is("l2BlockNumber()") {
            word(U256::from(1))
        } else if is("sentMessages(bytes32)") {
            word(U256::ZERO)
        } else {
            // Other releases have it.
            Say::Error(3, "execution reverted")
        }
    }
}
