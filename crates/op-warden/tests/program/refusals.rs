//! What a refusal says.

use op_chain::genesis::GenesisBlock;
use serde_json::{Value, json};

use crate::world::{
    World,
    commands::required,
    edit::{ROLLUP, put},
    file::File,
    names::{L2_HASH, SMALL, TIME},
    script::{bytes, game_args_with},
};

/// The official program of kona 1.6.0.
const OFFICIAL: &str = "0337ecb3604c0b40c352e0c7711beb17a212d583f4fe956fd8d66e29ad5f9025";

/// What is said about a gate that is not right.
fn said(world: &World, gate: &str) -> String {
    let judgement = world.start().gate(gate, &["--json"]).json();
    let findings = judgement["findings"].as_array().unwrap();
    findings.iter().filter(|finding| finding["answer"] != "pass").map(Value::to_string).collect()
}

#[test]
fn an_official_prestate_is_named_with_its_release() {
    let mut world = World::right();
    world.l1.result("gameArgs", bytes(&game_args_with(OFFICIAL)));
    let text = said(&world, "prestate");
    assert!(
        text.contains("official release: cannon64-kona 1.6.0, cannon64-kona 1.6.0-rc.2"),
        "{text}"
    );
    assert!(text.contains("and not this one"), "{text}");

    world.service("prestate")["prestate"]["file"] = json!(null);
    let text = said(&world, "prestate");
    assert!(text.contains("\"warn\"") && text.contains("does not know this chain"), "{text}");

    // Ink is in the registry: its program is the official one, only the file is another.
    let mut world = World::right();
    world.l1.result("gameArgs", bytes(&game_args_with(OFFICIAL)));
    world.json(ROLLUP, "/l2_chain_id", json!(763_373));
    let text = said(&world, "prestate");
    assert!(text.contains("\"refuse\"") && !text.contains("official"), "{text}");
}

#[test]
fn without_a_bundle_the_gate_does_not_apply() {
    let mut world = World::right();
    world.config["chain"].as_object_mut().unwrap().remove("bundle");
    let run = world.start().gate("bundle", &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("skip    bundle"), "{}", run.stdout);
}

#[test]
fn a_file_of_another_kind_is_named() {
    for (file, text, expected) in [
        (
            "genesis.json",
            r#"{"version": 1, "appliedIntent": {}}"#,
            "is a state.json of op-deployer, not a genesis.json",
        ),
        (
            "genesis.json",
            r#"{"genesis": {}, "seq_window_size": 3600}"#,
            "is a rollup.json, not a genesis.json",
        ),
        ("rollup.json", SMALL, "is a genesis.json, not a rollup.json"),
        ("rollup.json", "<!DOCTYPE html><title>404</title>", "is a web page, not a rollup.json"),
    ] {
        let mut world = World::right();
        world.text(file, text);
        let text = said(&world, "l1-chain");
        assert!(text.contains(expected) && text.contains("\"refuse\""), "{file}: {text}");
    }
}

#[test]
fn an_unknown_field_is_named_with_what_was_meant() {
    let mut world = World::right();
    put(&mut world, ROLLUP, "/karst_tme", json!(1_999_999_999));
    let text = said(&world, "rollup-config");
    assert!(text.contains("did you mean karst_time?"), "{text}");
    let mut world = World::right();
    world.edit_text("rollup.json", |text| {
        let mut rollup: Value = serde_json::from_str(text).unwrap();
        rollup.as_object_mut().unwrap().remove("chain_op_config");
        rollup.to_string()
    });
    let text = said(&world, "rollup-config");
    assert!(
        text.contains("config.optimism of genesis.json")
            && text.contains("do not make a new genesis"),
        "{text}"
    );
}

