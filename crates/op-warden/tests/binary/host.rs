//! Spoilt worlds around the chain: the L1 endpoint's state, the host's clock, disks, ports, and the
//! secret of op-node and its engine.

use serde_json::{Value, json};

use crate::{
    gates::{
        Case, OF_L1,
        Verdict::{self, Pass, Refuse, Skip, Wait, Warn},
        faults, lies,
    },
    node::Say,
    world::{DIGEST, File, JWT, ROLES, SIGNER_SLOT, World, containers, images, podman},
};

pub(crate) fn cases(cases: &mut Vec<Case>) {
    clocks(cases);
    heads(cases);
    proofs(cases);
    disks(cases);
    ports(cases);
    secrets(cases);
    engines(cases);
    no_handshake(cases);
    releases(cases);
    l2_forks(cases);
    agreement(cases);
    beacons(cases);
    blobs(cases);
    podmen(cases);
}

fn clocks(cases: &mut Vec<Case>) {
    for (name, time, noticed) in [
        ("now", "NOW", &[][..]),
        ("four seconds ahead", "NOW+4", &[]),
        ("a minute ahead", "NOW+60", &[("clock", Refuse)]),
        (
            "at the end of time",
            "0xffffffffffffffff",
            &[("clock", Refuse), ("proposal-cadence", Warn)],
        ),
        ("three minutes old", "NOW-180", &[]),
        ("six minutes old", "NOW-360", &[("l1-head", Wait)]),
        ("at the beginning of time", "0x0", &[("l1-head", Wait)]),
    ] {
        cases.push(Case::new(format!("L1's newest block is {name}"), noticed, |world| {
            world.l1.edit("latest", "timestamp", json!(time));
        }));
    }
    let noticed = [("clock", Wait), ("genesis-timestamp", Refuse)];
    cases.push(Case::new("a genesis to come", &noticed, |world| {
        world.json("rollup.json", "/genesis/l2_time", json!(4_102_444_800_u64));
    }));
}

fn heads(cases: &mut Vec<Case>) {
    let wait = &[("l1-head", Wait)][..];
    let slow = &[("proposal-cadence", Warn)][..];
    let both = [("proposal-cadence", Warn), ("l1-origin", Wait)];
    let late = [("l1-head", Wait), ("proposal-cadence", Warn)];
    for (name, number, time, on_sepolia, noticed) in [
        ("the newest one", "0x60", "NOW-2", true, &[][..]),
        ("after the newest one", "0x61", "NOW-2", false, wait),
        ("an hour and a half old", "0x40", "NOW-5390", true, slow),
        ("two hours old", "0x40", "NOW-7200", true, &late),
        // Blocks are minutes apart there, and batches further than proposals.
        ("two hours old, on a private L1", "0x40", "NOW-7200", false, slow),
        // And it is before the L1 origin.
        ("the first one, on a private L1", "0x0", "0x1", false, &both),
    ] {
        cases.push(Case::new(format!("the finalized block is {name}"), noticed, |world| {
            for l1 in [&mut world.l1, &mut world.other] {
                l1.edit("finalized", "number", json!(number));
                l1.edit("finalized", "timestamp", json!(time));
            }
            if on_sepolia {
                world.settle_on(11_155_111);
            }
        }));
    }
    cases.push(Case::new("an L1 that has just begun", &[("l1-origin", Wait)], |world| {
        for l1 in [&mut world.l1, &mut world.other] {
            for block in ["latest", "finalized"] {
                l1.edit(block, "number", json!("0x0"));
                l1.edit(block, "timestamp", json!("NOW-3"));
            }
        }
    }));
}

