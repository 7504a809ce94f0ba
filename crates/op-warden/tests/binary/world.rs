//! A chain in which everything is right, to be spoilt in one place.

use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use alloy_primitives::B256;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use op_chain::{
    forks::ForkTimes,
    genesis::{Fallback, GenesisBlock},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::{
    node::{Answer, Node, Say, Whole},
    program::{self, Run},
    settings,
};

/// The gates by their names in the configuration; each is a service of its own here.
pub(crate) const GATES: [&str; 46] = [
    "chain-files",
    "l1-chain",
    "l1-origin",
    "l2-chain",
    "genesis-hash",
    "genesis-timestamp",
    "genesis-live",
    "sequencer-key",
    "batcher-key",
    "proposer-key",
    "challenger-key",
    "published-key",
    "game-type",
    "prestate",
    "funding",
    "image-pinned",
    "key-file",
    "reused-key",
    "bond",
    "batch-cadence",
    "proposal-cadence",
    "root-source",
    "p2p",
    "p2p-paths",
    "safe-db",
    "admin-api",
    "static-peers",
    "unsafe-signer",
    "l1-head",
    "clock",
    "l1-proofs",
    "l1-rate-limit",
    "disk",
    "ports",
    "jwt",
    "release",
    "l1-agreement",
    "l1-beacon",
    "image-running",
    "fork-schedule",
    "rollup-config",
    "predeploys",
    "fee-parameters",
    "contracts",
    "engine-data",
    "bundle",
];

/// Role, secret key and address: accounts 0 to 3 of Foundry's published test mnemonic.
pub(crate) const ROLES: [(&str, &str, &str); 4] = [
    (
        "sequencer",
        "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
        "f39fd6e51aad88f6f4ce6ab8827279cfffb92266",
    ),
    (
        "batcher",
        "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        "70997970c51812dc3a010c7d01b50e0d17dc79c8",
    ),
    (
        "proposer",
        "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
        "3c44cdddb6a900fa2b585dd299e03d12fa4293bc",
    ),
    (
        "challenger",
        "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
        "90f79bf6eb2c4f870365e785982e1f101e93b906",
    ),
];

/// Account 4, which has no role.
pub(crate) const STRANGER: &str =
    "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a";

/// A key that nobody publishes.
pub(crate) const OWN: &str = "7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e";

/// A state of the fault proof VM, and its hash as the official cannon computes it; see op-chain's tests.
pub(crate) const PRESTATE: &[u8] = include_bytes!("../../../op-chain/tests/data/prestate.bin.gz");
pub(crate) const PRESTATE_HASH: &str =
    "03bac9e35aa6f26334ba7bab101f381aa0cefb1e4cf284c10f122d468994a127";
/// Well-formed, of no image.
pub(crate) const DIGEST: &str =
    "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A secret of op-node and its engine.
pub(crate) const JWT: &str = "5ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7";
/// Where `SystemConfig` keeps the unsafe block signer.
pub(crate) const SIGNER_SLOT: &str =
    "0x65a7ed542fb37fe237fdfbdd70b31598523fe5b32879e307bae27a0bd9581c08";

/// A genesis with Jovian, and as much of the predeploys as gates look at.
pub(crate) const SMALL: &str = include_str!("../data/genesis.json");
/// What op-geth v1.101701.0 wrote for block 0 at `init`.
pub(crate) const L2_HASH: &str =
    "0x6d6e7fbbda2558b88425ecc87eb023a1530455ce556fe87327a9f43961dced0a";
pub(crate) const TIME: u64 = 0x6a36_0a34;
pub(crate) const MIN_BALANCE: u64 = 1_000_000_000_000_000_000;
/// What a game costs; with the gas for it, no more than the batcher has.
pub(crate) const BOND: u64 = 80_000_000_000_000_000;
const SYSTEM_CONFIG: &str = "0x00000000000000000000000000000000000000c1";
const PORTAL: &str = "0x00000000000000000000000000000000000000c2";
const FACTORY: &str = "0x00000000000000000000000000000000000000c3";
const IMPLEMENTATION: &str = "00000000000000000000000000000000000000c4";
/// As [`game_args`] names it.
const VM: &str = "abababababababababababababababababababab";

/// Contract, selector and name of every getter that the gates may read.
const GETTERS: [(&str, &str, &str); 17] = [
    (SYSTEM_CONFIG, "e81b2c6d", "batcherHash"),
    (SYSTEM_CONFIG, "1fd19ee1", "unsafeBlockSigner"),
    (SYSTEM_CONFIG, "f2b4e617", "disputeGameFactory"),
    (PORTAL, "3c9f397c", "respectedGameType"),
    (FACTORY, "1b685b9e", "gameImpls"),
    (FACTORY, "74cc86ac", "gameArgs"),
    (FACTORY, "6593dc6e", "initBonds"),
    (IMPLEMENTATION, "a8e4fb90", "proposer"),
    (IMPLEMENTATION, "534db0e2", "challenger"),
    (IMPLEMENTATION, "8d450a95", "absolutePrestate"),
    (SYSTEM_CONFIG, "0a49cb03", "optimismPortal"),
    (SYSTEM_CONFIG, "d6ae3cd5", "l2ChainId"),
    (SYSTEM_CONFIG, "5c975abb", "systemConfigPaused"),
    (PORTAL, "33d7e2bd", "portalSystemConfig"),
    (PORTAL, "5c975abb", "portalPaused"),
    (FACTORY, "4d1975b4", "gameCount"),
    (VM, "1219a4e4", "stateVersion"),
];

/// A contract's answer of one word, right-aligned.
pub(crate) fn word(hex: &str) -> Value {
    json!(format!("0x{hex:0>64}"))
}

/// A contract's answer of type `bytes`.
pub(crate) fn bytes(hex: &str) -> Value {
    let padding = "0".repeat((64 - hex.len() % 64) % 64);
    json!(format!("0x{:064x}{:064x}{hex}{padding}", 32, hex.len() / 2))
}

/// Arguments of a permissioned game: the prestate, 92 bytes that matter to no gate, the two roles.
pub(crate) fn game_args() -> String {
    game_args_with(PRESTATE_HASH)
}

/// The same with another prestate.
pub(crate) fn game_args_with(prestate: &str) -> String {
    format!("{prestate}{}{}{}", "ab".repeat(92), ROLES[2].2, ROLES[3].2)
}

/// The forks of [`SMALL`].
fn at_genesis() -> ForkTimes {
    serde_json::from_value(serde_json::from_str::<Value>(SMALL).unwrap()["config"].clone()).unwrap()
}

/// A file of the world.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum File {
    Text(String),
    /// A shell script.
    Program(String),
    /// Everybody may read it.
    Public(String),
    Bytes(Vec<u8>),
    Missing,
    Directory,
    /// A pipe, silent until somebody writes to it.
    Pipe,
}

