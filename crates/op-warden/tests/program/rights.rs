//! The gate as its unit runs it: a user who may read every file, until the first byte comes from elsewhere.

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{fs, path::Path};

use serde_json::{Value, json};
use test_kit::{Run, node::Whole};

use crate::world::World;

/// The capability that its unit has, by its number in the kernel's masks.
const DAC_READ_SEARCH: u64 = 1 << 2;
const NOBODY: &str = "65534";

/// As nobody, with that capability; `None` where this test cannot give it.
fn nobody(program: &str) -> Option<Command> {
    let mut command = Command::new("setpriv");
    command.args([&format!("--reuid={NOBODY}"), &format!("--regid={NOBODY}"), "--clear-groups"]);
    command.args(["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--"]);
    let own = |mut command: Command| command.args(["cat", "/proc/self/status"]).output();
    let mut asked = Command::new(command.get_program());
    asked.args(command.get_args());
    let status = own(asked).ok().filter(|output| output.status.success())?;
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    assert_eq!(mask(&status, "CapEff"), DAC_READ_SEARCH, "{status}");
    command.arg(program);
    Some(command)
}

fn mask(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    u64::from_str_radix(line.trim_start_matches(':').trim(), 16).unwrap()
}

/// What any thread of the process may still do.
fn rights(process: &Child) -> Vec<(u64, u64, u64)> {
    let tasks = Path::new("/proc").join(process.id().to_string()).join("task");
    let statuses = fs::read_dir(tasks).unwrap().map(|task| task.unwrap().path().join("status"));
    let of = |status: String| {
        (mask(&status, "CapPrm"), mask(&status, "CapEff"), mask(&status, "CapAmb"))
    };
    statuses.filter_map(|status| fs::read_to_string(status).ok()).map(of).collect()
}

#[test]
fn keys_are_read_and_the_right_to_is_gone_before_l1_answers() {
    let program = env!("CARGO_BIN_EXE_op-warden");
    if nobody(program).is_none() {
        return println!("no setpriv that may give capabilities: run this as root");
    }
    let gate = |config: String| {
        let mut command = nobody(program).unwrap();
        command.args(["gate", "batcher-key", "--config", &config]);
        command
    };
    let right = World::right().start();
    let run = Run::of(&mut gate(right.path("op-warden.json")));
    assert_eq!(run.code, Some(0), "{run:?}");

    let mut world = World::right();
    world.l1.always = Whole::Hang;
    world.config["deadlineSeconds"] = json!(60);
    let world = world.start();
    let mut asking = gate(world.path("op-warden.json"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begin = Instant::now();
    while world.requests()[0] == 0 && begin.elapsed() < Duration::from_secs(30) {
        sleep(Duration::from_millis(10));
    }
    let (asked, left) = (world.requests()[0], rights(&asking));
    asking.kill().unwrap();
    asking.wait().unwrap();
    assert_eq!(asked, 1, "L1 was not asked");
    assert!(!left.is_empty());
    assert!(left.iter().all(|&rights| rights == (0, 0, 0)), "{left:x?}");
}

/// Who a peer on this host is follows from a key that only root may read.
#[test]
fn a_wrong_peer_on_this_host_is_refused_without_rights_too() {
    let program = env!("CARGO_BIN_EXE_op-warden");
    let Some(mut as_nobody) = nobody(program) else {
        return println!("no setpriv that may give capabilities: run this as root");
    };
    let mut world = World::right();
    let node = world.service("p2p")["command"]["args"].as_array_mut().unwrap();
    node.push(json!("--p2p.listen.tcp=PEER"));
    world.service("p2p")["identity"] = json!("batcher.key");
    let stranger = format!("--trusted-peers=enode://{}@127.0.0.1:30303", "ab".repeat(64));
    world.service("engine-peers")["command"]["args"] =
        json!(["--rollup.sequencer=http://127.0.0.1:8545", stranger]);
    let world = world.start();
    let config = world.path("op-warden.json");

    let run = Run::of(as_nobody.args(["check", "--json", "--config", &config]));
    let judgements: Value = serde_json::from_str(&run.stdout).unwrap();
    for gate in ["static-peers", "engine-peers"] {
        let services = judgements.as_array().unwrap();
        let service = services.iter().find(|service| service["service"] == gate).unwrap();
        let findings = service["findings"].as_array().unwrap().iter();
        let answers: Vec<&Value> =
            findings.filter(|it| it["gate"] == gate).map(|it| &it["answer"]).collect();
        assert_eq!(answers, ["refuse"], "{service:#}");
    }
}
