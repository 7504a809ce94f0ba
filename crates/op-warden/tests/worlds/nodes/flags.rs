//! What the nodes' commands say.

use serde_json::json;

use crate::{
    case::{Case, arguments},
    verdict::Verdict::{Pass, Refuse, Skip, Warn},
    world::names::PEER_ID,
};

pub(super) fn nodes(cases: &mut Vec<Case>) {
    arguments(
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
    // Of the other nodes of the world: the default, a minute.
    arguments(
        cases,
        "p2p",
        &[
            (&["--p2p.gossip.timestamp.threshold=1m"], Pass),
            (&["--p2p.gossip.timestamp.threshold=60s"], Pass),
            (&["--p2p.gossip.timestamp.threshold=1h"], Warn),
            (&["--p2p.gossip.timestamp.threshold=1h", "--sequencer.enabled"], Warn),
            // Another gate tells this one.
            (&["--p2p.gossip.timestamp.threshold=hour"], Pass),
        ],
    );
    let paths = |priv_path: &'static str| {
        vec![
            priv_path,
            "--p2p.peerstore.path=/data/b/peerstore",
            "--p2p.discovery.path=/data/b/discovery",
        ]
    };
    arguments(
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
    arguments(
        cases,
        "safe-db",
        &[
            (&["--rpc.port=9545"], Refuse),
            (&["--rpc.port=9545", "--safedb.path="], Refuse),
            (&["--rpc.port", "9545", "--safedb.path", "/data"], Pass),
            (&["--rpc.port=9999"], Skip),
        ],
    );
    arguments(
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
            (&["--pprof.enabled"], Refuse),
            (&["--pprof.enabled", "--pprof.addr=127.0.0.1"], Pass),
        ],
    );
    for (component, args, verdict) in [
        ("op-geth", &["--http", "--http.addr=0.0.0.0", "--http.api=eth,admin"][..], Refuse),
        ("op-geth", &["--http", "--http.addr=0.0.0.0", "--http.api=eth,net"], Skip),
        ("op-geth", &["--http", "--http.api=eth,admin"], Pass),
        ("op-geth", &["--http.addr=0.0.0.0", "--http.api=eth,admin"], Skip),
        ("op-geth", &["--pprof", "--pprof.addr=0.0.0.0"], Refuse),
        ("op-geth", &["--http", "--http.addr=0.0.0.0"], Skip),
        // Of an empty list it serves everything.
        ("op-geth", &["--http", "--http.addr=0.0.0.0", "--http.api="], Refuse),
        ("op-geth", &["--ws", "--ws.addr=0.0.0.0", "--ws.api=,"], Refuse),
        ("op-geth", &["--http", "--http.api="], Pass),
        ("op-reth", &["--ws", "--ws.addr=0.0.0.0", "--ws.api=admin"], Refuse),
        ("op-reth", &["--ws", "--ws.addr=0.0.0.0", "--ws.api=all"], Refuse),
        ("op-reth", &["--http", "--http.addr=0.0.0.0", "--http.api=All"], Refuse),
        ("op-reth", &["--http", "--http.addr=0.0.0.0", "--http.api="], Skip),
        ("op-challenger", &["--pprof.enabled"], Refuse),
    ] {
        let name = format!("admin API of {component}: {args:?}");
        cases.push(Case::new(name, &[("admin-api", verdict)], |world| {
            world.service("admin-api")["command"] = json!({"component": component, "args": args});
        }));
    }
}

/// Of the sequencer's op-reth.
pub(super) fn durability(cases: &mut Vec<Case>) {
    const NONE: &str = "--engine.persistence-threshold=0";
    const BUFFER: &str = "--engine.memory-block-buffer-target=0";
    const FOLLOWS: &str = "--rollup.sequencer=http://sequencer.example";
    arguments(
        cases,
        "engine-durability",
        &[
            (&[NONE, BUFFER], Pass),
            (&["--engine.persistence-threshold", "0", BUFFER], Pass),
            (&[], Refuse),
            (&[NONE], Refuse),
            (&[BUFFER], Refuse),
            (&[NONE, "--engine.memory-block-buffer-target=2"], Refuse),
            (&["--engine.persistence-threshold=50", BUFFER], Refuse),
            (&[FOLLOWS], Skip),
            (&[FOLLOWS, "--engine.persistence-threshold=50"], Skip),
        ],
    );
    cases.push(Case::new("the sequencer's op-geth", &[("engine-durability", Skip)], |world| {
        world.service("engine-durability")["command"] = json!({"component": "op-geth"});
    }));
}

pub(super) fn peers(cases: &mut Vec<Case>) {
    // Account 0's, whose id the peer has, and another one.
    for (key, verdict) in [("sequencer.key", Pass), ("batcher.key", Refuse), ("none", Pass)] {
        // In a container the flag names a copy.
        for (path, identity) in [(key, None), ("/run/in/the/container", Some(key))] {
            cases.push(Case::new(
                format!("the node at the peer's address has the identity of {key}, at {path}"),
                &[("static-peers", verdict)],
                |world| {
                    world.service("p2p")["identity"] = json!(identity);
                    let node = world.service("p2p")["command"]["args"].as_array_mut().unwrap();
                    node.extend([
                        json!("--p2p.listen.tcp=PEER"),
                        json!("--p2p.priv.path"),
                        json!(path),
                    ]);
                },
            ));
        }
    }
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