fn proofs(cases: &mut Vec<Case>) {
    for (name, args, verdict) in [
        ("--l1.trustrpc", json!(["--l1.trustrpc"]), Skip),
        ("--l1.trustrpc=true", json!(["--l1.trustrpc=true"]), Skip),
        ("--l1.trustrpc=false", json!(["--l1.trustrpc=false"]), Pass),
    ] {
        cases.push(Case::new(format!("op-node with {name}"), &[("l1-proofs", verdict)], |world| {
            world.service("l1-proofs")["command"]["args"] = args;
        }));
    }
    cases.push(Case::new(
        "op-node that trusts by its environment",
        &[("l1-proofs", Skip)],
        |world| {
            world.service("l1-proofs")["command"]["environment"] =
                json!({"OP_NODE_L1_TRUST_RPC": "true"});
        },
    ));
    let other = format!("0x{}", ROLES[1].2);
    let place = |key: &str, value: &str| json!({"key": key, "value": value, "proof": ["0xf8"]});
    let signer = format!("0x{}", ROLES[0].2);
    let right = place(SIGNER_SLOT, &signer);
    for (name, field, value, verdict) in [
        ("of another account", "address", json!(other), Refuse),
        ("without nodes", "accountProof", json!([]), Refuse),
        ("without places", "storageProof", json!([]), Refuse),
        ("of two places", "storageProof", json!([right, right]), Refuse),
        ("of another place", "storageProof", json!([place("0x1", &signer)]), Refuse),
        ("of another signer", "storageProof", json!([place(SIGNER_SLOT, &other)]), Refuse),
        ("of no signer", "storageProof", json!([place(SIGNER_SLOT, "0x0")]), Refuse),
        ("of half a place", "storageProof", json!([{"key": SIGNER_SLOT, "value": signer}]), Refuse),
        ("of a place in text", "storageProof", json!([place("signer", &signer)]), Refuse),
        ("with nodes of no hex", "accountProof", json!(["0xzz"]), Refuse),
        (
            "whose value has all its digits",
            "storageProof",
            json!([place(SIGNER_SLOT, &format!("0x{:0>64}", ROLES[0].2))]),
            Pass,
        ),
    ] {
        cases.push(Case::new(format!("a proof {name}"), &[("l1-proofs", verdict)], |world| {
            world.l1.edit("eth_getProof", field, value);
        }));
    }
}

fn disks(cases: &mut Vec<Case>) {
    for (name, place, value, verdict) in [
        ("too little room", "minFreeBytes", json!(u64::MAX), Wait),
        ("no least room", "minFreeBytes", json!(0), Pass),
        ("a folder below a file", "dataDir", json!("own.key"), Pass),
    ] {
        cases.push(Case::new(format!("a disk with {name}"), &[("disk", verdict)], |world| {
            world.service("disk")[place] = value;
        }));
    }
    cases.push(Case::new("a folder that is not there yet", &[], |world| {
        world.files.insert("data", File::Missing);
    }));
    cases.push(Case::new("a folder that cannot be there", &[("disk", Wait)], |world| {
        world.service("disk")["dataDir"] = json!("/proc/self/comm/data");
    }));
    cases.push(Case::new("a relative folder that is not there", &[("disk", Wait)], |world| {
        world.service("disk")["dataDir"] = json!("no/such/folder");
    }));
}

fn ports(cases: &mut Vec<Case>) {
    let args = |rpc: &str| json!(["--rpc.addr=127.0.0.1", rpc, "--p2p.disable"]);
    for (name, args, verdict) in [
        // The test's own node listens there.
        ("a taken port", args("--rpc.port=@AUTHPORT@"), Wait),
        (
            "a port that is taken on one address",
            json!(["--rpc.port=@AUTHPORT@", "--p2p.disable"]),
            Wait,
        ),
        (
            "a port that is taken on another address",
            json!(["--rpc.addr=127.0.0.5", "--rpc.port=@AUTHPORT@", "--p2p.disable"]),
            Pass,
        ),
        (
            "one free and one taken port",
            json!(["--rpc.addr=127.0.0.4", "--rpc.port=1234", "--p2p.listen.tcp=@AUTHPORT@"]),
            Wait,
        ),
        ("no port", args("--rpc.port=0"), Skip),
        ("a port in words", args("--rpc.port=http"), Refuse),
        ("a negative port", args("--rpc.port=-1"), Refuse),
        ("a port too high", args("--rpc.port=65536"), Refuse),
        ("an empty port", args("--rpc.port="), Refuse),
        (
            "another host's address",
            json!(["--rpc.addr=192.0.2.1", "--rpc.port=1234", "--p2p.disable"]),
            Wait,
        ),
    ] {
        cases.push(Case::new(format!("op-node with {name}"), &[("ports", verdict)], |world| {
            world.service("ports")["command"]["args"] = args;
        }));
    }
    cases.push(Case::new("op-challenger, which listens nowhere", &[("ports", Skip)], |world| {
        world.service("ports")["command"] = json!({"component": "op-challenger"});
    }));
}

