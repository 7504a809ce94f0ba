//! Spoilt worlds for what the services' commands say, and for keys that two of them have.

use serde_json::{Value, json};

use crate::{
    gates::{
        Case,
        Verdict::{self, Pass, Refuse, Skip, Wait, Warn},
    },
    world::{BOND, File, MIN_BALANCE, OWN, ROLES, STRANGER, word},
};

/// The peer id of account 0's key.
const PEER_ID: &str = "16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY";

/// Gives the services of these gates a command in which everything is right.
pub(crate) fn commands(services: &mut Value) {
    let command = |component: &str, args: &[&str]| json!({"component": component, "args": args});
    services["reused-key"]["command"] = command("op-batcher", &["--max-channel-duration=240"]);
    services["reused-key"]["key"] = json!("batcher.key");
    services["bond"]["key"] = json!("batcher.key");
    services["bond"]["gameType"] = json!(1);
    services["bond"]["minBalance"] = json!((MIN_BALANCE - BOND).to_string());
    services["batch-cadence"]["command"] = command("op-batcher", &["--max-channel-duration=240"]);
    services["proposal-cadence"]["command"] = command("op-proposer", &["--proposal-interval=1h"]);
    services["proposal-cadence"]["key"] = json!("proposer.key");
    services["root-source"]["command"] =
        command("op-challenger", &["--rollup-rpc=http://127.0.0.1:9545"]);
    services["root-source"]["gameType"] = json!(1);
    // Asks for the safe heads, and is judged by none of this.
    services["unsafe-signer"]["command"] =
        command("op-dispute-mon", &["--rollup-rpc=http://localhost:9545"]);
    let node = |name: &str, args: &[&str]| {
        let paths = ["priv", "peerstore", "discovery"]
            .map(|path| format!("--p2p.{path}.path=/data/{name}/{path}"));
        let args = args.iter().map(ToString::to_string).chain(paths);
        json!({"component": "op-node", "args": args.collect::<Vec<_>>()})
    };
    services["p2p"]["command"] = node("a", &["--sequencer.enabled"]);
    services["p2p-paths"]["command"] = node("b", &[]);
    services["safe-db"]["command"] =
        node("c", &["--rpc.port=9545", "--safedb.path=/data/c/safedb"]);
    services["admin-api"]["command"] =
        node("d", &["--rpc.enable-admin", "--rpc.addr=127.0.0.1", "--rpc.port=9546"]);
    let peer = format!("--p2p.static=/ip4/127.0.0.1/tcp/PEER/p2p/{PEER_ID}");
    services["static-peers"]["command"] = node("e", &[&peer]);
}

pub(crate) fn cases(cases: &mut Vec<Case>) {
    key_modes(cases);
    reused_keys(cases);
    burned_keys(cases);
    bonds(cases);
    flags(cases);
    nodes(cases);
    peers(cases);
}

fn key_modes(cases: &mut Vec<Case>) {
    for (mode, verdict) in [
        (0o400, Pass),
        (0o600, Pass),
        (0o700, Pass),
        (0o640, Warn),
        (0o604, Warn),
        (0o644, Warn),
        (0o777, Warn),
    ] {
        cases.push(Case::new(
            format!("keys of mode {mode:o}"),
            &[("key-file", verdict)],
            |world| {
                world.key_mode = mode;
            },
        ));
    }
    for (name, content, verdict) in [
        ("is missing", File::Missing, Wait),
        ("is a directory", File::Directory, Wait),
        ("is a pipe", File::Pipe, Wait),
        ("is empty", File::Text(String::new()), Refuse),
        ("is half a key", File::Text(OWN[..32].to_owned()), Refuse),
        ("is no text", File::Bytes(vec![0xff; 32]), Refuse),
        ("is huge", File::Text(OWN.repeat(10_000)), Refuse),
    ] {
        let noticed = [("key-file", verdict), ("published-key", verdict)];
        cases.push(Case::new(format!("own.key {name}"), &noticed, |world| {
            world.files.insert("own.key", content);
        }));
    }
}

fn reused_keys(cases: &mut Vec<Case>) {
    let batcher = ROLES[1].1;
    cases.push(Case::new(
        "batcher and proposer have one key",
        &[("reused-key", Refuse), ("proposer-key", Refuse)],
        |world| world.text("proposer.key", batcher),
    ));
    cases.push(Case::new(
        "batcher and proposer may have one key",
        &[("reused-key", Warn), ("proposer-key", Refuse)],
        |world| {
            world.text("proposer.key", batcher);
            world.config["keys"] = json!({"allowReuse": true});
        },
    ));
    for component in ["op-challenger", "op-node"] {
        cases.push(Case::new(
            format!("batcher and {component} have one key"),
            &[("reused-key", Warn), ("proposer-key", Refuse), ("proposal-cadence", Pass)],
            |world| {
                world.text("proposer.key", batcher);
                world.service("proposal-cadence").as_object_mut().unwrap().remove("key");
                world.config["services"]["root-source"]["key"] = json!("proposer.key");
                world.config["services"]["root-source"]["command"]["component"] = json!(component);
            },
        ));
    }
    for (name, content, verdict) in [
        ("missing", File::Missing, Pass),
        ("no key", File::Text("x".to_owned()), Pass),
        ("a directory", File::Directory, Wait),
        ("a pipe", File::Pipe, Wait),
    ] {
        let of_proposer = if name == "no key" { Refuse } else { Wait };
        let noticed = [("reused-key", verdict), ("proposer-key", of_proposer)];
        cases.push(Case::new(format!("the key to compare with is {name}"), &noticed, |world| {
            world.files.insert("proposer.key", content);
        }));
    }
}