/// podman that knows of these containers and images, as podman 5 prints them.
pub(crate) fn podman(containers: &Value, images: &Value) -> File {
    File::Program(format!(
        "case \"$1\" in\nps) echo '{containers}' ;;\nimage) echo '{images}' ;;\n*) exit 125 ;;\nesac"
    ))
}

pub(crate) fn containers(name: &str, image: &str) -> Value {
    json!([{"Names": ["another"], "ImageID": "00"}, {"Names": [name], "ImageID": image, "State": "running"}])
}

pub(crate) fn images(id: &str, digest: &str) -> Value {
    let of_platform = format!("sha256:{}", "f".repeat(64));
    json!([{"Id": id, "Digest": of_platform, "RepoDigests": [
        format!("registry.example/op-node@{of_platform}"), format!("registry.example/op-node@{digest}")
    ]}])
}

/// What a node says to each read by name, and to whole requests.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Script {
    pub(crate) says: BTreeMap<&'static str, Say>,
    /// To all requests.
    pub(crate) always: Whole,
    /// To the first request of all.
    pub(crate) first: Whole,
    /// To requests for the roles that an implementation holds, which come second.
    pub(crate) second: Whole,
    /// The number of the only block there is, beside the tagged ones.
    pub(crate) block: &'static str,
    /// The secret of those that are served, of a node that does not serve everybody.
    pub(crate) secret: Option<&'static str>,
    /// Nobody listens there.
    pub(crate) gone: bool,
}

