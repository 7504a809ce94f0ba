//! A second host that is given the first one's configuration and keys.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use e2e::devnet::{Devnet, Result, ensure};
use libtest_mimic::Completion;
use op_gate::{Answer, Finding, Gate, Judgement, config::Config};
use serde_json::{Value, json};
use test_kit::{Run, http, program::op_warden};

use crate::Outcome;

/// For the first one's services to sign something.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) fn second_host_is_refused() -> Outcome {
    let devnet = Devnet::up()?;
    let folder = tempfile::tempdir()?;
    let config = second_host(&devnet, folder.path())?;
    // A challenger sends only where there is a dispute.
    send_as_challenger(&devnet, &config)?;
    for service in ["sequencer-node", "batcher", "proposer", "challenger"] {
        let finding = wait_refused(&config, service)?;
        println!("{service}: {}", finding.found);
    }
    the_first_one_may_start_again(&devnet)?;
    devnet.down()?;
    Ok(Completion::Completed)
}

/// The same chain, L1 and keys; folders and ports of its own, and the first host's follower to look at.
fn second_host(devnet: &Devnet, folder: &Path) -> Result<PathBuf> {
    let mut config: Value =
        serde_json::from_slice(&fs::read(devnet.dir().join("op-warden.json"))?)?;
    let services = config["services"].as_object_mut().ok_or("no services")?;
    for (name, service) in services {
        if service["lastRun"].is_string() {
            service["lastRun"] = json!(folder.join("last-run").join(name));
        }
        for arg in service["command"]["args"].as_array_mut().ok_or("no arguments")? {
            let Some((flag, _)) = arg.as_str().and_then(|arg| arg.split_once('=')) else {
                continue;
            };
            if ["port", "tcp", "udp"].iter().any(|end| flag.ends_with(end)) {
                let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
                *arg = json!(format!("{flag}={free}"));
            }
        }
    }
    let own_engine = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    config["services"]["sequencer-node"]["engineRpc"] = json!(format!("http://{own_engine}"));
    let path = folder.join("op-warden.json");
    fs::write(&path, config.to_string())?;
    Ok(path)
}

fn send_as_challenger(devnet: &Devnet, config: &Path) -> Result<()> {
    let accounts = op_gate::read::accounts(&Config::load(config)?);
    let from = accounts.get("challenger").ok_or("the challenger has no key")?;
    let status = devnet.status()?;
    let l1 = status["board"]["endpoints"]["l1"].as_str().ok_or("no endpoint of L1")?;
    http::call(l1, "eth_sendTransaction", &json!([{"from": from, "to": from, "value": "0x1"}]))?;
    Ok(())
}

/// The finding of `alone` once it refuses.
fn wait_refused(config: &Path, service: &str) -> Result<Finding> {
    let begin = Instant::now();
    loop {
        let (code, finding) = alone(config, service)?;
        if finding.answer == Answer::Refuse {
            ensure(code == Some(255), || format!("{service}: exit code {code:?}"))?;
            return Ok(finding);
        }
        ensure(begin.elapsed() < PATIENCE, || format!("{service} is not refused: {finding:?}"))?;
        sleep(Duration::from_secs(1));
    }
}

/// Its own transactions and blocks are no stranger's.
fn the_first_one_may_start_again(devnet: &Devnet) -> Result<()> {
    let status = devnet.status()?;
    for service in ["sequencer-node", "batcher"] {
        let before = &status["board"]["services"][service];
        let pid = before["pid"].as_u64().ok_or("no pid")?;
        e2e::devnet::kill(pid)?;
        let after = devnet.wait("its return", |status| {
            let service = &status["board"]["services"][service];
            service["phase"] == "running" && service["pid"] != before["pid"]
        })?;
        let gate = &after["board"]["services"][service]["gate"];
        ensure(gate["answer"] != "refuse", || gate.to_string())?;
    }
    Ok(())
}

fn alone(config: &Path, service: &str) -> Result<(Option<i32>, Finding)> {
    let run = Run::of(
        Command::new(op_warden()).args(["gate", service, "--json", "--config"]).arg(config),
    );
    let judgement: Judgement = serde_json::from_str(&run.stdout).map_err(|_| run.to_string())?;
    let mut findings = judgement.findings.into_iter().filter(|it| it.gate == Gate::Alone);
    let worst = findings.by_ref().max_by_key(|finding| finding.answer);
    Ok((run.code, worst.ok_or("the gate was not judged")?))
}
