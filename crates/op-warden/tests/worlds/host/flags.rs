//! Flags, values and variables that a program does not take, and those that beat the chain's files.

use serde_json::json;

use crate::{
    case::Case,
    verdict::Verdict::{self, Pass, Refuse, Wait, Warn},
    world::{commands::required, file::File},
};

pub(super) fn flags(cases: &mut Vec<Case>) {
    for (component, table) in [
        ("op-node", OP_NODE),
        ("op-batcher", OP_BATCHER),
        ("op-proposer", OP_PROPOSER),
        ("op-challenger", OP_CHALLENGER),
        ("op-dispute-mon", OP_DISPUTE_MON),
        ("op-geth", OP_GETH),
        ("op-reth", OP_RETH),
    ] {
        for (args, verdict) in table {
            cases.push(case(component, args, *verdict));
        }
        let required = required(component);
        for left_out in required {
            let others: Vec<&str> =
                required.iter().filter(|flag| *flag != left_out).copied().collect();
            let name = format!("flags of {component} without {left_out}");
            cases.push(Case::new(name, &[("flags", Refuse)], |world| {
                world.service("flags")["command"] = json!({"component": component, "args": others});
                world.service("flags")["gameType"] = json!(1);
            }));
        }
    }
    // Those that are left out have defaults, which are not the chain's.
    for (component, flag, given, verdict) in [
        ("op-proposer", "--game-type=1", &["--game-type=0"][..], Refuse),
        ("op-challenger", "--game-types=permissioned", &["--game-types=cannon"], Refuse),
        (
            "op-challenger",
            "--game-types=permissioned",
            &[
                "--game-types=cannon-kona",
                "--game-types=permissioned",
                "--cannon-kona-server=kona-host",
            ],
            Pass,
        ),
    ] {
        let others = required(component).iter().filter(|other| **other != flag).copied();
        let args: Vec<&str> = others.chain(given.iter().copied()).collect();
        let name = format!("flags of {component} with {given:?} instead");
        cases.push(Case::new(name, &[("flags", verdict)], |world| {
            world.service("flags")["command"] = json!({"component": component, "args": args});
            world.service("flags")["gameType"] = json!(1);
        }));
    }
    // From Ecotone on op-node computes the price of L1's blobs.
    let cancun = json!({"target": 3, "max": 6, "baseFeeUpdateFraction": 3_338_477});
    for (name, config, verdict) in [
        ("no entry", json!({"chainId": 900, "blobSchedule": {}}), Refuse),
        (
            "an entry of a fork without its time",
            json!({"chainId": 900, "londonBlock": 0, "blobSchedule": {"cancun": cancun}}),
            Refuse,
        ),
        (
            "an entry of the fork",
            json!({"chainId": 900, "londonBlock": 0, "cancunTime": 0, "blobSchedule": {"cancun": cancun}}),
            Pass,
        ),
    ] {
        let name = format!("the L1 has blobs, and its chain configuration {name}");
        cases.push(Case::new(name, &[("flags", verdict)], |world| {
            world.l1.edit("latest", "excessBlobGas", json!("0x0"));
            world.files.insert("l1.json", File::Text(config.to_string()));
            world.service("flags")["command"] =
                json!({"component": "op-node", "args": required("op-node")});
        }));
    }
    for (name, value, verdict) in [
        ("OP_NODE_OVERRIDE_KARST", "1", Refuse),
        ("OP_NODE_NETWORK", "op-sepolia", Refuse),
        ("OP_NODE_P2P_DISABEL", "true", Warn),
        ("OP_NODE_P2P_DISABLE", "true", Pass),
        ("OP_NODE_P2P_DISABLE", "yes", Refuse),
        ("OP_NODE_P2P_DISABLE", "", Pass),
        ("OP_NODE_VERIFIER_L1_CONFS", "x", Refuse),
        ("OP_NODE_RPC_PORT", "70000", Refuse),
        ("HOME", "/tmp", Pass),
    ] {
        cases.push(Case::new(format!("flags: {name}={value}"), &[("flags", verdict)], |world| {
            world.service("flags")["command"]["environment"] = json!({name: value});
        }));
    }
    // Of another release than the one whose flags are known.
    for (args, verdict) in [
        (&["--completely-unheard-of"][..], Pass),
        (&["--l1.trustrcp"], Warn),
        (&["--rpc.port=x"], Warn),
        (&["--override.karst=1"], Refuse),
    ] {
        let name = format!("flags of op-node v1.20.1: {args:?}");
        cases.push(Case::new(name, &[("flags", verdict)], |world| {
            let args = [required("op-node"), args].concat();
            world.service("flags")["command"]["args"] = json!(args);
            world.service("flags")["image"] = json!({"reference": "op-node:v1.20.1"});
        }));
    }
}