fn secrets(cases: &mut Vec<Case>) {
    let text = |text: &str| File::Text(text.to_owned());
    let other = format!("{}00", &JWT[..62]);
    for file in ["jwt.hex", "engine.hex"] {
        for (name, content, verdict) in [
            ("without prefix", text(JWT), Pass),
            ("with white space", text(&format!(" 0x{JWT} \r\n")), Pass),
            ("in capitals", text(&JWT.to_uppercase()), Pass),
            ("is missing", File::Missing, Wait),
            ("is a directory", File::Directory, Wait),
            ("is a pipe", File::Pipe, Wait),
            ("is empty", text(""), Wait),
            ("is one digit short", text(&JWT[1..]), Refuse),
            ("is one byte short", text(&JWT[2..]), Refuse),
            ("is one byte long", text(&format!("{JWT}00")), Refuse),
            ("is two secrets", text(&format!("{JWT}\n{JWT}")), Refuse),
            ("is quoted", text(&format!("\"{JWT}\"")), Refuse),
            ("is no hex", text(&JWT.replace('5', "g")), Refuse),
            ("is no text", File::Bytes(vec![0xff; 32]), Refuse),
            ("is another secret", text(&other), Refuse),
        ] {
            cases.push(Case::new(format!("{file} {name}"), &[("jwt", verdict)], |world| {
                world.files.insert(file, content);
            }));
        }
    }
    cases.push(Case::new("a secret that everybody may read", &[("jwt", Warn)], |world| {
        world.files.insert("jwt.hex", File::Public(JWT.to_owned()));
    }));
    cases.push(Case::new("one and the same file", &[("jwt", Pass)], |world| {
        world.service("disk")["command"]["args"] =
            json!(["--authrpc.port=@AUTHPORT@", "--authrpc.jwtsecret", "jwt.hex"]);
    }));
    // Both files agree, and the engine runs with another.
    cases.push(Case::new("an engine that was not started again", &[("jwt", Refuse)], |world| {
        for file in ["jwt.hex", "engine.hex"] {
            world.text(file, other.clone());
        }
    }));
}

fn engines(cases: &mut Vec<Case>) {
    let args = |l2: &[&str]| json!([l2, &["--l2.jwt-secret", "jwt.hex"]].concat());
    for (name, args, verdict) in [
        ("no engine", args(&[]), Refuse),
        ("an engine that is no URL", args(&["--l2=engine"]), Refuse),
        ("an engine over IPC", args(&["--l2=file:///run/engine.ipc"]), Refuse),
        ("an engine over WebSocket", args(&["--l2=ws://127.0.0.1:@AUTHPORT@"]), Skip),
        ("no secret", json!(["--l2=@AUTH@"]), Refuse),
        ("a port where nobody listens", args(&["--l2=http://127.0.0.4:1"]), Wait),
    ] {
        cases.push(Case::new(format!("op-node with {name}"), &[("jwt", verdict)], |world| {
            world.service("jwt")["command"]["args"] = args;
        }));
    }
    cases.push(Case::new("an engine of somebody else", &[("jwt", Skip)], |world| {
        world.service("disk").as_object_mut().unwrap().remove("command");
    }));
    cases.push(Case::new("an engine with a secret of its own", &[("jwt", Refuse)], |world| {
        world.service("disk")["command"]["args"] = json!(["--authrpc.port=@AUTHPORT@"]);
    }));
}