fn burned_keys(cases: &mut Vec<Case>) {
    // Of the key OWN.
    let own = "0xD936e88478262AbeE55f1EE09e9d2125Fe0F8716";
    let stranger = "0x15d34aaf54267db7d7c367839aaf71a00a2c6a65";
    for (name, list, verdict) in [
        ("nobody", json!([]), Pass),
        ("another", json!([stranger]), Pass),
        ("this one", json!([stranger, own]), Refuse),
        ("this one in lower case", json!([own.to_lowercase()]), Refuse),
    ] {
        cases.push(Case::new(
            format!("the burned keys: {name}"),
            &[("published-key", verdict)],
            |world| {
                world.config["keys"] = json!({"burned": list});
            },
        ));
    }
    cases.push(Case::new(
        "a burned key that is published too",
        &[("published-key", Refuse)],
        |world| {
            world.text("own.key", STRANGER);
            world.config["keys"] = json!({"burned": [stranger]});
        },
    ));
}

fn bonds(cases: &mut Vec<Case>) {
    for (name, bond, verdict) in [
        ("no", "0".to_owned(), Pass),
        ("one wei less", format!("{:x}", BOND - 1), Pass),
        ("one wei more", format!("{:x}", BOND + 1), Wait),
        ("an endless", "f".repeat(64), Wait),
    ] {
        cases.push(Case::new(format!("games with {name} bond"), &[("bond", verdict)], |world| {
            world.l1.result("initBonds", word(&bond));
        }));
    }
}

/// One service's arguments instead of the right ones.
fn args(cases: &mut Vec<Case>, gate: &'static str, table: &[(&[&str], Verdict)]) {
    for (args, verdict) in table {
        cases.push(Case::new(format!("{gate}: {args:?}"), &[(gate, *verdict)], |world| {
            world.service(gate)["command"]["args"] = json!(args);
        }));
    }
}

fn flags(cases: &mut Vec<Case>) {
    // The batcher of reused-key goes on to say 240.
    args(
        cases,
        "batch-cadence",
        &[
            (&["--max-channel-duration=240"], Pass),
            (&["--max-channel-duration", "240"], Pass),
            (&["--max-channel-duration=1"], Pass),
            (&["--max-channel-duration=299"], Pass),
            (&["--max-channel-duration=99999999999999999999"], Refuse),
            (&["--max-channel-duration=0"], Warn),
            (&["--max-channel-duration=-1"], Refuse),
            (&["--max-channel-duration=1.5"], Refuse),
            (&["--max-channel-duration="], Refuse),
            (&["--max-channel-duration=5h"], Refuse),
            (&[], Warn),
        ],
    );
    // Proposals every hour are more often than such batches.
    for (blocks, verdict) in [(1800, Pass), (1801, Warn), (3599, Warn), (3600, Refuse)] {
        let noticed = [("batch-cadence", verdict), ("proposal-cadence", Warn)];
        cases.push(Case::new(format!("channels of {blocks} blocks"), &noticed, |world| {
            world.service("batch-cadence")["command"]["args"] =
                json!([format!("--max-channel-duration={blocks}")]);
        }));
    }
    args(
        cases,
        "proposal-cadence",
        &[
            (&["--proposal-interval=48m"], Pass),
            (&["--proposal-interval=24h"], Pass),
            (&["--proposal-interval=47m59s"], Warn),
            (&["--proposal-interval=1s"], Warn),
            (&["--proposal-interval=0"], Refuse),
            (&["--proposal-interval=0s"], Refuse),
            (&["--proposal-interval=3600"], Refuse),
            (&["--proposal-interval=-1h"], Refuse),
            (&["--proposal-interval"], Refuse),
            (&[], Refuse),
        ],
    );
    cases.push(Case::new("the cadence of proposals by the environment", &[], |world| {
        world.service("proposal-cadence")["command"] =
            json!({"component": "op-proposer", "environment": {"OP_PROPOSER_PROPOSAL_INTERVAL": "1h"}});
    }));
    cases.push(Case::new("no batcher here", &[("proposal-cadence", Skip)], |world| {
        for service in ["batch-cadence", "reused-key"] {
            world.service(service)["command"]["component"] = json!("another-batcher");
        }
    }));
    for (component, game_type, args, verdict) in [
        ("op-challenger", 1, &["--rollup-rpc=http://a"][..], Pass),
        ("op-challenger", 5, &["--rollup-rpc=http://a"], Refuse),
        ("op-challenger", 5, &["--superroot-rpc=http://a"], Pass),
        ("op-challenger", 5, &["--superroot-rpc=http://a", "--rollup-rpc=http://a"], Pass),
        ("op-challenger", 9, &["--supernode-rpc", "http://a"], Pass),
        ("op-challenger", 8, &["--superroot-rpc=http://a"], Refuse),
        ("op-challenger", 1, &[], Refuse),
        ("op-proposer", 1, &["--rollup-rpc=http://a"], Pass),
        ("op-proposer", 1, &["--rollup-rpc=http://a", "--supervisor-rpcs=http://b"], Refuse),
        ("op-proposer", 5, &["--superroot-rpcs=http://a,http://b"], Pass),
        ("op-proposer", 9, &["--rollup-rpc=http://a", "--superroot-rpcs=http://b"], Refuse),
    ] {
        let name = format!("roots of {component}, type {game_type}: {args:?}");
        cases.push(Case::new(name, &[("root-source", verdict)], |world| {
            let service = world.service("root-source");
            service["gameType"] = json!(game_type);
            service["command"] = json!({"component": component, "args": args});
        }));
    }
}