/// A program with more arguments than it needs.
fn case(component: &str, args: &[&str], verdict: Verdict) -> Case {
    let name = format!("flags of {component}: {args:?}");
    Case::new(name, &[("flags", verdict)], |world| {
        let args = [required(component), args].concat();
        world.service("flags")["command"] = json!({"component": component, "args": args});
        world.service("flags")["gameType"] = json!(1);
    })
}

type Table = &'static [(&'static [&'static str], Verdict)];

const OP_NODE: Table = &[
    (&["--l1.rpc-max-batch-size=-1"], Refuse),
    (&["--l1.rpc-max-batch-size=501"], Refuse),
    (&["--l2.engine-sync=01"], Refuse),
    (&["--ignore-missing-pectra-blob-schedule=true"], Pass),
    (&["--l1", "@L1@", "--p2p.disable"], Pass),
    (&["-l1=@L1@"], Pass),
    (&["--l1=@L1@#x"], Refuse),
    (&["--l1=http://127.0.0.1:1", "--l1=@L1@"], Pass),
    // The gates would judge another L1 than it asks.
    (&["--l1=http://127.0.0.1:1"], Refuse),
    (&["--rollup.l1-chain-config=/nowhere/l1.json"], Wait),
    (&["--rollup.l1-chain-config=l1.json"], Wait),
    (&["--rollup.l1-chain-config="], Refuse),
    (&["--rollup.l1-chain-config=@DIR@/rollup.json"], Refuse),
    (&["--rollup.l1-chain-config=@DIR@/genesis.json"], Refuse),
    // Hidden from --help.
    (&["--p2p.useragent=me"], Pass),
    (&["--override.karst=1999999999"], Refuse),
    (&["--override.karst", "1999999999"], Refuse),
    (&["--network=op-sepolia"], Refuse),
    (&["--network="], Pass),
    (&["--l1.trustrcp"], Refuse),
    (&["--completely-unheard-of"], Refuse),
    (&["--altda.enabled", "--altda.da-server=http://da.example"], Warn),
    (&["--altda.enabled"], Warn),
    (&["--altda.enabled=false"], Pass),
    // Values.
    (&["--verifier.l1-confs=4"], Pass),
    (&["--verifier.l1-confs=x"], Refuse),
    (&["--verifier.l1-confs=-1"], Refuse),
    (&["--verifier.l1-confs"], Refuse),
    (&["--l1.epoch-poll-interval=5"], Refuse),
    (&["--l1.epoch-poll-interval=5s"], Pass),
    (&["--p2p.disable=yes"], Refuse),
    (&["--p2p.disable="], Refuse),
    (&["--syncmode=snap"], Refuse),
    (&["--rollup.halt=major"], Refuse),
    (&["--rpc.port=65536"], Refuse),
    (&["--rpc.port=9_545"], Pass),
    (&["--metrics.port=-1"], Pass),
    (&["--metrics.port=-1", "--metrics.enabled"], Refuse),
    (&["--rpc.addr=somewhere"], Refuse),
    (&["--rpc.addr=::1"], Pass),
    (&["--l1.beacon-header=x"], Refuse),
    (&["--l1=127.0.0.1:1"], Refuse),
    // A value is no flag, and a flag no value.
    (&["--l2.enginekind", "--p2p.disable"], Refuse),
    (&["--log.level", "--karst"], Refuse),
    // What the program reads no further than.
    (&["--p2p.disable", "false", "--rpc.port=1"], Refuse),
    (&["stray"], Refuse),
    // Whoever runs these looks for the secret in all that is printed.
    (&["hunter2"], Refuse),
    (&["--l1", "--p2p.sequencer.key=hunter2"], Refuse),
    (&["--l1=l1.example/v3/SECRETKEY"], Refuse),
    (&["--rpc.port=SECRETKEYSECRETKEYSECRETKEY"], Refuse),
    (&["--=x"], Refuse),
    (&["--", "--rpc.port=1"], Refuse),
    (&["--help"], Refuse),
];

const OP_BATCHER: Table = &[
    (&["--compressor=alchemy"], Refuse),
    (&["--compressor=ratio", "--throttle.controller-type=pid"], Pass),
    (&["--throttle.controller-type=yes"], Refuse),
    (&["--throttle.block-size-upper-limit=195"], Refuse),
    (&["--throttle.tx-size-upper-limit=0x00c"], Refuse),
    (&["--throttle.tx-size-upper-limit=12", "--throttle.controller-type=step"], Pass),
    (&["--throttle.unsafe-da-bytes-lower-threshold=12_800_000"], Refuse),
    (&["--rollup-rpc=@L1@"], Refuse),
    (&["--txmgr.blob-tip-cap-dynamic"], Refuse),
    (&["--max-l1-tx-size-bytes=10", "--max-l1-tx-size-bytes=50"], Pass),
    (&["--data-availability-type=callData"], Refuse),
    (&["--data-availability-type=calldata"], Pass),
    (&["--max-chanel-duration=1"], Refuse),
    (&["--batch-type=2"], Refuse),
    (&["--max-l1-tx-size-bytes=24"], Refuse),
    (&["--max-l1-tx-size-bytes=25"], Pass),
    (&["--target-num-frames=0"], Refuse),
    (&["--num-confirmations=0"], Refuse),
    (&["--resubmission-timeout=0s"], Refuse),
    (&["--rollup-rpc=http://127.0.0.1:1,x"], Refuse),
    (&["--rollup-rpc=http://127.0.0.1:4"], Refuse),
    (&["--rollup-rpc=http://127.0.0.1:4", "--l2-eth-rpc=http://127.0.0.1:5"], Pass),
    (&["--txmgr.min-tip-cap=2"], Refuse),
    (&["--txmgr.min-tip-cap=2", "--txmgr.min-basefee=2"], Pass),
];

const OP_PROPOSER: Table = &[
    (&["--l1-eth-rpc=http://127.0.0.1:1"], Refuse),
    (&["--game-type=1"], Pass),
    (&["--game-type=5"], Refuse),
    (&["--game-factory-address=0x1"], Refuse),
    (&["--game-factory-address=0x00000000000000000000000000000000000000C3"], Pass),
    (&["--game-factory-address=0x00000000000000000000000000000000000000d1"], Refuse),
    (&["--poll-interval=0s"], Refuse),
];

const OP_CHALLENGER: Table = &[
    (&["--l1-beacon=http://127.0.0.1:1"], Refuse),
    (&["--game-types=cannon,permissioned"], Refuse),
    (&["--game-types=cannon,permissioned", "--cannon-server=op-program"], Pass),
    (&["--game-types=cannon,permissioned", "--cannon-server="], Refuse),
    (&["--network=op-sepolia"], Refuse),
    (&["--game-factory-address=0x00000000000000000000000000000000000000d1"], Refuse),
    (&["--cannon-l2-custom", "--max-concurrency=2"], Pass),
    (&["--max-concurrency=0"], Refuse),
    (&["--max-concurrency=4294967296"], Refuse),
    (&["--additional-bond-claimants=0"], Refuse),
    (&["--private-key=7e57ab1e"], Refuse),
    (&["--cannon-server="], Pass),
    (&["--game-types=cannon-kona"], Refuse),
    (&["--game-types=cannon-kona", "--cannon-kona-server=kona-host"], Pass),
    (&["--l2-eth-rpc=http://127.0.0.1:2"], Refuse),
    (&["--game-allowlist=x"], Refuse),
    (&["--game-types=permissioned", "--trace-type=permissioned"], Refuse),
    (&[], Pass),
];

const OP_DISPUTE_MON: Table = &[
    (&["--network=op-sepolia"], Refuse),
    (&["--game-factory-address=0x00000000000000000000000000000000000000d1"], Refuse),
    (&["--honest-actors=0x1"], Refuse),
    (&["--monitor-interval=0s"], Refuse),
    (
        &[
            "--honest-actors=0x00000000000000000000000000000000000000c3,0x00000000000000000000000000000000000000c4",
        ],
        Pass,
    ),
];

const OP_GETH: Table = &[
    (&["--override.karst=1"], Refuse),
    (&["--op-network=op-sepolia"], Refuse),
    (&["--beta.op-network=op-sepolia"], Refuse),
    (&["--http", "--http.port=1"], Pass),
];

const OP_RETH: Table = &[
    (&["--whatever"], Refuse),
    (&["--override.karst=1"], Refuse),
    (&["node"], Pass),
    (&["node", "--http", "--http.port=1", "--storage.v2", "--storage.v2=false"], Pass),
    (&["node", "--http=true"], Refuse),
    (&["node", "--http.port"], Refuse),
    (&["node", "--http", "on"], Refuse),
    (&["node", "--htp"], Refuse),
];