fn no_handshake(cases: &mut Vec<Case>) {
    for (fault, whole, verdict) in faults() {
        let verdict = if fault == "401" { Refuse } else { verdict };
        cases.push(Case::new(
            format!("{fault} from the authenticated port"),
            &[("jwt", verdict)],
            |world| {
                world.authrpc.always = whole;
                world.config["deadlineSeconds"] = json!(2);
            },
        ));
    }
    let truth = World::right().authrpc.value("engine_exchangeCapabilities").clone();
    for (lie, say, verdict) in lies_of_a_list(&truth) {
        cases.push(Case::new(
            format!("the authenticated port says {lie}"),
            &[("jwt", verdict)],
            |world| {
                world.authrpc.say("engine_exchangeCapabilities", say);
            },
        ));
    }
    cases.push(Case::new("nobody listens at the authenticated port", &[("jwt", Wait)], |world| {
        world.authrpc.gone = true;
    }));
    // Two things at once: what is wrong without L1 is wrong.
    let mut noticed = OF_L1.map(|gate| (gate, Wait)).to_vec();
    noticed.push(("jwt", Refuse));
    cases.push(Case::new("another secret, and nobody listens at L1", &noticed, |world| {
        world.text("jwt.hex", "0".repeat(64));
        world.l1_gone = true;
    }));
}

/// Lies about a list of names: a list of names is none.
fn lies_of_a_list(truth: &Value) -> Vec<(&'static str, Say, Verdict)> {
    lies(&json!(truth[0]))
        .into_iter()
        .filter(|lie| !matches!(lie.0, "a list" | "itself twice"))
        .collect()
}

fn releases(cases: &mut Vec<Case>) {
    let image = |component: &str, tag: &str| format!("registry.example/{component}:{tag}");
    let hash = json!(format!("0x{}", "2b".repeat(32)));
    // Fields of the newest header, in the order of the forks.
    let fields = [("requestsHash", 1), ("blockAccessListHash", 2)];
    for (component, tag, forks, verdict) in [
        ("op-node", "v1.20.1", 2, Pass),
        ("op-node", "v1.19.5", 2, Pass),
        ("op-node", "v1.19.4", 2, Refuse),
        ("op-node", "v1.19.5-rc.1", 2, Refuse),
        ("op-node", "v1.19.4", 1, Pass),
        ("op-node", "v1.11.1", 1, Refuse),
        ("op-node", "v1.16.2", 0, Pass),
        ("op-batcher", "v1.16.13", 2, Refuse),
        ("op-batcher", "v1.17.0", 2, Pass),
        ("op-proposer", "v1.9.0", 2, Refuse),
        ("op-challenger", "v1.9.5", 2, Pass),
        ("op-dispute-mon", "v1.0.0", 2, Pass),
        ("op-reth", "v2.8.1", 2, Pass),
        ("op-geth", "v1.101702.2", 2, Pass),
        ("op-node", "latest", 2, Warn),
        ("op-node", "0a1b2c3d", 0, Warn),
        ("op-node", "", 0, Warn),
    ] {
        let name = format!("{component} {tag} on an L1 with {forks} forks");
        cases.push(Case::new(name, &[("release", verdict)], |world| {
            for (field, _) in fields.iter().filter(|(_, fork)| *fork <= forks) {
                world.l1.edit("latest", field, hash.clone());
            }
            world.service("release")["image"]["reference"] = json!(image(component, tag));
            world.service("release")["command"] = json!({"component": component});
        }));
    }
    // The header does not tell of Amsterdam, but Sepolia's history does.
    cases.push(Case::new("op-node v1.19.4 on Sepolia", &[("release", Refuse)], |world| {
        world.settle_on(11_155_111);
        world.service("release")["image"]["reference"] = json!(image("op-node", "v1.19.4"));
    }));
    cases.push(Case::new(
        "an access list that is no hash",
        &["l1-head", "clock", "release", "proposal-cadence"].map(|gate| (gate, Refuse)),
        |world| {
            world.l1.edit("latest", "blockAccessListHash", json!("0x"));
        },
    ));
    for (component, tag, flag, verdict) in [
        ("op-node", "v1.20.1", "--sequencer.max-safe-lag=0", Refuse),
        ("op-node", "v1.20.0", "--sequencer.max-safe-lag=0", Pass),
        ("op-node", "v1.20.1", "--sequencer.max-safe-lag.not", Pass),
        ("op-proposer", "v1.16.4", "--supernode-rpcs", Refuse),
        ("op-proposer", "v1.16.4", "--superroot-rpcs", Pass),
        ("op-challenger", "v1.9.5", "--supernode-rpc", Refuse),
        ("op-reth", "v2.8.1", "--minimal", Refuse),
    ] {
        cases.push(Case::new(
            format!("{component} {tag} {flag}"),
            &[("release", verdict)],
            |world| {
                world.service("release")["image"]["reference"] = json!(image(component, tag));
                world.service("release")["command"] =
                    json!({"component": component, "args": [flag]});
            },
        ));
    }
}