#[test]
fn a_refusal_names_the_forks_and_the_file() {
    let mut world = World::right();
    put(&mut world, ROLLUP, "/karst_time", json!(TIME + 100));
    let text = said(&world, "fork-schedule");
    let expected = format!("karst at {}", TIME + 100);
    assert!(text.contains(&expected) && text.contains("karst never"), "{text}");

    let mut world = World::right();
    world.json(ROLLUP, "/seq_window_size", json!(1));
    let text = said(&world, "rollup-config");
    assert!(text.contains("seq_window_size: 1") && text.contains("at least 2"), "{text}");

    let mut world = World::right();
    put(&mut world, ROLLUP, "/pectra_blob_schedule_time", json!(1));
    world.text("bundle.json", World::right().measured("bundle.json"));
    let text = said(&world, "bundle");
    assert!(text.contains("rollup.json is not the published one"), "{text}");
    assert!(!text.contains("genesis.json is not the published one"), "{text}");
}

#[test]
fn an_endpoint_that_cannot_be_l1s_is_said_once() {
    for (id, said) in
        [("0x385", "chain 901, this chain itself: an engine's URL"), ("0x1", "chain 1")]
    {
        let mut world = World::right();
        world.l1.result("eth_chainId", json!(id));
        let run = world.start().check(&[]);
        let rows: Vec<&str> =
            run.stdout.lines().filter(|line| line.starts_with("refuse")).collect();
        let [row] = rows[..] else { panic!("{run}") };
        assert!(
            row.contains(" l1-chain, l1-head, l1-origin, ") && row.contains("batcher-key"),
            "{row}"
        );
        let found = run.stdout.lines().filter(|line| line.contains(&format!("serves {said}")));
        assert_eq!((run.code, found.count()), (Some(255), 1), "{run}");
        assert!(!run.stdout.contains("wait  "), "{run}");
    }
    let ws = "ws://someuser:hunter2@127.0.0.1:1/v3/SECRETKEY";
    let mut in_a_file = World::right();
    in_a_file.with_l1_file(File::Text(ws.to_owned()));
    let mut in_the_configuration = World::right();
    in_the_configuration.config["l1"]["rpc"] = json!(ws);
    for world in [in_a_file, in_the_configuration] {
        let run = world.start().check(&[]);
        assert_eq!(
            (run.code, run.stdout.matches("scheme \"ws\"").count()),
            (Some(255), 1),
            "{run}"
        );
        assert!(run.stdout.contains("Use the endpoint's http or https URL"), "{run}");
    }
}

#[test]
fn the_genesis_of_these_worlds_is_what_they_say() {
    let block = GenesisBlock::from_json(SMALL.as_bytes(), None).unwrap();
    assert_eq!(block.hash.to_string(), L2_HASH);
    assert_eq!(block.header.timestamp, TIME);
}

/// An op-node beside the gates of its role.
fn with_role(gates: &[&str], args: &[&str]) -> String {
    let mut world = World::right();
    let args: Vec<&str> = required("op-node").iter().chain(args).copied().collect();
    world.config["services"]["node"] = json!({
        "gates": gates, "key": "sequencer.key", "command": {"component": "op-node", "args": args}
    });
    said(&world, "node")
}

#[test]
fn who_is_judged_as_the_sequencer_makes_blocks_and_nobody_else() {
    let sequencer = ["flags", "sequencer-key"];
    for args in [&[][..], &["--sequencer.enabled=false"], &["--sequencer.l1-confs=4"]] {
        let text = with_role(&sequencer, args);
        assert!(
            text.contains("\"refuse\"") && text.contains("no --sequencer.enabled"),
            "{args:?}: {text}"
        );
    }
    for args in [&["--sequencer.enabled"][..], &["--sequencer.enabled=true", "--sequencer.stopped"]]
    {
        assert_eq!(with_role(&sequencer, args), "", "{args:?}");
    }
    let follower = ["flags", "unsafe-signer"];
    assert_eq!(with_role(&follower, &[]), "");
    let text = with_role(&follower, &["--sequencer.enabled"]);
    assert!(text.contains("\"refuse\"") && text.contains("nobody judged"), "{text}");
}
