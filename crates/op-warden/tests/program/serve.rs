//! `op-warden serve` as a process: what it answers, and how it ends.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use test_kit::{
    http,
    process::{Process, free_address},
};

const PATIENCE: Duration = Duration::from_secs(20);

/// The service, ended with the test.
pub(super) struct Service {
    pub(super) process: Process,
    pub(super) address: SocketAddr,
}

impl Service {
    pub(super) fn start(folder: &Path, judgements: Option<&Path>) -> Self {
        Self::with(folder, judgements, &json!({"batcher": {"gates": ["l1-chain"]}}))
    }

    pub(super) fn with_bundle(folder: &Path, bundle: &Path) -> Self {
        let services = json!({"batcher": {"gates": ["l1-chain"]}});
        Self::of(folder, None, &services, Some(bundle))
    }

    fn with(folder: &Path, judgements: Option<&Path>, services: &Value) -> Self {
        Self::of(folder, judgements, services, None)
    }

    fn of(
        folder: &Path,
        judgements: Option<&Path>,
        services: &Value,
        bundle: Option<&Path>,
    ) -> Self {
        let address = free_address();
        let config = json!({
            "chain": {
                "genesis": folder.join("genesis.json"), "rollup": folder.join("rollup.json"),
                "l2ChainId": 901, "disputeGameFactory": "0x0000000000000000000000000000000000000001",
            },
            "l1": {"rpc": "http://127.0.0.1:1", "chainId": 900},
            "serve": {
                "listen": address, "intervalSeconds": 60, "judgements": judgements, "hosts": ["chain.example"],
                "state": folder.join("state.json"), "bundle": bundle,
            },
            "services": services,
        });
        let file = folder.join("op-warden.json");
        fs::write(&file, config.to_string()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_op-warden"));
        command.args(["serve", "--config"]).arg(&file).stderr(Stdio::piped());
        let process = Process::spawn(&mut command).unwrap();
        let service = Self { process, address };
        service.until("/livez", |(code, body)| *code == 200 && body == "ok\n");
        service
    }

    fn get(&self, path: &str) -> Option<(u16, String)> {
        http::get(&format!("http://{}", self.address), path).ok()
    }

    pub(super) fn until(
        &self,
        path: &str,
        holds: impl Fn(&(u16, String)) -> bool,
    ) -> (u16, String) {
        let begin = Instant::now();
        loop {
            let answer = self.get(path);
            match answer {
                Some(answer) if holds(&answer) => return answer,
                answer => assert!(begin.elapsed() < PATIENCE, "{path} answers {answer:?}"),
            }
            sleep(Duration::from_millis(50));
        }
    }
}

pub(super) fn judged(answer: &str) -> Value {
    let finding = json!({
        "gate": "batcher-key", "answer": answer, "expected": "a", "found": "b", "source": "c", "mend": "d",
    });
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    json!({
        "version": 1, "judgedAt": now,
        "services": [{"service": "batcher", "answer": answer, "findings": [finding]}],
    })
}

/// `/readyz` has this line among others: there is no L1 here.
fn says(line: &str) -> impl Fn(&(u16, String)) -> bool + '_ {
    move |(code, body)| *code == 503 && body.lines().any(|found| found.starts_with(line))
}

#[test]
fn tells_what_another_process_judged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("judgements.json");
    let mut service = Service::start(folder.path(), Some(&file));
    // The first turn has said so when the file is named: until then, "nothing is judged yet".
    service.until("/readyz", |(code, body)| {
        *code == 503
            && body.lines().any(|line| {
                line.starts_with("batcher gates: unknown: cannot be read")
                    && line.contains("judgements.json")
            })
    });

    fs::write(&file, judged("pass").to_string()).unwrap();
    service.until("/readyz/batcher", |answer| *answer == (200, "ready\n".to_owned()));
    fs::write(&file, judged("refuse").to_string()).unwrap();
    service.until("/readyz/batcher", says("batcher gates: failed: refuse (batcher-key)"));
    let (_, status) = service.until("/status.json", |(code, _)| *code == 200);
    let status: Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["services"]["batcher"]["judgement"], judged("refuse")["services"][0]);
    assert_eq!(status["version"], 2);

    fs::write(&file, "{").unwrap();
    service.until("/readyz", |(code, body)| *code == 503 && body.contains("holds no judgements"));
    for path in ["/nothing", "/readyz/nobody", "/runbooks/Nothing"] {
        assert_eq!(service.get(path).map(|(code, _)| code), Some(404), "{path}");
    }
    let (_, runbook) = service.until("/runbooks/OpStackGateRefused", |(code, _)| *code == 200);
    assert!(runbook.contains("OpStackGateRefused"), "{runbook}");
    let (_, page) = service.until("/", |(code, _)| *code == 200);
    assert!(page.contains("batcher") && page.starts_with("<!DOCTYPE html>"), "{page}");
    assert!(service.process.terminate().unwrap().success());
}