fn l2_forks(cases: &mut Vec<Case>) {
    const LATER: u64 = 4_102_444_800;
    for (component, tag, karst, verdict) in [
        ("op-node", "v1.19.1", 1_800_000_000_u64 - 200_000_000, Pass),
        ("op-node", "v1.19.0", 1, Refuse),
        ("op-node", "v1.19.0", LATER, Warn),
        ("op-reth", "v2.3.3", 1, Pass),
        ("op-reth", "v2.3.2", 1, Warn),
        ("op-reth", "v2.3.1", 1, Refuse),
        ("op-geth", "v1.101702.2", 1, Refuse),
        ("op-geth", "v1.101702.2", LATER, Warn),
        ("op-challenger", "v1.9.2", 1, Refuse),
        ("op-dispute-mon", "v1.5.1", 1, Refuse),
        // From genesis on, forks may share their time.
        ("op-node", "v1.20.1", 0, Pass),
        ("op-node", "v1.20.1", LATER, Pass),
    ] {
        let name = format!("{component} {tag} and Karst at {karst}");
        // genesis.json knows nothing of it.
        let noticed = [("release", verdict), ("fork-schedule", Refuse)];
        cases.push(Case::new(name, &noticed, |world| {
            world.rollup("karst_time", json!(karst));
            world.service("release")["image"]["reference"] = json!(format!("{component}:{tag}"));
            world.service("release")["command"] = json!({"component": component});
        }));
    }
    for (name, tag, jovian, karst, verdict) in [
        ("at one time", "v1.20.1", json!(LATER), json!(LATER), Refuse),
        ("at one time", "v1.19.7", json!(LATER), json!(LATER), Pass),
        ("the wrong way round", "v1.20.1", json!(LATER), json!(LATER - 1), Refuse),
        ("with a gap", "v1.20.1", json!(null), json!(LATER), Refuse),
        ("in their order", "v1.20.1", json!(LATER), json!(LATER + 1), Pass),
    ] {
        cases.push(Case::new(
            format!("op-node {tag}, forks {name}"),
            // genesis.json has Jovian from its beginning.
            &[
                ("release", verdict),
                ("fork-schedule", Refuse),
                ("fee-parameters", Refuse),
                ("predeploys", Warn),
            ],
            |world| {
                world.rollup("jovian_time", jovian);
                world.rollup("karst_time", karst);
                world.service("release")["image"]["reference"] = json!(format!("op-node:{tag}"));
            },
        ));
    }
}