impl Script {
    pub(crate) fn say(&mut self, read: &'static str, say: Say) {
        assert!(self.says.insert(read, say).is_some(), "nobody reads {read}");
    }

    pub(crate) fn result(&mut self, read: &'static str, value: Value) {
        self.say(read, Say::Result(value));
    }

    pub(crate) fn value(&self, read: &str) -> &Value {
        match &self.says[read] {
            Say::Result(value) => value,
            other => panic!("{read}: {other:?}"),
        }
    }

    pub(crate) fn edit(&mut self, read: &'static str, field: &str, value: Value) {
        let mut result = self.value(read).clone();
        result[field] = value;
        self.result(read, result);
    }
}

impl Script {
    /// Whether this is the number of the finalized block.
    fn is_finalized(&self, number: &Value) -> bool {
        let finalized = self.says.get("finalized");
        matches!(finalized, Some(Say::Result(block)) if block["number"] == *number)
    }
}

impl Answer for Script {
    fn whole(&self, position: usize, batch: Option<&Value>) -> Whole {
        let second = batch.is_some_and(|batch| batch.to_string().contains(GETTERS[7].1));
        match (position, second) {
            (0, _) if !matches!(self.first, Whole::Calls) => self.first,
            (_, true) => self.second,
            _ => self.always,
        }
    }

    fn call(&self, method: &str, params: &Value) -> Say {
        let says =
            |read: &str| self.says.get(read).cloned().unwrap_or(Say::Error(-32601, "unknown"));
        match method {
            "eth_getBlockByNumber" if self.is_finalized(&params[0]) => {
                at_its_time(says("finalized"))
            }
            "eth_getBlockByNumber" if params[0] == "latest" => at_its_time(says("latest")),
            "eth_getBlockByNumber" if params[0] == "finalized" => at_its_time(says("finalized")),
            // Null is what a node says about a block that it does not have.
            "eth_getBlockByNumber" if params[0] != self.block => Say::Result(json!(null)),
            "eth_getBalance" if params[0] != format!("0x{}", ROLES[1].2) => {
                Say::Result(json!("0x0"))
            }
            "eth_call" => {
                let to = params[0]["to"].as_str().unwrap();
                let data = params[0]["data"].as_str().unwrap();
                let getter = GETTERS
                    .iter()
                    .find(|getter| to.ends_with(getter.0) && data[2..].starts_with(getter.1));
                match getter {
                    // An account without code.
                    None => Say::Result(json!("0x")),
                    // The only type that is registered is 1.
                    Some((.., "gameImpls")) if !data.ends_with("01") => Say::Result(word("0")),
                    Some((.., "gameArgs")) if !data.ends_with("01") => Say::Result(bytes("")),
                    Some((.., name)) => says(name),
                }
            }
            _ => says(method),
        }
    }

    fn get(&self, path: &str) -> Say {
        // The URL's own path comes first, its query last.
        let path =
            path.strip_prefix("/v3/SECRETKEY/").and_then(|path| path.strip_suffix("?key=token9"));
        let say = path.and_then(|path| self.says.get(path).cloned());
        say.unwrap_or(Say::Error(404, "Not Found"))
    }

    fn serves(&self, authorization: Option<&str>) -> bool {
        let Some(secret) = self.secret else { return true };
        authorization.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|token| {
            let (text, signature) = token.rsplit_once('.').unwrap();
            let claims = BASE64_URL_SAFE_NO_PAD.decode(text.split_once('.').unwrap().1).unwrap();
            let claims: Value = serde_json::from_slice(&claims).unwrap();
            claims["iat"].as_u64().unwrap().abs_diff(now()) < 60
                && BASE64_URL_SAFE_NO_PAD.encode(hmac(secret, text)) == signature
        })
    }
}