#[test]
fn judges_by_itself_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), None);
    // The chain's files are not there.
    service.until("/readyz", says("batcher gates: unknown: wait (chain-files)"));
    service.until("/readyz", says("l1 l1: "));
}

/// A host whose chain's files are not there yet: one thing is to be done, whatever else it brings.
#[test]
fn a_cause_stands_before_what_follows_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let port = || free_address().port();
    let (http, rpc) = (port(), port());
    let go = |component: &str| {
        let metrics = format!("--metrics.port={}", port());
        json!({
            "gates": ["l1-chain"],
            "command": {"component": component, "args": ["--metrics.enabled", metrics]},
        })
    };
    let node = [
        "--sequencer.enabled",
        &format!("--rpc.port={rpc}"),
        &format!("--metrics.port={}", port()),
    ];
    let services = json!({
        "batcher": go("op-batcher"),
        "challenger": go("op-challenger"),
        "proposer": go("op-proposer"),
        "sequencer-engine": {
            "gates": ["l1-chain"],
            "command": {"component": "op-geth", "args": ["--http", format!("--http.port={http}")]},
        },
        "sequencer-node": {
            "gates": ["l1-chain"], "engineRpc": format!("http://127.0.0.1:{http}"),
            "command": {"component": "op-node", "args": node},
        },
    });
    let service = Service::with(folder.path(), None, &services);
    // L1 is away as well, which is a cause of its own.
    let (_, lines) = service.until("/readyz", |(code, body)| {
        *code == 503
            && body.lines().count() == 2
            && body.contains("batcher gates: unknown: wait (chain-files)")
    });
    assert!(lines.lines().any(|line| line.starts_with("l1 l1: ")), "{lines}");
    let (_, status) = service.until("/status.json", |(code, _)| *code == 200);
    let status: Value = serde_json::from_str(&status).unwrap();
    let conditions = status["conditions"].as_array().unwrap();
    let wrong: Vec<&Value> = conditions
        .iter()
        .filter(|one| one["state"] == "unknown" || one["state"] == "failed")
        .collect();
    assert!(wrong.len() > 10, "{wrong:#?}");
    assert!(wrong[2..].iter().all(|one| one["follows"].is_object()), "{wrong:#?}");
    let services = wrong.iter().filter(|one| one["name"] == "service");
    assert!(
        services.clone().count() >= 4 && services.clone().all(|one| one["state"] == "unknown"),
        "{wrong:#?}"
    );
    let follow = wrong.iter().filter(|one| one["follows"]["condition"] == "gates").count();
    assert!(lines.contains(&format!("(and {follow} that follow)")), "{follow} of {lines}");
    let (_, page) = service.until("/", |(code, _)| *code == 200);
    assert_eq!(page.matches("class=\"card condition").count(), 2, "{page}");
    assert!(page.contains(&format!("and {follow} that follow")), "{page}");
}

#[test]
fn an_address_that_is_taken_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), None);
    let second = Command::new(env!("CARGO_BIN_EXE_op-warden"))
        .args(["serve", "--config"])
        .arg(folder.path().join("op-warden.json"))
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(255));
    let error = String::from_utf8(second.stderr).unwrap();
    assert!(error.contains(&format!("cannot listen on {}", service.address)), "{error}");
}

#[test]
fn check_leaves_what_serve_reads() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("judgements.json");
    let service = Service::start(folder.path(), Some(&file));
    let check = Command::new(env!("CARGO_BIN_EXE_op-warden"))
        .args(["check", "--config"])
        .arg(folder.path().join("op-warden.json"))
        .arg("--output")
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(check.status.code(), Some(75));
    service.until("/readyz", says("batcher gates: unknown: wait (chain-files)"));
    for entry in fs::read_dir(folder.path()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let known = ["op-warden.json", "judgements.json", "state.json"].contains(&name.as_str());
        assert!(known, "{name} is left beside the file");
    }
}
