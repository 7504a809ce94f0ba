//! The world in which everything is right.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use test_kit::node::{Say, Whole};

use crate::world::{
    World, commands,
    file::File,
    names::{
        BOND, DIGEST, FACTORY, IMPLEMENTATION, JWT, L2_HASH, MIN_BALANCE, OWN, PORTAL, PRESTATE,
        PRESTATE_HASH, ROLES, SCALAR, SENDER, SIGNER_SLOT, SMALL, SYSTEM_CONFIG, TEXTS, TIME,
        VECTOR, WORDS, gates,
    },
    proof::proof,
    script::{Script, bytes, game_args, game_at_index, text, word},
};

impl World {
    /// Every gate passes.
    pub(crate) fn right() -> Self {
        let (proof, state_root) = proof(SYSTEM_CONFIG, SIGNER_SLOT, &format!("0x{}", ROLES[0].2));
        let block = |number: &str, hash: &str| {
            json!({
                "stateRoot": state_root,
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
                    "scalar": SCALAR,
                    "gasLimit": 60_000_000, "eip1559Params": "0x0000000000000000", "minBaseFee": 100_000
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
            ("peer.key", File::Text("for libp2p".to_owned())),
            ("jwt.hex", File::Text(format!("0x{JWT}\n"))),
            ("engine.hex", File::Text(JWT.to_owned())),
            ("data", File::Directory),
            // Its service never ran here: there is no `last-run`.
            ("sender.key", File::Text(SENDER.to_owned())),
            ("own.key", File::Text(OWN.to_owned())),
            ("engine.key", File::Text(VECTOR.to_owned())),
            ("prestate.bin.gz", File::Bytes(PRESTATE.to_owned())),
            ("genesis.json", File::Text(SMALL.to_owned())),
            ("rollup.json", File::Text(rollup.to_string())),
            ("l1.json", File::Text(json!({"chainId": 900, "blobSchedule": {}}).to_string())),
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
        for gate in gates() {
            services[gate] = json!({"gates": [gate]});
        }
        for role in ["sequencer", "batcher", "proposer", "challenger"] {
            services[format!("{role}-key")]["key"] = json!(format!("{role}.key"));
        }
        for gate in ["proposer-key", "challenger-key", "game-type", "prestate", "bond-claimants"] {
            services[gate]["gameType"] = json!(1);
        }
        services["funding"]["key"] = json!("batcher.key");
        services["funding"]["minBalance"] = json!(MIN_BALANCE.to_string());
        services["alone"]["key"] = json!("sender.key");
        services["alone"]["lastRun"] = json!("last-run");
        services["genesis-live"]["engineRpc"] = json!("ENGINE");
        services["published-key"]["key"] = json!("own.key");
        services["prestate"]["prestate"] = json!({"file": "prestate.bin.gz"});
        services["image-pinned"]["image"] = json!({"reference": "registry.example/op-node:v1.0.0", "digest": DIGEST, "allowUnpinned": false});
        services["key-file"]["key"] = json!("own.key");
        commands::commands(&mut services);
        services["engine-data"]["command"] = json!({"component": "op-geth"});
        services["engine-data"]["dataDir"] = json!("engine");
        // The engine that the service of jwt uses.
        services["given-files"]["files"] = json!(["peer.key"]);
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
        services["release"]["command"] = command(&["--l1.rpckind=standard"]);
        services["release"]["image"] = json!({"reference": "registry.example/op-node:v1.21.0"});
        services["l1-beacon"]["command"] = command(&["--l1.beacon=http://beacon.example"]);
        let config = json!({
            "chain": {
                "genesis": "genesis.json", "rollup": "rollup.json", "l2ChainId": 901,
                "disputeGameFactory": FACTORY, "bundle": "bundle.json", "peers": ["@SEQUENCER@"]
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
            registered: 1,
        };
        let l1 = vec![
            ("eth_chainId", json!("0x384")),
            ("eth_getBlockByNumber", block("0x7", &l1_hash)),
            ("latest", tagged("0x60", "4c", "NOW-2")),
            ("finalized", tagged("0x40", "4b", "NOW-386")),
            ("eth_getProof", proof),
            ("eth_getBalance", json!(format!("{MIN_BALANCE:#x}"))),
            ("eth_getTransactionCount", json!("0x1111")),
            ("pending transactions", json!("0x1111")),
            ("past transactions", json!("0x1111")),
            ("past block", tagged("0x1", "4d", "NOW-600")),
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
            // No game is asked before there is one: not resolved, of a type that was respected.
            ("gameAtIndex", game_at_index(0)),
            ("status", word("0")),
            ("wasRespected", word("1")),
            ("prestateOfGame", word(PRESTATE_HASH)),
            ("stateVersion", word("8")),
            ("scalar", json!(SCALAR)),
            ("anchorRoot", json!(format!("0xdead{}", "0".repeat(124)))),
        ];
        let l1: Vec<_> = l1
            .into_iter()
            .chain(WORDS.map(|(read, hex)| (read, word(hex))))
            .chain(TEXTS.map(|(read, said)| (read, text(said))))
            .collect();
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
        let mut without_past = l1.clone();
        without_past.retain(|(read, _)| *read != "past block");
        Self {
            files,
            config,
            other: script("0x7", without_past),
            beacon: script("", beacon),
            l1: script("0x7", l1),
            sequencer: script("0x0", engine.clone()),
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
}
