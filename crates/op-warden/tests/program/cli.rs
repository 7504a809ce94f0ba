//! The command line, and configurations that are none.

use std::{fs, process::Stdio, thread};

use serde_json::json;
use test_kit::node::{Say, Whole};

use crate::world::{World, file::File, names::gates, runner};

#[test]
fn every_command_explains_itself_with_an_example() {
    for command in [
        &[][..],
        &["gate"],
        &["check"],
        &["retry"],
        &["exec"],
        &["genesis"],
        &["genesis", "hash"],
        &["bonds"],
        &["prestate"],
        &["prestate", "hash"],
        &["prove"],
        &["prove", "heads"],
        &["prove", "check"],
        &["serve"],
        &["maintenance"],
        &["runbook"],
        &["upgrade"],
        &["upgrade", "plan"],
    ] {
        let run = runner::run(&[command, &["--help"]].concat());
        assert_eq!(run.code, Some(0), "{command:?}");
        assert!(run.stdout.contains("Example: op-warden "), "{command:?}: {}", run.stdout);
        assert_eq!(run.stderr, "", "{command:?}");
    }
    let version = runner::run(&["--version"]);
    assert_eq!(
        (version.code, version.stdout),
        (Some(0), format!("op-warden {}\n", env!("CARGO_PKG_VERSION")))
    );
}

#[test]
fn a_usage_error_fails_the_unit_and_never_skips_it() {
    for args in [
        "",
        "start",
        "gate",
        "gate batcher",
        "gate --config f",
        "check",
        "check --config",
        "gate a b --config f",
        "check --config f --yaml",
        "exec",
        "exec --credential A=f",
        "exec true",
        "exec --credential A -- true",
        "exec --credential =f -- true",
        "exec --credential A= -- true",
        "exec --credential 1A=f -- true",
        "genesis",
        "genesis hash",
        "prestate",
        "prestate hash",
        "prestate hash a b",
        "upgrade",
        "upgrade plan",
        "upgrade plan --config",
        "prove",
        "prove heads",
        "prove heads --reference http://127.0.0.1:1",
        "prove heads --follower http://127.0.0.1:1",
        "prove heads --reference http://127.0.0.1:1 --follower http://127.0.0.1:1 --from -1",
        "prove heads --reference ftp://127.0.0.1:1 --follower http://127.0.0.1:1",
        "prove heads --reference http://127.0.0.1:1 --follower 127.0.0.1:1",
    ] {
        let run = runner::run(&args.split_whitespace().collect::<Vec<_>>());
        assert_eq!(run.code, Some(255), "{args}: {run:?}");
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{args}: {run:?}");
    }
}

