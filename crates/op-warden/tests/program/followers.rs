//! A follower whose sequencer is another chain's, or whose files are an earlier deployment's: whatever it is
//! judged by when it is deployed has to notice.

use serde_json::{Value, json};

use crate::world::World;

/// What op-devnet, and so production, runs.
const STACK: &str = include_str!("../../../op-devnet/stack.json");

/// What a world has for a follower's engine beside what files and L1 say.
const NOT_HERE: [&str; 4] = ["engine-data", "ports", "disk", "flags"];

/// A world with a follower's engine that is judged as a deployed one.
fn followed(spoil: impl FnOnce(&mut World)) -> World {
    let stack: Value = serde_json::from_str(STACK).unwrap();
    let deployed = &stack["warden"]["services"]["follower-@{follower}-engine"]["gates"];
    let gates: Vec<&str> = deployed.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let gates: Vec<&str> = gates.into_iter().filter(|gate| !NOT_HERE.contains(gate)).collect();
    let mut world = World::right();
    world.config["chain"]["peers"] = json!([]);
    world.config["services"]["follower"] = json!({
        "gates": gates,
        "command": {"component": "op-geth", "args": ["--rollup.sequencerhttp=@SEQUENCER@", "--gcmode=archive"]},
    });
    spoil(&mut world);
    world
}

/// The gate's exit code, and what it says.
fn judged(world: &World) -> (Option<i32>, String) {
    let run = world.start().gate("follower", &[]);
    (run.code, run.stdout)
}

#[test]
fn a_sequencer_of_this_chain_lets_a_follower_start() {
    let (code, text) = judged(&followed(|_| ()));
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains("warn"), "{text}");
}

#[test]
fn a_sequencer_of_another_chain_is_refused() {
    let (code, text) = judged(&followed(|world| {
        world.sequencer.result("eth_chainId", json!("0x384"));
    }));
    assert_eq!(code, Some(255), "{text}");
    assert!(text.contains("chain id 900") && text.contains("chain id 901"), "{text}");
}

#[test]
fn an_older_pair_of_files_is_refused() {
    // Both files and L1 agree; only who runs the chain now has another block 0.
    let (code, text) = judged(&followed(|world| {
        let now = world.sequencer.value("eth_getBlockByNumber")["hash"].clone();
        world.json(
            "genesis.json",
            "/alloc/0000000000000000000000000000000000000001/balance",
            json!("0x2"),
        );
        world.agree_on_hash();
        world.sequencer.edit("eth_getBlockByNumber", "hash", now);
    }));
    assert_eq!(code, Some(255), "{text}");
    assert!(text.contains("another deployment"), "{text}");
}

#[test]
fn a_sequencer_that_is_not_there_is_a_warning_that_says_what_was_not_compared() {
    let (code, text) = judged(&followed(|world| world.sequencer.gone = true));
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("warn") && text.contains("not compared"), "{text}");
}
