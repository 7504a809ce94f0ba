//! The commands of the services of a right world.

use serde_json::{Value, json};

use crate::world::names::{BOND, ENODE_ID, MIN_BALANCE, PEER_ID, ROLES};

/// Flags without which a program does not start on an L1 of one's own.
pub(crate) fn required(component: &str) -> &'static [&'static str] {
    match component {
        "op-node" => &[
            "--l1=@L1@",
            "--l1.beacon.ignore",
            "--l2=http://127.0.0.1:2",
            "--l2.jwt-secret=jwt.hex",
            "--rollup.config=rollup.json",
            "--rollup.l1-chain-config=@DIR@/l1.json",
        ],
        "op-batcher" => &[
            "--l1-eth-rpc=@L1@",
            "--l2-eth-rpc=http://127.0.0.1:2",
            "--rollup-rpc=http://127.0.0.1:3",
        ],
        "op-proposer" => &[
            "--l1-eth-rpc=@L1@",
            "--game-factory-address=0x00000000000000000000000000000000000000c3",
            "--game-type=1",
            "--proposal-interval=1h",
        ],
        "op-challenger" => &[
            "--l1-eth-rpc=@L1@",
            "--l1-beacon=@BEACON@",
            "--l2-eth-rpc=http://127.0.0.1:2",
            "--datadir=challenger",
            "--game-types=permissioned",
            "--game-factory-address=0x00000000000000000000000000000000000000c3",
        ],
        "op-dispute-mon" => &[
            "--l1-eth-rpc=@L1@",
            "--game-factory-address=0x00000000000000000000000000000000000000c3",
        ],
        _ => &[],
    }
}

/// Gives the services of these gates a command in which everything is right.
pub(super) fn commands(services: &mut Value) {
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
    let claimant = format!("--additional-bond-claimants=0x{}", ROLES[2].2);
    // Of its own, so that no other gate takes its data for the chain's.
    services["fee-scalars"]["command"] =
        command("another-batcher", &["--data-availability-type=auto"]);
    services["engine-durability"]["command"] = command(
        "op-reth",
        &["--engine.persistence-threshold=0", "--engine.memory-block-buffer-target=0"],
    );
    // The sequencer's engine of this world is the one before.
    services["engine-durability"]["identity"] = json!("engine.key");
    // It has its peers from the configuration; a follower's engine has its sequencer from its command.
    services["genesis-peers"]["command"] = command("another-node", &[]);
    let peer = format!("--trusted-peers=enode://{ENODE_ID}@127.0.0.1:30303");
    services["engine-peers"]["command"] =
        command("op-reth", &["--rollup.sequencer=http://127.0.0.1:8545", &peer]);
    // The proposals of this world come every hour, and its channels stay open for 240 blocks: 5,040 blocks of 2 s.
    services["proof-window"]["command"] =
        command("op-reth", &["--rpc.eth-proof-window=90000", "--http.port=8999"]);
    services["bond-claimants"]["command"] = command("op-challenger", &[&claimant]);
    // Nobody listens at that address.
    services["alone"]["command"] = command(
        "op-challenger",
        &["--metrics.enabled", "--metrics.addr=127.0.0.4", "--metrics.port=1235"],
    );
    services["flags"]["command"] = command("op-node", required("op-node"));
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