/// HMAC-SHA256 of a text, by the steps of RFC 2104.
fn hmac(secret: &str, text: &str) -> Vec<u8> {
    let key = alloy_primitives::hex::decode(secret).unwrap();
    let padded = |pad: u8| {
        let block = (0..64).map(|place| key.get(place).copied().unwrap_or_default() ^ pad);
        block.collect::<Vec<u8>>()
    };
    let inner = Sha256::digest([&padded(0x36)[..], text.as_bytes()].concat());
    Sha256::digest([&padded(0x5c)[..], &inner[..]].concat()).to_vec()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// A time of the form `NOW`, `NOW-5` or `NOW+5` is that of the answer.
fn at_its_time(say: Say) -> Say {
    let with_time = |mut block: Value| {
        let shift = block["timestamp"].as_str().and_then(|time| time.strip_prefix("NOW"));
        if let Some(shift) = shift {
            let seconds = if shift.is_empty() { 0 } else { shift.parse::<i64>().unwrap() };
            block["timestamp"] = json!(format!("{:#x}", now().saturating_add_signed(seconds)));
        }
        block
    };
    match say {
        Say::Result(block) => Say::Result(with_time(block)),
        Say::Twice(block) => Say::Twice(with_time(block)),
        other => other,
    }
}

/// Everything that a judgement depends on.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) files: BTreeMap<&'static str, File>,
    pub(crate) config: Value,
    pub(crate) l1: Script,
    pub(crate) engine: Script,
    /// The engine's authenticated port.
    pub(crate) authrpc: Script,
    /// Another endpoint of the same L1.
    pub(crate) other: Script,
    /// The L1's beacon node, by the last part of each path.
    pub(crate) beacon: Script,
    /// Nobody listens at the URLs.
    pub(crate) l1_gone: bool,
    pub(crate) engine_gone: bool,
    /// Permissions of the key files.
    pub(crate) key_mode: u32,
}