fn nodes(cases: &mut Vec<Case>) {
    args(
        cases,
        "p2p",
        &[
            (&["--sequencer.enabled", "--p2p.disable"], Refuse),
            (&["--sequencer.enabled=true", "--p2p.disable=true"], Refuse),
            (&["--sequencer.enabled", "--p2p.disable=false"], Pass),
            (&["--p2p.disable"], Warn),
            (&[], Pass),
        ],
    );
    cases.push(Case::new("P2P is off by the environment", &[("p2p", Refuse)], |world| {
        world.service("p2p")["command"]["environment"] = json!({"OP_NODE_P2P_DISABLE": "true"});
    }));
    let paths = |priv_path: &'static str| {
        vec![
            priv_path,
            "--p2p.peerstore.path=/data/b/peerstore",
            "--p2p.discovery.path=/data/b/discovery",
        ]
    };
    args(
        cases,
        "p2p-paths",
        &[
            (&paths("--p2p.priv.path=/data/b/other"), Pass),
            (&paths("--p2p.priv.path=/data/a/priv"), Refuse),
            (&paths("--p2p.priv.path=memory"), Pass),
            (&paths("--another"), Warn),
            (&[], Warn),
        ],
    );
    cases.push(Case::new("two nodes with databases in memory", &[], |world| {
        for service in ["p2p", "p2p-paths"] {
            let args = world.service(service)["command"]["args"].as_array_mut().unwrap();
            args.retain(|arg| !arg.as_str().unwrap().contains("discovery"));
            args.push(json!("--p2p.discovery.path=memory"));
        }
    }));
    args(
        cases,
        "safe-db",
        &[
            (&["--rpc.port=9545"], Refuse),
            (&["--rpc.port=9545", "--safedb.path="], Refuse),
            (&["--rpc.port", "9545", "--safedb.path", "/data"], Pass),
            (&["--rpc.port=9999"], Skip),
        ],
    );
    args(
        cases,
        "admin-api",
        &[
            (&["--rpc.enable-admin", "--rpc.addr=::1"], Pass),
            (&["--rpc.enable-admin", "--rpc.addr=localhost"], Pass),
            (&["--rpc.enable-admin", "--rpc.addr=0.0.0.0"], Refuse),
            (&["--rpc.enable-admin", "--rpc.addr=192.168.1.2"], Refuse),
            (&["--rpc.enable-admin", "--rpc.addr=example.org"], Refuse),
            (&["--rpc.enable-admin"], Refuse),
            (&["--rpc.addr=0.0.0.0"], Skip),
        ],
    );
}

fn peers(cases: &mut Vec<Case>) {
    let right = format!("/ip4/127.0.0.1/tcp/PEER/p2p/{PEER_ID}");
    let closed = format!("/ip4/127.0.0.1/tcp/1/p2p/{PEER_ID}");
    for (peers, verdict) in [
        (format!("{right},{right}"), Pass),
        (format!(" {right} , "), Pass),
        (closed.clone(), Warn),
        (format!("{right},{closed}"), Warn),
        (format!("{right},/ip4/127.0.0.1/tcp/9222"), Refuse),
        ("/ip4/127.0.0.1/tcp/PEER/p2p/0x1234".to_owned(), Refuse),
        ("127.0.0.1:9222".to_owned(), Refuse),
        (format!("enode://{}@127.0.0.1:9222", "ab".repeat(64)), Refuse),
        (String::new(), Skip),
    ] {
        cases.push(Case::new(
            format!("static peers {peers:?}"),
            &[("static-peers", verdict)],
            |world| {
                world.service("static-peers")["command"]["args"] =
                    json!([format!("--p2p.static={peers}")]);
            },
        ));
    }
}