fn agreement(cases: &mut Vec<Case>) {
    let gate = |verdict| [("l1-agreement", verdict)];
    let other_hash = json!(format!("0x{}", "2b".repeat(32)));
    cases.push(Case::new("another endpoint of another chain", &gate(Refuse), |world| {
        world.other.result("eth_chainId", json!("0x1"));
    }));
    cases.push(Case::new("another endpoint with another origin", &gate(Refuse), |world| {
        world.other.edit("eth_getBlockByNumber", "hash", other_hash.clone());
    }));
    cases.push(Case::new(
        "another endpoint with another finalized block",
        &gate(Refuse),
        |world| {
            world.other.edit("finalized", "hash", other_hash.clone());
        },
    ));
    cases.push(Case::new("another endpoint that is behind", &gate(Warn), |world| {
        world.other.edit("finalized", "number", json!("0x3f"));
    }));
    cases.push(Case::new("another endpoint that is ahead", &[], |world| {
        world.other.edit("latest", "number", json!("0x9999"));
    }));
    cases.push(Case::new("nobody listens at another endpoint", &gate(Warn), |world| {
        world.other.gone = true;
    }));
    cases.push(Case::new("one endpoint only", &gate(Skip), |world| {
        world.config["l1"].as_object_mut().unwrap().remove("others");
    }));
    cases.push(Case::new("another endpoint in a file that is not there", &gate(Warn), |world| {
        world.config["l1"]["otherFiles"] = json!(["/no/such/file"]);
    }));
    cases.push(Case::new("another endpoint that is no URL", &gate(Refuse), |world| {
        world.config["l1"]["others"] = json!(["not a url"]);
    }));
    // One that disagrees is not outvoted by one that is not there.
    cases.push(Case::new("one endpoint disagrees and one is gone", &gate(Refuse), |world| {
        world.config["l1"]["others"] = json!(["OTHER", "http://127.0.0.4:1"]);
        world.other.result("eth_chainId", json!("0x1"));
    }));
    for (fault, whole, _) in faults() {
        cases.push(Case::new(format!("{fault} from another endpoint"), &gate(Warn), |world| {
            world.other.always = whole;
            world.config["deadlineSeconds"] = json!(2);
        }));
    }
}

fn beacons(cases: &mut Vec<Case>) {
    let gate = |verdict| [("l1-beacon", verdict)];
    let document = |data: Value| Say::Result(json!({ "data": data }));
    for (what, path, say, verdict) in [
        ("withholds whether it syncs", SYNCING, Say::Error(404, "Not Found"), Warn),
        ("forbids to ask whether it syncs", SYNCING, Say::Error(403, "Forbidden"), Warn),
        ("says nothing of its syncing", SYNCING, Say::Result(json!({})), Warn),
        ("is syncing", SYNCING, document(json!({"is_syncing": true})), Wait),
        ("has no parameters", SPEC, Say::Error(404, "Not Found"), Wait),
        ("forbids to ask for its parameters", SPEC, Say::Error(401, "Unauthorized"), Wait),
        ("is busy", SPEC, Say::Error(503, "Unavailable"), Wait),
        ("hangs up", SPEC, Say::Nothing, Wait),
        ("has empty parameters", SPEC, document(json!({})), Refuse),
        ("is no beacon node", SPEC, Say::Result(json!("hello")), Refuse),
        ("says null", SPEC, Say::Result(json!(null)), Refuse),
        ("has a chain id in words", SPEC, document(json!({"DEPOSIT_CHAIN_ID": "sepolia"})), Refuse),
        ("has a chain id as a number", SPEC, document(json!({"DEPOSIT_CHAIN_ID": 900})), Refuse),
        ("is of another network", SPEC, document(json!({"DEPOSIT_CHAIN_ID": "1"})), Refuse),
        (
            "does not tell how long it keeps blobs",
            SPEC,
            document(json!({"DEPOSIT_CHAIN_ID": "900"})),
            // All data is calldata.
            Pass,
        ),
    ] {
        cases.push(Case::new(format!("the beacon node {what}"), &gate(verdict), |world| {
            world.beacon.say(path, say);
            world.config["deadlineSeconds"] = json!(4);
        }));
    }
    cases.push(Case::new("nobody listens at the beacon node", &gate(Wait), |world| {
        world.beacon.gone = true;
    }));
    cases.push(Case::new(
        "the beacon node's URL in a file that is not there",
        &gate(Wait),
        |world| {
            let l1 = world.config["l1"].as_object_mut().unwrap();
            l1.remove("beacon");
            l1.insert("beaconFile".to_owned(), json!("/no/such/file"));
        },
    ));
    cases.push(Case::new("no beacon node", &gate(Refuse), |world| {
        world.config["l1"].as_object_mut().unwrap().remove("beacon");
    }));
}

