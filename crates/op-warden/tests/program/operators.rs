//! What operators run beside a chain: `op-warden maintenance` and `op-warden runbook`.

use std::{
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use test_kit::Run;

use crate::world::runner;

/// A host with a configuration.
struct Host {
    dir: TempDir,
}

impl Host {
    fn new(serve: &Value) -> Self {
        let dir = TempDir::new().unwrap();
        let mut config = json!({
            "chain": {
                "genesis": "genesis.json", "rollup": "rollup.json", "l2ChainId": 901,
                "disputeGameFactory": "0x00000000000000000000000000000000000000d1",
            },
            "l1": {"rpc": "http://127.0.0.1:1", "chainId": 900},
            "services": {},
        });
        if serve.is_object() {
            config["serve"] = serve.clone();
            config["serve"]["listen"] = json!("127.0.0.1:0");
            config["serve"]["intervalSeconds"] = json!(60);
        }
        if let Some(file) = serve["maintenance"].as_str() {
            config["serve"]["maintenance"] = json!(dir.path().join(file));
        }
        fs::write(dir.path().join("config.json"), config.to_string()).unwrap();
        Self { dir }
    }

    fn run(&self, args: &str) -> Run {
        let config = self.dir.path().join("config.json").display().to_string();
        let words = ["maintenance", "--config", &config].into_iter();
        runner::run(&words.chain(args.split_whitespace()).collect::<Vec<_>>())
    }

    fn until(&self, args: &str) -> Option<u64> {
        let run = self.run(&format!("{args} --json"));
        assert_eq!((run.code, &*run.stderr), (Some(0), ""), "{args}: {run:?}");
        run.json()["until"].as_u64()
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn maintenance_is_announced_told_replaced_and_ended() {
    let host = Host::new(&json!({"maintenance": "maintenance"}));
    assert_eq!(host.until(""), None);
    let before = now();
    let until = host.until("--for 30m").unwrap();
    assert!((before + 1800..=now() + 1800).contains(&until), "{until}");
    let file = host.dir.path().join("maintenance");
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("{until}\n"));
    assert_eq!(host.until(""), Some(until));
    assert!(host.run("").stdout.contains("for 30m more"), "{:?}", host.run(""));
    let until = host.until("--for 24h").unwrap();
    assert!((before + 86400..=now() + 86400).contains(&until), "{until}");
    assert!(host.run("--for 1h30m").stdout.contains("for 1h30m more"));
    assert_eq!(host.until("--end"), None);
    assert!(!file.exists());
    // Nothing is announced any more: that is what was wanted.
    assert_eq!(host.until("--end"), None);
    assert_eq!(host.run("").stdout, "No maintenance is announced.\n");
}

#[test]
fn maintenance_that_is_over_is_told_as_none() {
    let host = Host::new(&json!({"maintenance": "maintenance"}));
    fs::write(host.dir.path().join("maintenance"), "1795300000\n").unwrap();
    assert_eq!(host.until(""), None);
}

#[test]
fn what_cannot_be_announced_is_an_error() {
    let host = Host::new(&json!({"maintenance": "maintenance"}));
    for (args, reason) in [
        ("--for 24h1s", "no more than 24h"),
        ("--for 0s", "more than nothing"),
        ("--for soon", "not a time such as 30m"),
        ("--for 30", "not a time such as 30m"),
        ("--for", "a value is required"),
        ("--for 30m --end", "cannot be used with"),
    ] {
        let run = host.run(args);
        assert_eq!((run.code, &*run.stdout), (Some(255), ""), "{args}: {run:?}");
        assert!(run.stderr.contains(reason), "{args}: {run:?}");
        assert!(!host.dir.path().join("maintenance").exists(), "{args}");
    }
    fs::write(host.dir.path().join("maintenance"), "soon").unwrap();
    let run = host.run("");
    assert_eq!(run.code, Some(255));
    assert!(run.stderr.contains("does not hold a time"), "{run:?}");
    let elsewhere = Host::new(&json!({"maintenance": "no/such/folder/maintenance"}));
    let run = elsewhere.run("--for 30m");
    assert_eq!(run.code, Some(255));
    assert!(run.stderr.contains("cannot write "), "{run:?}");
}

#[test]
fn a_configuration_without_a_place_for_it_is_an_error() {
    for (serve, reason) in [
        (json!(null), "the configuration has no \"serve\""),
        (json!({}), "the configuration's \"serve\" has no \"maintenance\""),
    ] {
        for args in ["", "--for 30m", "--end"] {
            let run = Host::new(&serve).run(args);
            assert_eq!((run.code, &*run.stdout), (Some(255), ""), "{args}: {run:?}");
            assert!(run.stderr.contains(reason), "{args}: {run:?}");
        }
    }
}

#[test]
fn a_runbook_is_printed_listed_and_found_by_a_name_like_its_own() {
    let page = runner::run(&["runbook", "OpStackServiceDown"]);
    assert_eq!(page.code, Some(0));
    assert!(page.stdout.starts_with("# OpStackServiceDown\n"), "{page:?}");
    let page = runner::run(&["runbook", "servicedown", "--json"]).json();
    assert_eq!(page["name"], "OpStackServiceDown");
    assert_eq!(page["meaning"], "A program of the chain does not answer.");
    assert!(page["text"].as_str().unwrap().contains("## What not to do"));
    let list = runner::run(&["runbook"]);
    let all = runner::run(&["runbook", "--json"]).json();
    assert_eq!(list.stdout.lines().count(), all.as_array().unwrap().len());
    assert!(list.stdout.lines().any(|line| {
        line.starts_with("OpStackServiceDown ") && line.ends_with("does not answer.")
    }));
    let unknown = runner::run(&["runbook", "OpStackServiceDwon"]);
    assert_eq!((unknown.code, &*unknown.stdout), (Some(255), ""));
    assert!(unknown.stderr.contains("OpStackServiceDown, "), "{unknown:?}");
}
