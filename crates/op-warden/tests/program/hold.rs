//! `op-warden hold`, `release` and `accept`, with a systemctl that writes down what it is asked.

use std::fs;

use serde_json::json;
use tempfile::TempDir;
use test_kit::Run;

use crate::world::runner;

struct Host {
    dir: TempDir,
}

impl Host {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir(at("hold")).unwrap();
        fs::create_dir(at("bin")).unwrap();
        let log = at("systemctl.log");
        runner::script(&at("bin/systemctl"), &format!("echo \"$@\" >> {}\n", log.display()));
        let config = json!({
            "chain": {
                "genesis": "genesis.json", "rollup": "rollup.json", "l2ChainId": 901,
                "disputeGameFactory": "0x00000000000000000000000000000000000000d1",
            },
            "l1": {"rpc": "http://127.0.0.1:1", "chainId": 900},
            "services": {
                "batcher": {"gates": ["l1-chain"], "unit": "podman-batcher.service"},
                "proposer": {"gates": ["l1-chain"], "unit": "podman-proposer.service"},
            },
            "serve": {"listen": "127.0.0.1:0", "intervalSeconds": 60, "hold": at("hold"),
                "accepted": at("accepted")},
        });
        fs::write(at("config.json"), config.to_string()).unwrap();
        Self { dir }
    }

    fn run(&self, args: &[&str]) -> Run {
        let config = self.dir.path().join("config.json").display().to_string();
        let args: Vec<&str> = args.iter().copied().chain(["--config", &config]).collect();
        runner::run_with(&self.dir.path().join("bin"), &args)
    }

    fn file(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.dir.path().join("hold").join(name)).ok()
    }

    /// What systemctl was asked since the last time.
    fn asked(&self) -> String {
        let log = self.dir.path().join("systemctl.log");
        let asked = fs::read_to_string(&log).unwrap_or_default();
        let _ = fs::remove_file(log);
        asked
    }
}

#[test]
fn a_held_service_is_stopped_and_one_that_is_let_go_is_started() {
    let host = Host::new();
    let run = host.run(&["hold", "batcher", "--why", "key leaked"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(host.file("batcher").unwrap(), "key leaked\n");
    assert_eq!(host.asked(), "stop podman-batcher.service\n");
    let listed = host.run(&["hold"]);
    assert_eq!((listed.code, listed.stdout.trim()), (Some(0), "batcher: key leaked"), "{listed}");
    let run = host.run(&["release", "batcher"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(host.file("batcher"), None);
    assert_eq!(host.asked(), "start --no-block podman-batcher.service\n");
}

#[test]
fn all_are_held_without_what_ends_the_hold() {
    let host = Host::new();
    assert_eq!(host.run(&["hold", "all", "--why", "new disk"]).code, Some(0));
    assert_eq!(host.asked(), "stop podman-batcher.service podman-proposer.service\n");
    assert_eq!(host.run(&["hold"]).stdout, "batcher: new disk\nproposer: new disk\n");
    assert_eq!(host.run(&["release", "all"]).code, Some(0));
    assert_eq!(host.asked(), "start --no-block podman-batcher.service podman-proposer.service\n");
}

#[test]
fn a_hold_may_end_by_itself() {
    let host = Host::new();
    let held = host.run(&["hold", "batcher", "--why", "disk", "--until", "2h"]);
    assert!(held.stdout.contains("disk, until 20"), "{held}");
    assert_eq!(host.run(&["release", "--due"]).code, Some(0));
    assert!(host.file("batcher").is_some());
    host.run(&["hold", "batcher", "--why", "disk", "--until", "2020-01-01T00:00:00Z"]);
    host.asked();
    assert_eq!(host.run(&["release", "--due"]).code, Some(0));
    assert_eq!(host.file("batcher"), None);
    assert_eq!(host.asked(), "start --no-block podman-batcher.service\n");
}

#[test]
fn what_is_meant_must_be_known() {
    let host = Host::new();
    for (args, said) in [
        (&["hold", "batcher"][..], "--why TEXT"),
        (&["hold", "batcher", "--why", " "], "--why TEXT"),
        (&["hold", "batcher", "--why", "a\nb"], "one line"),
        (&["hold", "bacher", "--why", "x"], "batcher, proposer or all"),
        (&["hold", "batcher", "--why", "x", "--until", "soon"], "not a time"),
        (&["release", "batcher"], "is not held"),
        (&["release"], "required"),
    ] {
        let run = host.run(args);
        assert_eq!(run.code, Some(255), "{args:?}: {run}");
        assert!(run.stderr.contains(said), "{args:?}: {run}");
    }
    assert_eq!(host.asked(), "");
    assert_eq!(host.file("batcher"), None);
}

#[test]
fn what_lasts_is_accepted_listed_and_taken_back() {
    let host = Host::new();
    let accepted = host.run(&["accept", "game-disputed", "--why", "a wrong program, replaced"]);
    assert_eq!(accepted.code, Some(0), "{accepted}");
    let listed = host.run(&["accept"]).stdout;
    assert!(listed.starts_with("game-disputed: what was found until 20"), "{listed}");
    assert!(listed.ends_with("Z is accepted: a wrong program, replaced\n"), "{listed}");
    assert_eq!(host.run(&["accept", "game-disputed", "--revoke"]).code, Some(0));
    assert_eq!(host.run(&["accept"]).stdout, "");
    for (args, said) in [
        (&["accept", "game-disputed", "--revoke"][..], "nothing is accepted of game-disputed"),
        (&["accept", "safe-head"], "only what lasts is accepted (game-disputed, "),
        (&["accept", "game-disputed", "--why", "a\nb"], "one line"),
    ] {
        let run = host.run(args);
        assert_eq!(run.code, Some(255), "{args:?}");
        assert!(run.stderr.contains(said), "{args:?}: {run}");
    }
    assert_eq!(host.asked(), "", "no service is touched");
}