const SYNCING: &str = "eth/v1/node/syncing";
const SPEC: &str = "eth/v1/config/spec";

/// Retention is mainnet's: 18 days, and the chain is older.
fn blobs(cases: &mut Vec<Case>) {
    for (name, batcher, args, verdict) in [
        ("of a batcher elsewhere", None, json!([]), Warn),
        (
            "of a batcher elsewhere, with an archiver",
            None,
            json!(["--l1.beacon-fallbacks=http://archive.example"]),
            Pass,
        ),
        ("of a batcher that writes blobs", Some("blobs"), json!([]), Warn),
        ("of a batcher that chooses", Some("auto"), json!([]), Warn),
        ("of a batcher that writes calldata", Some("calldata"), json!([]), Pass),
        ("that op-node ignores, calldata", Some("calldata"), json!(["--l1.beacon.ignore"]), Skip),
        ("that op-node ignores, blobs", Some("blobs"), json!(["--l1.beacon.ignore"]), Refuse),
        ("that op-node ignores, a batcher elsewhere", None, json!(["--l1.beacon.ignore"]), Warn),
    ] {
        let mut noticed = vec![("l1-beacon", verdict)];
        noticed.extend(batcher.is_none().then_some(("proposal-cadence", Skip)));
        cases.push(Case::new(format!("a beacon node for the data {name}"), &noticed, |world| {
            world.spec("MIN_EPOCHS_FOR_BLOB_SIDECARS_REQUESTS", json!("4096"));
            world.service("l1-beacon")["command"]["args"] = args;
            for service in ["batch-cadence", "reused-key"] {
                let command = &mut world.service(service)["command"];
                match batcher {
                    Some(kind) => {
                        let args = command["args"].as_array_mut().unwrap();
                        args.push(json!(format!("--data-availability-type={kind}")));
                    }
                    None => command["component"] = json!("another-batcher"),
                }
            }
        }));
    }
}

fn podmen(cases: &mut Vec<Case>) {
    let other = format!("sha256:{}", "0".repeat(64));
    let right = || containers("op-stack-node", "1d");
    let program = |text: &str| File::Program(text.to_owned());
    for (name, podman, verdict) in [
        ("runs another image", podman(&right(), &images("1d", &other)), Refuse),
        ("runs nothing", podman(&json!([]), &json!([])), Skip),
        ("runs another container", podman(&containers("node", "1d"), &images("1d", DIGEST)), Skip),
        ("has lost the image", podman(&right(), &json!([])), Skip),
        (
            "knows the image by its own digest",
            podman(&right(), &json!([{"Id": "1d", "Digest": DIGEST}])),
            Pass,
        ),
        ("is not there", File::Missing, Skip),
        ("may not be asked", program("echo denied >&2; exit 125"), Skip),
        ("says nonsense", program("echo hello"), Skip),
        ("says nothing", program("exit 0"), Skip),
        ("is silent", program("exec /bin/sleep 60"), Skip),
    ] {
        cases.push(Case::new(format!("podman {name}"), &[("image-running", verdict)], |world| {
            world.files.insert("podman", podman);
            world.config["deadlineSeconds"] = json!(4);
        }));
    }
    for field in ["container", "digest"] {
        cases.push(Case::new(
            format!("an image without {field}"),
            &[("image-running", Skip)],
            |world| {
                world.service("image-running")["image"].as_object_mut().unwrap().remove(field);
            },
        ));
    }
}