#[test]
fn a_configuration_that_is_none_is_refused_with_its_reason() {
    type Spoil = fn(&mut World);
    for (name, spoil, reason) in [
        (
            "an unknown field",
            (|world| world.config["l2"] = json!({})) as Spoil,
            "unknown field `l2`",
        ),
        (
            "an unknown field of a service",
            |world| world.service("funding")["minBalanse"] = json!("1"),
            "unknown field `minBalanse`",
        ),
        (
            "an unknown field of the chain",
            |world| world.config["chain"]["name"] = json!("x"),
            "unknown field `name`",
        ),
        (
            "an unknown gate",
            |world| world.service("funding")["gates"] = json!(["founding"]),
            "unknown variant `founding`",
        ),
        (
            "no gates",
            |world| world.service("funding")["gates"] = json!([]),
            "service \"funding\" has no gates",
        ),
        (
            "no list of gates",
            |world| drop(world.service("funding").as_object_mut().unwrap().remove("gates")),
            "missing field `gates`",
        ),
        (
            "no services",
            |world| drop(world.config.as_object_mut().unwrap().remove("services")),
            "missing field `services`",
        ),
        (
            "no L1",
            |world| drop(world.config.as_object_mut().unwrap().remove("l1")),
            "missing field `l1`",
        ),
        (
            "no endpoint of L1",
            |world| world.config["l1"] = json!({"chainId": 900}),
            "l1 has neither \"rpc\" nor \"rpcFile\"",
        ),
        (
            "an endpoint of L1 that is null",
            |world| world.config["l1"]["rpc"] = json!(null),
            "l1 has neither \"rpc\" nor \"rpcFile\"",
        ),
        (
            "two endpoints of L1",
            |world| world.config["l1"]["rpcFile"] = json!("l1.url"),
            "l1 has both \"rpc\" and \"rpcFile\"",
        ),
        (
            "an unknown field of L1",
            |world| world.config["l1"]["archive"] = json!("L1"),
            "unknown field `archive`",
        ),
        (
            "a chain id as text",
            |world| world.config["l1"]["chainId"] = json!("900"),
            "expected u64",
        ),
        (
            "a negative deadline",
            |world| world.config["deadlineSeconds"] = json!(-1),
            "expected u64",
        ),
        (
            "half an address",
            |world| world.config["chain"]["disputeGameFactory"] = json!("0x00"),
            "is not valid",
        ),
        (
            "a game type out of range",
            |world| world.service("game-type")["gameType"] = json!(4_294_967_296_u64),
            "expected u32",
        ),
        (
            "no minBalance",
            |world| drop(world.service("funding").as_object_mut().unwrap().remove("minBalance")),
            "service \"funding\" has gate funding, which needs \"minBalance\"",
        ),
        (
            "minBalance: null",
            |world| world.service("funding")["minBalance"] = json!(null),
            "needs \"minBalance\"",
        ),
        (
            "minBalance of nothing",
            |world| world.service("funding")["minBalance"] = json!(""),
            "minBalance is not a number",
        ),
        (
            "minBalance of a prefix",
            |world| world.service("funding")["minBalance"] = json!("0x"),
            "minBalance is not a number",
        ),
        (
            "minBalance in ether",
            |world| world.service("funding")["minBalance"] = json!("1 ETH"),
            "minBalance is not a number",
        ),
        (
            "minBalance with a point",
            |world| world.service("funding")["minBalance"] = json!("0.1"),
            "minBalance is not a number",
        ),
        (
            "minBalance below zero",
            |world| world.service("funding")["minBalance"] = json!(-1),
            "minBalance is not a number",
        ),
        (
            "minBalance as a list",
            |world| world.service("funding")["minBalance"] = json!([1]),
            "minBalance is not a number",
        ),
        (
            "no key",
            |world| drop(world.service("batcher-key").as_object_mut().unwrap().remove("key")),
            "has gate batcher-key, which needs \"key\"",
        ),
        (
            "no game type",
            |world| drop(world.service("game-type").as_object_mut().unwrap().remove("gameType")),
            "has gate game-type, which needs \"gameType\"",
        ),
        (
            "no game type for the proposer",
            |world| drop(world.service("proposer-key").as_object_mut().unwrap().remove("gameType")),
            "has gate proposer-key, which needs \"gameType\"",
        ),
        (
            "no game type for the prestate",
            |world| drop(world.service("prestate").as_object_mut().unwrap().remove("gameType")),
            "has gate prestate, which needs \"gameType\"",
        ),
        (
            "no prestate",
            |world| drop(world.service("prestate").as_object_mut().unwrap().remove("prestate")),
            "has gate prestate, which needs \"prestate\"",
        ),
        (
            "prestate: null",
            |world| world.service("prestate")["prestate"] = json!(null),
            "has gate prestate, which needs \"prestate\"",
        ),
        (
            "a prestate that is a path",
            |world| world.service("prestate")["prestate"] = json!("prestate.bin.gz"),
            "is not valid",
        ),
        (
            "an unknown field of the prestate",
            |world| world.service("prestate")["prestate"]["hash"] = json!("0x"),
            "unknown field `hash`",
        ),
        (
            "no image",
            |world| drop(world.service("image-pinned").as_object_mut().unwrap().remove("image")),
            "has gate image-pinned, which needs \"image\"",
        ),
        (
            "no reference of an image",
            |world| world.service("image-pinned")["image"] = json!({"digest": null}),
            "missing field `reference`",
        ),
        (
            "an unknown field of the image",
            |world| world.service("image-pinned")["image"]["tag"] = json!("v1"),
            "unknown field `tag`",
        ),
        (
            "permission as text",
            |world| world.service("image-pinned")["image"]["allowUnpinned"] = json!("no"),
            "expected a boolean",
        ),
        (
            "no key to look up",
            |world| drop(world.service("published-key").as_object_mut().unwrap().remove("key")),
            "has gate published-key, which needs \"key\"",
        ),
        (
            "no engine",
            |world| {
                drop(world.service("genesis-live").as_object_mut().unwrap().remove("engineRpc"));
            },
            "has gate genesis-live, which needs \"engineRpc\"",
        ),
    ] {
        let mut world = World::right();
        spoil(&mut world);
        let world = world.start();
        for run in [world.check(&[]), world.gate("l2-chain", &["--json"])] {
            assert_eq!(run.code, Some(255), "{name}: {run:?}");
            assert!(run.stdout.is_empty() && run.stderr.contains(reason), "{name}: {run:?}");
        }
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_refused_and_its_reason_told_once() {
    let world = World::right().start();
    let broken = world.path("broken.json");
    fs::write(&broken, "{\"chain\":").unwrap();
    for (config, reason) in [
        (world.path("absent.json"), "No such file or directory"),
        (world.dir().display().to_string(), "it is not a regular file"),
        (broken, "EOF while parsing"),
        (world.path("genesis.json"), "is not valid"),
        (world.path("batcher.key"), "is not valid"),
    ] {
        let run = runner::run(&["check", "--config", &config]);
        assert_eq!(run.code, Some(255), "{run:?}");
        assert_eq!(run.stderr.matches(reason).count(), 1, "{run:?}");
        assert!(run.stderr.contains(&config), "{run:?}");
    }
}

#[test]
fn a_service_that_is_not_there_is_refused_and_the_others_named() {
    let run = World::right().start().gate("batcher", &[]);
    assert_eq!(run.code, Some(255));
    assert!(run.stderr.contains("there is no service \"batcher\""), "{run:?}");
    for gate in gates() {
        assert!(run.stderr.contains(gate), "{gate}: {run:?}");
    }
    let mut world = World::right();
    world.config["services"] = json!({});
    let run = world.start().check(&[]);
    assert_eq!(run.code, Some(255));
    assert!(run.stderr.contains("no services"), "{run:?}");
}

#[test]
fn check_ends_with_the_worst_answer() {
    let answers = [("l2-chain", 0), ("batcher-key", 75), ("sequencer-key", 255)];
    for (services, code) in [
        (&answers[..1], 0),
        (&answers[1..2], 75),
        (&answers[2..], 255),
        (&answers[..2], 75),
        (&answers[1..], 255),
        (&answers, 255),
    ] {
        let mut world = World::right();
        world.l1.say("batcherHash", Say::Error(-32000, "busy"));
        world.l1.result("unsafeBlockSigner", json!("0x"));
        let kept: Vec<_> = services.iter().map(|(name, _)| (*name).to_owned()).collect();
        world.config["services"].as_object_mut().unwrap().retain(|name, _| kept.contains(name));
        let world = world.start();
        for options in [&[][..], &["--json"]] {
            assert_eq!(world.check(options).code, Some(code), "{kept:?}");
        }
        for (service, code) in services {
            assert_eq!(world.gate(service, &[]).code, Some(*code), "{service}");
        }
    }
}

#[test]
fn a_finding_says_what_where_and_how_to_mend() {
    let mut world = World::right();
    world.l1.result("batcherHash", crate::world::script::word("c9"));
    let world = world.start();
    let judgement = world.gate("batcher-key", &["--json"]).json();
    assert_eq!(judgement["service"], "batcher-key");
    assert_eq!(judgement["answer"], "refuse");
    let finding = &judgement["findings"][1];
    assert_eq!(finding["gate"], "batcher-key");
    assert_eq!(finding["expected"], "0x00000000000000000000000000000000000000C9");
    assert_eq!(finding["found"], "0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    for (field, part) in [
        (
            "source",
            "SystemConfig.batcherHash() at 0x00000000000000000000000000000000000000C1 on http://127.",
        ),
        ("source", &format!("key file {}", world.path("batcher.key"))),
        ("mend", "SystemConfig.setBatcherHash"),
    ] {
        assert!(finding[field].as_str().unwrap().contains(part), "{finding:#}");
    }
    // The text says the same.
    let text = world.gate("batcher-key", &[]).stdout;
    for field in ["expected", "found", "source", "mend"] {
        assert!(text.contains(finding[field].as_str().unwrap()), "{field}: {text}");
    }
    let services = format!("\n{} services: refuse (", gates().count());
    assert!(world.check(&[]).stdout.contains(&services));
}

/// Whoever mends it learns where the URL has to stand, from a wait and from a refusal.
#[test]
fn a_file_without_the_l1s_url_is_named_with_what_to_put_there() {
    for (file, code, found, mend) in [
        (File::Missing, 75, "No such file or directory", "Put the URL there: one line"),
        (File::Text("\n".to_owned()), 75, "it is empty", "Put the URL there: one line"),
        (
            File::Text("someuser:hunter2@host".to_owned()),
            255,
            "is not an http or https URL in one line",
            "Write the URL as one line",
        ),
    ] {
        let mut world = World::right();
        world.with_l1_file(file);
        let world = world.start();
        let run = world.gate("batcher-key", &["--json"]);
        assert_eq!(run.code, Some(code), "{run:?}");
        let finding = &run.json()["findings"][0];
        for (field, part) in [
            ("expected", "the URL of the L1's JSON-RPC endpoint"),
            ("found", found),
            ("found", &world.path("l1.url")),
            ("source", "l1.rpcFile of the configuration"),
            ("mend", mend),
        ] {
            assert!(finding[field].as_str().unwrap().contains(part), "{field}: {finding:#}");
        }
    }
}

/// The file is read for each judgement: a service that waited for it needs nothing but the file.
#[test]
fn the_l1s_url_counts_as_soon_as_it_is_there() {
    let mut right = World::right();
    right.with_l1_file(File::Text("@L1@".to_owned()));
    let world = right.start();
    let url = world.path("l1.url");
    let aside = world.path("aside");
    fs::rename(&url, &aside).unwrap();
    assert_eq!(world.gate("batcher-key", &[]).code, Some(75));
    fs::rename(&aside, &url).unwrap();
    assert_eq!(world.gate("batcher-key", &[]).code, Some(0));
}

/// The helper that runs the program looks for the secrets of the URL in every output; here is
/// where there is something to be hidden.
#[test]
fn an_endpoint_is_shown_by_scheme_host_and_port_only() {
    type Spoil = fn(&mut World);
    for (name, spoil, found) in [
        ("right", (|_| ()) as Spoil, "pass"),
        ("refused", |world| (world.l1_gone, world.engine_gone) = (true, true), "nobody listens"),
        (
            "busy",
            |world| {
                (world.l1.always, world.engine.always) = (
                    Whole::Status("429 Too Many Requests", ""),
                    Whole::Status("429 Too Many Requests", ""),
                );
            },
            "HTTP 429",
        ),
        (
            "HTML",
            |world| {
                (world.l1.always, world.engine.always) =
                    (Whole::Body("<html>"), Whole::Body("<html>"));
            },
            "not JSON-RPC",
        ),
        (
            "half",
            |world| (world.l1.always, world.engine.always) = (Whole::Truncated, Whole::Truncated),
            "body",
        ),
        (
            "reset",
            |world| (world.l1.always, world.engine.always) = (Whole::Reset, Whole::Reset),
            "reset",
        ),
        (
            "silent",
            |world| (world.l1.always, world.engine.always) = (Whole::Hang, Whole::Hang),
            "no answer within",
        ),
        (
            "redirect",
            |world| {
                (world.l1.always, world.engine.always) = (
                    Whole::Status("302 Found", "location: /\r\n"),
                    Whole::Status("302 Found", "location: /\r\n"),
                );
            },
            "HTTP 302",
        ),
        (
            "another engine",
            |world| world.engine.result("eth_chainId", json!("0x1")),
            "eth_chainId of the engine at http://127.",
        ),
    ] {
        let mut world = World::right();
        world.config["deadlineSeconds"] = json!(2);
        spoil(&mut world);
        let mut of_file = world.clone();
        of_file.with_l1_file(File::Text("@L1@".to_owned()));
        for world in [world, of_file] {
            shows_no_secret(name, &world, found);
        }
    }
}

fn shows_no_secret(name: &str, world: &World, found: &str) {
    let world = &world.start();
    thread::scope(|scope| {
        for options in [&[][..], &["--json"]] {
            let check = scope.spawn(|| world.check(options));
            for gate in ["l1-chain", "genesis-live"] {
                scope.spawn(move || world.gate(gate, options));
            }
            let run = check.join().unwrap();
            assert!(run.stdout.contains(found), "{name}: {run:?}");
        }
    });
}

#[test]
fn a_report_that_nobody_can_read_is_an_error_not_an_abort() {
    let world = World::right().start();
    let full = || Stdio::from(fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let config = world.path("op-warden.json");
    let genesis = world.path("genesis.json");
    for args in [
        &["check", "--config", &config][..],
        &["gate", "l2-chain", "--config", &config, "--json"],
        &["genesis", "hash", &genesis],
    ] {
        let output =
            runner::command().args(args).stdout(full()).stderr(Stdio::piped()).output().unwrap();
        let run = runner::finished(output);
        assert_eq!(run.code, Some(255), "{args:?}: {run:?}");
        assert!(run.stderr.contains("cannot write the report"), "{args:?}: {run:?}");
    }
}
