//! `op-warden upgrade plan`.

use std::fs;

use serde_json::{Value, json};
use test_kit::{
    Run,
    node::{Answer, Node, Say},
};

use crate::world::{
    World,
    file::{File, containers, images, podman},
    names::DIGEST,
    runner,
    started::Started,
};

/// A program that says what it is.
struct Program(&'static str);

impl Answer for Program {
    fn call(&self, method: &str, _: &Value) -> Say {
        match method {
            "optimism_version" | "web3_clientVersion" => Say::Result(json!(self.0)),
            _ => Say::Error(-32601, "no such method"),
        }
    }
}

/// A chain with these services: name, program, release, arguments.
fn chain(services: &[(&str, &str, &str, &[&str])]) -> World {
    let mut world = World::right();
    world.config["services"] = json!({});
    for (name, component, release, args) in services {
        // None of this host's op-nodes is asked.
        let nobody = (*component == "op-node").then_some("--rpc.port=0");
        let args: Vec<&str> = nobody.into_iter().chain(args.iter().copied()).collect();
        world.config["services"][name] = json!({
            "gates": ["l1-chain"],
            "command": {"component": component, "args": args},
            "image": {"reference": format!("registry.example/{component}:{release}"), "digest": DIGEST},
        });
    }
    world
}

/// The list of images with these tags.
fn list(world: &Started, tags: &[(&str, &str)]) -> String {
    let mut list = json!({});
    for (component, tag) in tags {
        list[component] = json!({"repository": format!("registry.example/{component}"), "tag": tag, "digest": null});
    }
    let path = world.path("images.json");
    fs::write(&path, list.to_string()).unwrap();
    path
}

fn plan(world: &Started, options: &[&str]) -> Run {
    let config = world.path("op-warden.json");
    runner::run_with(world.dir(), &[&["upgrade", "plan", "--config", &config], options].concat())
}

/// What is said of one service by `--json`: its steps as weight and text.
fn steps(run: &Run) -> Vec<String> {
    let services = run.json();
    let steps = services["services"][0]["steps"].as_array().unwrap().iter();
    let text = |step: &Value| format!("{} {}", step["weight"], step["what"]).replace('"', "");
    steps.map(text).collect()
}

#[test]
fn a_plain_upgrade_is_0() {
    let world = chain(&[("batcher", "op-batcher", "v1.16.13", &[])]).start();
    let to = list(&world, &[("op-batcher", "v1.17.0")]);
    let run = plan(&world, &["--to", &to]);
    assert_eq!((run.code, &*run.stderr), (Some(0), ""), "{run}");
    for text in [
        "1. batcher: op-batcher 1.16.13 -> 1.17.0",
        "note  since 1.17.0 its log lines have no l2_network",
        "source  release op-batcher/v1.17.0, 2026-09-11",
        "Nothing is to be done by hand.",
    ] {
        assert!(run.stdout.contains(text), "{text}: {run}");
    }
    // Nothing else is pinned, and nobody says that anything else runs.
    let run = plan(&world, &[]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains("op-batcher 1.16.13, as it runs"), "{run}");
}

#[test]
fn what_vanishes_what_ends_and_what_cannot_follow_is_said() {
    let sepolia = 11_155_111;
    let later = 4_102_444_800_u64;
    for (service, to, lagoon, said, code) in [
        // A flag, a value, a command that are no more.
        (
            ("op-node", "v1.20.0", &["--sequencer.max-safe-lag", "9"][..]),
            "v1.20.1",
            None,
            &[
                "do given is --sequencer.max-safe-lag, expected no --sequencer.max-safe-lag: op-node has none since 1.20.1",
            ][..],
            1,
        ),
        (
            ("op-reth", "v2.8.1", &["node", "--rpc.proof-permits=0"]),
            "v2.9.0",
            None,
            &[
                "do given is --rpc.proof-permits=0, expected another value",
                "do the time of the layout Storage V1",
            ],
            1,
        ),
        (
            ("op-reth", "v2.4.4", &["import-op"]),
            "v2.5.0",
            None,
            &["do given is import-op, expected another command"],
            1,
        ),
        // It stands as it is until somebody moves.
        (("op-reth", "v2.8.1", &["node"]), "v2.8.1", None, &["note the time of the layout"], 0),
        // What the file of L1 may hold.
        (
            ("op-node", "v1.20.1", &["--rollup.l1-chain-config=l1.json"]),
            "v1.21.0",
            None,
            &["do --rollup.l1-chain-config is given: op-node 1.21.0 wants no blobSchedule.osaka"],
            1,
        ),
        // The only release whose flags are known.
        (
            ("op-node", "v1.19.5", &["--l1.trustrcp"]),
            "v1.19.6",
            None,
            &[
                "do --l1.trustrcp is given: 1.19.6 does not know it",
                "do 1.19.6 has a known hole, CVE-2026-111943",
            ],
            1,
        ),
        // Holes.
        (
            ("op-node", "v1.19.9", &[]),
            "v1.19.11",
            None,
            &["note CVE-2026-111943 is closed since 1.19.11"],
            0,
        ),
        (
            ("op-node", "v1.20.1", &[]),
            "v1.19.11",
            None,
            &["do 1.19.11 is an earlier release than 1.20.1"],
            1,
        ),
        // Forks to come and forks that are there.
        (
            ("op-node", "v1.20.0", &[]),
            "v1.20.1",
            Some(later),
            &["do needed is op-node 1.21.0 or later, for the chain's fork Lagoon: 1.20.1 is not"],
            1,
        ),
        (
            ("op-node", "v1.20.0", &[]),
            "v1.21.0",
            Some(later),
            &[
                "note needed is op-node 1.21.0 or later, for the chain's fork Lagoon: 1.21.0 is, 1.20.0 is not",
            ],
            0,
        ),
        (
            ("op-node", "v1.18.0", &[]),
            "v1.19.0",
            Some(later),
            &["stop 1.19.0 refuses lagoon_time, which 1.19.1 knows first"],
            1,
        ),
        (
            ("op-geth", "v1.101702.1", &[]),
            "v1.101702.2",
            Some(later),
            &["another program than op-geth"],
            1,
        ),
        // No release.
        (
            ("op-node", "v1.20.0", &[]),
            "latest",
            None,
            &["do to which release it goes is not known"],
            1,
        ),
    ] {
        let (component, release, args) = service;
        let mut world = chain(&[("service", component, release, args)]);
        world.json("rollup.json", "/l1_chain_id", json!(sepolia));
        if let Some(time) = lagoon {
            world.rollup("karst_time", json!(later - 1));
            world.rollup("lagoon_time", json!(time));
        }
        let world = world.start();
        let file = list(&world, &[(component, to)]);
        let run = plan(&world, &["--to", &file, "--json"]);
        assert_eq!((run.code, &*run.stderr), (Some(code), ""), "{service:?} {to}: {run}");
        let steps = steps(&run);
        for text in said {
            let is_said = steps.iter().any(|step| step.contains(text));
            assert!(is_said, "{service:?} {to}: {text} is not in {steps:#?}");
        }
    }
}

#[test]
fn days_and_sources_are_for_programs_too() {
    let world = chain(&[("execution", "op-reth", "v2.6.1", &["node"])]).start();
    let to = list(&world, &[("op-reth", "v2.8.2")]);
    let run = plan(&world, &["--to", &to, "--json"]);
    let service = run.json()["services"][0].clone();
    assert_eq!((&service["name"], &service["component"]), (&json!("execution"), &json!("op-reth")));
    assert_eq!(
        (&service["from"]["version"], &service["to"]["version"]),
        (&json!("2.6.1"), &json!("2.8.2"))
    );
    let step = &service["steps"][0];
    assert_eq!(
        (&step["weight"], &step["by"], &step["irreversible"]),
        (&json!("do"), &json!(1_800_921_600), &json!(true)),
        "{run}"
    );
    let text = plan(&world, &["--to", &to]);
    assert_eq!(text.code, Some(1));
    assert!(text.stdout.contains("by      2027-01-26T00:00:00Z, "), "{text}");
    assert!(text.stdout.contains("beware  there is no way back from it"), "{text}");
}

#[test]
fn followers_go_first_and_the_proposer_last() {
    let world = chain(&[
        (
            "a-sequencer",
            "op-node",
            "v1.20.1",
            &["--sequencer.enabled", "--l2=http://127.0.0.1:8551"],
        ),
        ("b-engine", "op-geth", "v1.101702.2", &["--authrpc.port=8551"]),
        ("c-proposer", "op-proposer", "v1.16.4", &[]),
        ("d-challenger", "op-challenger", "v1.9.5", &[]),
        ("e-batcher", "op-batcher", "v1.17.0", &[]),
        ("f-follower", "op-node", "v1.20.1", &["--l2=http://127.0.0.1:8552"]),
        ("g-engine", "op-geth", "v1.101702.2", &["--authrpc.port=8552"]),
        ("h-monitor", "op-dispute-mon", "v1.6.0", &[]),
    ]);
    let run = plan(&world.start(), &["--json"]);
    let services = run.json();
    let names = services["services"].as_array().unwrap().iter();
    let order: Vec<_> = names.map(|service| &service["name"].as_str().unwrap()[..1]).collect();
    assert_eq!(order.concat(), "gfbaehdc", "{run}");
}

#[test]
fn what_runs_is_what_the_program_says() {
    for (component, flag, words, version) in [
        ("op-node", "rpc", "v1.19.9-0a1b2c3d-1791294816", json!("1.19.9")),
        ("op-node", "rpc", "v1.20.0-", json!("1.20.0")),
        (
            "op-geth",
            "http",
            "Geth/v1.101701.0-stable-0a1b2c3d/linux-amd64/go1.24.0",
            json!("1.101701.0"),
        ),
        // It was built without a version.
        ("op-node", "rpc", "v0.0.0-", json!("1.20.1")),
        ("op-node", "rpc", "\u{1b}[2Jhello", json!("1.20.1")),
    ] {
        let program = Node::start(Program(words));
        let url = program.url();
        let port = url.rsplit_once(':').unwrap().1;
        let args = [
            format!("--{flag}"),
            format!("--{flag}.addr=127.0.0.1"),
            format!("--{flag}.port={port}"),
        ];
        let args: Vec<&str> =
            args.iter().map(String::as_str).skip(usize::from(flag == "rpc")).collect();
        let world = chain(&[("service", component, "v1.20.1", &args)]).start();
        let run = plan(&world, &["--json"]);
        let service = &run.json()["services"][0];
        assert_eq!(service["from"]["version"], version, "{words:?}: {run}");
        assert_eq!(service["to"]["version"], json!("1.20.1"), "{words:?}: {run}");
        assert!(!plan(&world, &[]).stdout.contains('\u{1b}'));
    }
}

#[test]
fn another_image_than_the_pinned_one_is_said() {
    let other = format!("sha256:{}", "0".repeat(64));
    for (digest, code) in [(DIGEST, 0), (&other, 1)] {
        let mut world = chain(&[("node", "op-node", "v1.20.1", &[])]);
        world.service("node")["image"]["container"] = json!("op-stack-node");
        world
            .files
            .insert("podman", podman(&containers("op-stack-node", "1d"), &images("1d", digest)));
        let run = plan(&world.start(), &[]);
        assert_eq!(run.code, Some(code), "{run}");
        assert_eq!(
            run.stdout.contains("podman: op-stack-node runs the pinned image"),
            code == 0,
            "{run}"
        );
        assert_eq!(run.stdout.contains(&format!("not {DIGEST}")), code == 1, "{run}");
    }
    // Whoever may not ask podman is told what the configuration has.
    for podman in ["exit 125", "echo hello"] {
        let mut world = chain(&[("node", "op-node", "v1.20.1", &[])]);
        world.service("node")["image"]["container"] = json!("op-stack-node");
        world.files.insert("podman", File::Program(podman.to_owned()));
        let run = plan(&world.start(), &[]);
        assert_eq!(run.code, Some(0), "{run}");
        assert!(
            run.stdout.contains("runs    the configuration: registry.example/op-node:v1.20.1"),
            "{run}"
        );
    }
}

/// A podman without containers, whose images show these flags; `None` where it has no such image.
fn helpful(before: Option<&str>, now: Option<&str>) -> File {
    let says = |image: &str, help: Option<&str>| {
        let words = format!(
            "run --rm --pull=never --network=none --read-only --entrypoint=op-batcher {image} --help"
        );
        let says = help.map_or_else(|| "exit 125".to_owned(), |help| format!("echo '{help}'"));
        format!("\"{words}\") {says} ;;\n")
    };
    let before = says(&format!("registry.example/op-batcher@{DIGEST}"), before);
    let now = says("registry.example/op-batcher:v1.17.0", now);
    File::Program(format!("case \"$*\" in\n{before}{now}ps*) echo '[]' ;;\n*) exit 1 ;;\nesac"))
}

#[test]
fn flags_that_are_new_gone_or_otherwise_by_default_are_named() {
    const BEFORE: &str = "OPTIONS:\n    --old value   ($OP_OLD)\n    --pending value  (default: 1)\n    --same value  (default: 7)";
    const NOW: &str = "OPTIONS:\n    --new value   ($OP_NEW)\n    --pending value  (default: 50)\n    --same value  (default: 7)";
    let unknown = "do which flags are new, gone or have another default is not known";
    for (before, now, args, said, code) in [
        (
            Some(BEFORE),
            Some(NOW),
            &["--old=1"][..],
            &[
                "do --old is given, and is gone",
                "do the default of --pending was 1, and is 50",
                "note new flags: --new",
            ][..],
            1,
        ),
        (
            Some(BEFORE),
            Some(NOW),
            &["--pending=1"],
            &[
                "note the default of --pending was 1, and is 50; it is given",
                "note new flags: --new",
                "note flags that are gone: --old",
            ],
            0,
        ),
        (Some(BEFORE), Some(BEFORE), &["--old=1"], &[], 0),
        (Some(BEFORE), None, &[], &[unknown], 1),
        (None, Some(NOW), &[], &[unknown], 1),
        (Some(BEFORE), Some("hello"), &[], &[unknown], 1),
    ] {
        let mut world = chain(&[("batcher", "op-batcher", "v1.16.13", args)]);
        world.service("batcher")["image"]["container"] = json!("op-stack-batcher");
        world.files.insert("podman", helpful(before, now));
        let world = world.start();
        let to = list(&world, &[("op-batcher", "v1.17.0")]);
        let run = plan(&world, &["--to", &to, "--json"]);
        assert_eq!((run.code, &*run.stderr), (Some(code), ""), "{args:?}: {run}");
        let flags: Vec<String> = steps(&run)
            .into_iter()
            .filter(|step| ["--", "which flags"].iter().any(|word| step.contains(word)))
            .collect();
        assert_eq!(flags, said, "{run}");
    }
    // Nobody is asked about an image that stays.
    let mut world = chain(&[("batcher", "op-batcher", "v1.17.0", &[])]);
    world.service("batcher")["image"]["container"] = json!("op-stack-batcher");
    world.files.insert("podman", helpful(None, None));
    assert_eq!(plan(&world.start(), &[]).code, Some(0));
}

#[test]
fn what_cannot_be_read_is_an_error_and_what_is_not_there_is_said() {
    let world = chain(&[("node", "op-node", "v1.20.1", &[])]);
    let started = world.clone().start();
    let not_json = started.path("genesis.json");
    for (options, reason) in [
        (&["--to", "/nowhere/images.json"][..], "/nowhere/images.json"),
        (&["--to", &not_json], "genesis.json"),
        (&["--timeout", "0"], "--timeout"),
        (&["--yaml"], "--yaml"),
    ] {
        let run = plan(&started, options);
        assert_eq!((run.code, &*run.stdout), (Some(255), ""), "{options:?}: {run}");
        assert!(run.stderr.contains(reason), "{options:?}: {run}");
    }
    let lists_another = list(&started, &[("op-reth", "v2.8.2")]);
    let run = plan(&started, &["--to", &lists_another]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stdout.contains("the list has no op-node"), "{run}");
    for (file, text) in [("rollup.json", "{}"), ("op-warden.json", "")] {
        let started = world.clone().start();
        fs::write(started.path(file), text).unwrap();
        let run = plan(&started, &[]);
        assert_eq!((run.code, &*run.stdout), (Some(255), ""), "{file}: {run}");
        assert!(run.stderr.contains(file), "{file}: {run}");
    }
    let mut without = world.clone();
    without.service("node").as_object_mut().unwrap().remove("image");
    let run = plan(&without.start(), &[]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(
        run.stdout.contains("the configuration has no image for it: name a list by --to"),
        "{run}"
    );
}
