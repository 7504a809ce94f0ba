//! What gates ask, and how long they wait for it.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use test_kit::node::{Node, Whole};

use crate::world::{World, script::word};

#[test]
fn a_silent_l1_ends_in_wait_within_the_deadline() {
    let mut world = World::right();
    world.l1.always = Whole::Hang;
    world.config["deadlineSeconds"] = json!(2);
    let started = Instant::now();
    let run = world.start().gate("batcher-key", &[]);
    assert_eq!(run.code, Some(75), "{run:?}");
    assert!(started.elapsed() < Duration::from_mins(1), "{:?}", started.elapsed());
}

/// The kernel's log is a regular file, and who has read it waits for more: like a disk that is gone.
#[test]
fn a_silent_disk_ends_in_wait_within_the_deadline() {
    let log = "/proc/kmsg";
    let drained = Command::new("timeout").args(["2", "cat", log]).output().unwrap();
    if drained.status.code() != Some(124) {
        return println!("{log} is not readable here: run this as root");
    }
    for (field, gate) in
        [("/chain/rollup", "batcher-key"), ("/services/batcher-key/key", "batcher-key")]
    {
        let mut world = World::right();
        *world.config.pointer_mut(field).unwrap() = json!(log);
        world.config["deadlineSeconds"] = json!(2);
        let started = Instant::now();
        let run = world.start().gate(gate, &[]);
        assert_eq!(run.code, Some(75), "{field}: {run:?}");
        assert!(started.elapsed() < Duration::from_mins(1), "{field}: {:?}", started.elapsed());
        assert!(run.stdout.contains("not read within"), "{field}: {run:?}");
    }
}

#[test]
fn a_fault_that_passes_delays_the_pass_only() {
    for first in [
        Whole::Status("429 Too Many Requests", "retry-after: 0\r\n"),
        Whole::Status("503 Service Unavailable", ""),
        Whole::Reset,
        Whole::Truncated,
    ] {
        let mut world = World::right();
        world.l1.first = first;
        let run = world.start().gate("batcher-key", &[]);
        assert_eq!(run.code, Some(0), "{first:?}: {run:?}");
    }
}

#[test]
fn a_full_check_asks_little() {
    // At most four batches to L1 (three where no contract names a validator), one to each engine, to its
    // authenticated port and to each other endpoint of L1; two documents of the beacon node.
    for (spoil, requests) in [
        ((|_| ()) as fn(&mut World), [4, 1, 1, 1, 2]),
        (World::with_old_factory, [4, 1, 1, 1, 2]),
        (|world| world.l1.result("lastUsedOPCM", word("0")), [3, 1, 1, 1, 2]),
        (|world| world.l1.edit("latest", "number", json!("0x2000")), [4, 1, 1, 1, 2]),
    ] {
        let mut world = World::right();
        spoil(&mut world);
        let world = world.start();
        let run = world.check(&[]);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert_eq!(world.requests(), requests);
    }
}

#[test]
fn a_limit_that_passes_is_told() {
    let mut world = World::right();
    world.l1.first = Whole::Status("429 Too Many Requests", "retry-after: 0\r\n");
    let run = world.start().gate("l1-rate-limit", &["--json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let judgement = run.json();
    let finding = &judgement["findings"][1];
    assert_eq!(
        (&judgement["answer"], &finding["answer"]),
        (&json!("pass"), &json!("warn")),
        "{run:?}"
    );
    assert!(finding["mend"].as_str().unwrap().contains("--l1.rpc-rate-limit"), "{run:?}");
}

#[test]
fn any_deadline_is_a_deadline() {
    for (seconds, l1, code) in [(0, Whole::Hang, 75), (u64::MAX, Whole::Calls, 0)] {
        let mut world = World::right();
        world.l1.always = l1;
        world.config["deadlineSeconds"] = json!(seconds);
        let run = world.start().check(&[]);
        assert_eq!(run.code, Some(code), "{seconds} s: {run:?}");
    }
}

#[test]
fn many_silent_engines_take_no_longer_than_one() {
    let mut world = World::right();
    world.engine.always = Whole::Hang;
    world.config["deadlineSeconds"] = json!(2);
    let services = ["a", "b", "c", "d"];
    for name in services {
        world.config["services"][name] =
            json!({"gates": ["genesis-live"], "engineRpc": format!("ENGINE{name}")});
    }
    let node = Node::start(world.engine.clone());
    let mut text = world.config.to_string();
    for name in services {
        text = text.replace(&format!("ENGINE{name}"), &format!("{}/{name}", node.url()));
    }
    world.config = serde_json::from_str(&text).unwrap();
    let judgements = world.start().check(&["--json"]).json();
    let answer = |service: &str| {
        judgements
            .as_array()
            .unwrap()
            .iter()
            .find(|judgement| judgement["service"] == service)
            .unwrap()["answer"]
            .clone()
    };
    assert!(services.iter().all(|service| answer(service) == "wait"), "{judgements:#}");
    assert_eq!(answer("batcher-key"), "pass", "{judgements:#}");
}