impl World {
    /// Every gate passes.
    pub(crate) fn right() -> Self {
        let block = |number: &str, hash: &str| {
            json!({
                "number": number, "hash": hash, "parentHash": format!("0x{}", "00".repeat(32)),
                "timestamp": format!("{TIME:#x}"), "difficulty": "0x0"
            })
        };
        let tagged = |number: &str, hash: &str, time: &str| {
            let mut block = block(number, &format!("0x{}", hash.repeat(32)));
            block["timestamp"] = json!(time);
            block
        };
        let l1_hash = format!("0x{}", "1a".repeat(32));
        let rollup = json!({
            "genesis": {
                "l1": {"hash": l1_hash, "number": 7}, "l2": {"hash": L2_HASH, "number": 0}, "l2_time": TIME,
                "system_config": {
                    "batcherAddr": format!("0x{}", ROLES[1].2), "overhead": l1_hash,
                    "scalar": "0x010000000000000000000000000000000000000000000000000c3c9d00000558",
                    "gasLimit": 60_000_000, "eip1559Params": "0x0000000000000000", "minBaseFee": 0
                }
            },
            "block_time": 2, "max_sequencer_drift": 600, "seq_window_size": 3600, "channel_timeout": 300,
            "l1_chain_id": 900, "l2_chain_id": 901, "regolith_time": 0, "canyon_time": 0, "delta_time": 0,
            "ecotone_time": 0, "fjord_time": 0, "granite_time": 0, "holocene_time": 0, "isthmus_time": 0,
            "jovian_time": 0, "batch_inbox_address": PORTAL, "deposit_contract_address": PORTAL,
            "l1_system_config_address": SYSTEM_CONFIG,
            "chain_op_config": {
                "eip1559Elasticity": 6, "eip1559Denominator": 50, "eip1559DenominatorCanyon": 250
            }
        });
        let entry =
            |name: &str| format!("{{\"sha256\":\"@sha256 {name}@\",\"bytes\":@bytes {name}@}}");
        let manifest = format!(
            "{{\"version\":1,\"l2ChainId\":901,\"l2GenesisHash\":\"@l2 hash@\",\"createdAt\":{TIME},\"files\":{{\"genesis.json\":{},\"rollup.json\":{}}}}}",
            entry("genesis.json"),
            entry("rollup.json")
        );
        let mut files = BTreeMap::from([
            ("podman", podman(&containers("op-stack-node", "1d"), &images("1d", DIGEST))),
            ("jwt.hex", File::Text(format!("0x{JWT}\n"))),
            ("engine.hex", File::Text(JWT.to_owned())),
            ("data", File::Directory),
            ("own.key", File::Text(OWN.to_owned())),
            ("prestate.bin.gz", File::Bytes(PRESTATE.to_owned())),
            ("genesis.json", File::Text(SMALL.to_owned())),
            ("rollup.json", File::Text(rollup.to_string())),
            ("bundle.json", File::Text(manifest)),
            ("engine", File::Directory),
        ]);
        for (name, (_, key, _)) in
            ["sequencer.key", "batcher.key", "proposer.key", "challenger.key"]
                .into_iter()
                .zip(ROLES)
        {
            files.insert(name, File::Text(format!("0x{key}\n")));
        }
        let mut services = json!({});
        for gate in GATES {
            services[gate] = json!({"gates": [gate]});
        }
        for role in ["sequencer", "batcher", "proposer", "challenger"] {
            services[format!("{role}-key")]["key"] = json!(format!("{role}.key"));
        }
        for gate in ["proposer-key", "challenger-key", "game-type", "prestate"] {
            services[gate]["gameType"] = json!(1);
        }
        services["funding"]["key"] = json!("batcher.key");
        services["funding"]["minBalance"] = json!(MIN_BALANCE.to_string());
        services["genesis-live"]["engineRpc"] = json!("ENGINE");
        services["published-key"]["key"] = json!("own.key");
        services["prestate"]["prestate"] = json!({"file": "prestate.bin.gz"});
        services["image-pinned"]["image"] = json!({"reference": "registry.example/op-node:v1.0.0", "digest": DIGEST, "allowUnpinned": false});
        services["key-file"]["key"] = json!("own.key");
        settings::commands(&mut services);
        services["engine-data"]["command"] = json!({"component": "op-geth"});
        services["engine-data"]["dataDir"] = json!("engine");
        // The engine that the service of jwt uses.
        services["disk"]["dataDir"] = json!("data");
        services["disk"]["minFreeBytes"] = json!(1);
        services["disk"]["command"] = json!({"component": "op-geth", "args": ["--authrpc.port=@AUTHPORT@", "--authrpc.jwtsecret", "engine.hex"]});
        // With these, it asks what any service asks but for proofs.
        services["l1-rate-limit"]["gameType"] = json!(1);
        services["l1-rate-limit"]["key"] = json!("batcher.key");
        let command = |args: &[&str]| json!({"component": "op-node", "args": args});
        services["l1-proofs"]["command"] = command(&["--l1.rpckind=standard"]);
        // Nobody else listens at that address.
        services["ports"]["command"] =
            command(&["--rpc.addr=127.0.0.4", "--rpc.port=1234", "--p2p.disable"]);
        services["jwt"]["command"] = command(&["--l2=@AUTH@", "--l2.jwt-secret", "jwt.hex"]);
        services["image-running"]["image"] =
            json!({"reference": "op-node:v1.20.1", "digest": DIGEST, "container": "op-stack-node"});
        services["release"]["command"] = command(&["--l1.rpckind=standard"]);
        services["release"]["image"] = json!({"reference": "registry.example/op-node:v1.20.1"});
        services["l1-beacon"]["command"] = command(&["--l1.beacon=http://beacon.example"]);
        let config = json!({
            "chain": {
                "genesis": "genesis.json", "rollup": "rollup.json", "l2ChainId": 901,
                "disputeGameFactory": FACTORY, "bundle": "bundle.json"
            },
            "l1": {"rpc": "L1", "others": ["OTHER"], "beacon": "BEACON", "chainId": 900},
            "services": services,
        });
        let script = |block: &'static str, says: Vec<(&'static str, Value)>| Script {
            says: says.into_iter().map(|(read, value)| (read, Say::Result(value))).collect(),
            always: Whole::Calls,
            first: Whole::Calls,
            second: Whole::Calls,
            block,
            secret: None,
            gone: false,
        };
        let l1 = vec![
            ("eth_chainId", json!("0x384")),
            ("eth_getBlockByNumber", block("0x7", &l1_hash)),
            ("latest", tagged("0x60", "4c", "NOW-2")),
            ("finalized", tagged("0x40", "4b", "NOW-386")),
            (
                "eth_getProof",
                json!({
                    "address": SYSTEM_CONFIG, "accountProof": ["0xf8"], "balance": "0x0",
                    "codeHash": l1_hash, "nonce": "0x1", "storageHash": l1_hash,
                    "storageProof": [{"key": SIGNER_SLOT, "value": format!("0x{}", ROLES[0].2), "proof": ["0xf8"]}]
                }),
            ),
            ("eth_getBalance", json!(format!("{MIN_BALANCE:#x}"))),
            ("batcherHash", word(ROLES[1].2)),
            ("unsafeBlockSigner", word(ROLES[0].2)),
            ("disputeGameFactory", word(&FACTORY[2..])),
            ("respectedGameType", word("1")),
            ("gameImpls", word(IMPLEMENTATION)),
            ("gameArgs", bytes(&game_args())),
            ("initBonds", word(&format!("{BOND:x}"))),
            // The bare implementation of games whose clones carry their arguments.
            ("proposer", word("0")),
            ("challenger", word("0")),
            ("absolutePrestate", word("0")),
            ("optimismPortal", word(&PORTAL[2..])),
            ("l2ChainId", word("385")),
            ("systemConfigPaused", word("0")),
            ("portalSystemConfig", word(&SYSTEM_CONFIG[2..])),
            ("portalPaused", word("0")),
            ("gameCount", word("0")),
            ("stateVersion", word("8")),
        ];
        let engine =
            vec![("eth_chainId", json!("0x385")), ("eth_getBlockByNumber", block("0x0", L2_HASH))];
        // As long as the chain is old, and longer.
        let beacon = vec![
            ("eth/v1/node/syncing", json!({"data": {"is_syncing": false, "head_slot": "1"}})),
            (
                "eth/v1/config/spec",
                json!({"data": {
                    "DEPOSIT_CHAIN_ID": "900", "SLOTS_PER_EPOCH": "32", "SECONDS_PER_SLOT": "12",
                    "MIN_EPOCHS_FOR_BLOB_SIDECARS_REQUESTS": "4096000", "BLOB_SCHEDULE": []
                }}),
            ),
        ];
        Self {
            files,
            config,
            other: script("0x7", l1.clone()),
            beacon: script("", beacon),
            l1: script("0x7", l1),
            engine: script("0x0", engine),
            authrpc: Script {
                secret: Some(JWT),
                ..script("", vec![("engine_exchangeCapabilities", json!(["engine_newPayloadV4"]))])
            },
            l1_gone: false,
            engine_gone: false,
            key_mode: 0o600,
        }
    }

    /// Contracts before v7: the factory has no `gameArgs`, the implementation has what is in them.
    pub(crate) fn with_old_factory(&mut self) {
        self.l1.say("gameArgs", Say::Error(3, "execution reverted"));
        self.l1.result("proposer", word(ROLES[2].2));
        self.l1.result("challenger", word(ROLES[3].2));
        self.l1.result("absolutePrestate", word(PRESTATE_HASH));
    }

    pub(crate) fn text(&mut self, file: &'static str, text: impl Into<String>) {
        self.files.insert(file, File::Text(text.into()));
    }

    /// Changes a text file.
    pub(crate) fn edit_text(&mut self, file: &'static str, edit: impl FnOnce(&str) -> String) {
        let File::Text(text) = &self.files[file] else { panic!("{file} is no text") };
        let text = edit(text);
        self.text(file, text);
    }

    /// Changes one place of a JSON file.
    pub(crate) fn json(&mut self, file: &'static str, place: &str, value: Value) {
        let File::Text(text) = &self.files[file] else { panic!("{file} is not there") };
        let mut json: Value = serde_json::from_str(text).unwrap();
        *json.pointer_mut(place).unwrap_or_else(|| panic!("{place} of {file}")) = value;
        self.text(file, json.to_string());
    }

    /// Makes rollup.json name the block that genesis.json stands for, as op-chain computes it.
    pub(crate) fn agree_on_hash(&mut self) {
        let File::Text(genesis) = &self.files["genesis.json"] else { panic!("no genesis.json") };
        let hash = json!(GenesisBlock::from_json(genesis.as_bytes(), None).unwrap().hash);
        self.json("rollup.json", "/genesis/l2/hash", hash.clone());
        self.engine.edit("eth_getBlockByNumber", "hash", hash);
    }

    /// Settles on another L1, of which everything agrees.
    pub(crate) fn settle_on(&mut self, id: u64) {
        self.json("rollup.json", "/l1_chain_id", json!(id));
        self.config["l1"]["chainId"] = json!(id);
        self.l1.result("eth_chainId", json!(format!("{id:#x}")));
        self.other.result("eth_chainId", json!(format!("{id:#x}")));
        self.spec("DEPOSIT_CHAIN_ID", json!(id.to_string()));
    }

    /// Sets a field of rollup.json.
    pub(crate) fn rollup(&mut self, field: &str, value: Value) {
        let File::Text(text) = &self.files["rollup.json"] else { panic!("no rollup.json") };
        let mut rollup: Value = serde_json::from_str(text).unwrap();
        rollup[field] = value;
        self.text("rollup.json", rollup.to_string());
    }

    /// Changes one of the beacon node's parameters.
    pub(crate) fn spec(&mut self, name: &str, value: Value) {
        let mut spec = self.beacon.value("eth/v1/config/spec").clone();
        spec["data"][name] = value;
        self.beacon.result("eth/v1/config/spec", spec);
    }

    /// Gives the L1 by a file, in whose text `@L1@` stands for the URL.
    pub(crate) fn with_l1_file(&mut self, file: File) {
        self.files.insert("l1.url", file);
        let l1 = self.config["l1"].as_object_mut().unwrap();
        l1.remove("rpc");
        l1.insert("rpcFile".to_owned(), json!("l1.url"));
    }

    pub(crate) fn service(&mut self, name: &str) -> &mut Value {
        &mut self.config["services"][name]
    }

    /// The text of a file, with the measures of the chain's files where it asks for them.
    pub(crate) fn measured(&self, file: &str) -> String {
        let File::Text(text) = &self.files[file] else { panic!("{file} is no text") };
        let mut text = text.clone();
        for name in ["genesis.json", "rollup.json"] {
            if let File::Text(content) = &self.files[name] {
                let digest = format!("{:x}", Sha256::digest(content));
                text = text.replace(&format!("@sha256 {name}@"), &digest);
                text = text.replace(&format!("@bytes {name}@"), &content.len().to_string());
            }
        }
        text.replace("@l2 hash@", &self.l2_hash().to_string())
    }

    /// The hash of this world's genesis.json; of the right one where it has none.
    fn l2_hash(&self) -> B256 {
        let File::Text(genesis) = &self.files["genesis.json"] else {
            return L2_HASH.parse().unwrap();
        };
        let fallback = Fallback { chain_id: 901, forks: at_genesis() };
        let block = GenesisBlock::from_json(genesis.as_bytes(), Some(&fallback));
        block.map_or_else(|_| L2_HASH.parse().unwrap(), |block| block.hash)
    }

    /// What an engine wrote, which knows the hash of this world's genesis.json.
    fn with_hash(&self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_owned();
        let right: B256 = L2_HASH.parse().unwrap();
        if let Some(at) = bytes.windows(32).position(|window| window == right.as_slice()) {
            bytes[at..at + 32].copy_from_slice(self.l2_hash().as_slice());
        }
        bytes
    }

    /// Makes the world real.
    pub(crate) fn start(&self) -> Started {
        let peer = TcpListener::bind("127.0.0.1:0").unwrap();
        let l1 = (!self.l1_gone).then(|| Node::start_apart(self.l1.clone()));
        let engine = (!self.engine_gone).then(|| Node::start_apart(self.engine.clone()));
        let start = |script: &Script| (!script.gone).then(|| Node::start_apart(script.clone()));
        let url = |node: &Option<Node>| {
            let url = node.as_ref().map_or_else(crate::node::nobody, Node::url);
            url.replacen("http://", "http://someuser:hunter2@", 1) + "/v3/SECRETKEY?key=token9"
        };
        // Its engine's command says nothing of another address.
        let authrpc = (!self.authrpc.gone).then(|| Node::start(self.authrpc.clone()));
        let other = start(&self.other);
        let beacon = start(&self.beacon);
        let (l1_url, engine_url, authrpc_url) = (url(&l1), url(&engine), url(&authrpc));
        let dir = TempDir::new().unwrap();
        for (name, file) in &self.files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            match file {
                File::Text(_) => {
                    fs::write(&path, self.measured(name).replace("@L1@", &l1_url)).unwrap();
                }
                File::Program(text) => program::script(&path, text),
                File::Public(text) => {
                    fs::write(&path, text).unwrap();
                    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
                }
                File::Bytes(bytes) => fs::write(&path, self.with_hash(bytes)).unwrap(),
                File::Pipe => {
                    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
                }
                File::Directory => fs::create_dir(&path).unwrap(),
                File::Missing => {}
            }
            if matches!(file, File::Text(_) | File::Bytes(_)) {
                let is_key = path.extension().is_some_and(|extension| extension == "key");
                let mode = if is_key { self.key_mode } else { 0o600 };
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            }
        }
        let path = |name: &str| dir.path().join(name).display().to_string();
        let text = self.config.to_string().replace("\"L1\"", &json!(l1_url).to_string());
        let mut text = text.replace("\"ENGINE\"", &json!(engine_url).to_string());
        text = text.replace("PEER", &peer.local_addr().unwrap().port().to_string());
        for name in self.files.keys() {
            text = text.replace(&format!("\"{name}\""), &json!(path(name)).to_string());
        }
        let authrpc_port = authrpc_url.rsplit_once(':').unwrap().1.split('/').next().unwrap();
        for (placeholder, value) in [
            ("\"OTHER\"", json!(url(&other)).to_string().as_str()),
            ("\"BEACON\"", json!(url(&beacon)).to_string().as_str()),
            ("@AUTH@", authrpc_url.as_str()),
            ("@AUTHPORT@", authrpc_port),
        ] {
            text = text.replace(placeholder, value);
        }
        fs::write(dir.path().join("op-warden.json"), text).unwrap();
        Started { dir, nodes: [l1, engine, authrpc, other, beacon], _peer: peer }
    }
}

/// A world's files and nodes.
pub(crate) struct Started {
    dir: TempDir,
    /// L1, the engine, its authenticated port, the other L1, the beacon node.
    nodes: [Option<Node>; 5],
    _peer: TcpListener,
}

impl Started {
    pub(crate) fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    /// HTTP requests so far: to L1, the engine, its authenticated port, the other L1, the beacon node.
    pub(crate) fn requests(&self) -> [usize; 5] {
        self.nodes.each_ref().map(|node| node.as_ref().map_or(0, Node::requests))
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn gate(&self, service: &str, options: &[&str]) -> Run {
        let config = self.path("op-warden.json");
        program::run_with(self.dir(), &[&["gate", service, "--config", &config], options].concat())
    }

    pub(crate) fn check(&self, options: &[&str]) -> Run {
        let config = self.path("op-warden.json");
        program::run_with(self.dir(), &[&["check", "--config", &config], options].concat())
    }
}
