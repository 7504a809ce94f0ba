//! `op-warden serve`: its page, its other answers, its log, its files.

use std::{
    fs,
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use test_kit::{
    hostile::{
        Hostile, Hostility,
        suite::{Case, Outcome},
    },
    watched,
};

use crate::health::service::Service;

/// How long it is watched: each node is asked three times and more.
const WATCHED: Duration = Duration::from_secs(3);
/// What an answer or the end may take.
const MOST: Duration = Duration::from_secs(30);
const PATHS: [&str; 5] = ["/livez", "/", "/status.json", "/readyz", "/metrics"];

pub(super) fn cases(kind: Hostility, cases: &mut Vec<Case>) {
    for honest in [0, 2] {
        let name = format!("{kind:?} after {honest} answers");
        cases.push(Case::new("serve", name, move || serve(kind, honest)));
    }
}

fn serve(kind: Hostility, honest: usize) -> Outcome {
    let mut nodes = Vec::new();
    let mut service = Service::start(|_, config| nodes = spoil(config, kind, honest));
    let begun = Instant::now();
    let mut outcome = Outcome::default();
    while service.get("/livez").is_none() && begun.elapsed() < MOST {
        sleep(Duration::from_millis(50));
    }
    sleep(WATCHED);
    for path in PATHS {
        let asked = Instant::now();
        let mut answer = service.get(path);
        while answer.is_none() && asked.elapsed() < MOST {
            sleep(Duration::from_millis(50));
            answer = service.get(path);
        }
        let Some((code, text)) = answer else {
            outcome.faults.push(format!("no answer to {path}"));
            continue;
        };
        outcome.took = outcome.took.max(asked.elapsed());
        outcome.shows(&text, path, &nodes);
        // What was right a moment ago may hold still.
        let ready = path == "/readyz" && code == 200 && (kind.is_readable() || honest > 0);
        let expected = if path == "/readyz" { 503 } else { 200 };
        if code != expected && !ready {
            outcome.faults.push(format!("{path} answers {code}"));
        }
    }
    outcome.asked = nodes.iter().any(|node| node.asked() > honest);
    outcome.peak = watched::peak(service.id()).unwrap_or_default();
    if outcome.peak == 0 {
        outcome.faults.push("it has ended".to_owned());
    }
    let asked = Instant::now();
    let status = service.end();
    outcome.took = outcome.took.max(asked.elapsed());
    if !status.success() {
        outcome.faults.push(format!("it ends with {status}"));
    }
    if outcome.took > MOST {
        outcome.faults.push(format!("an answer or the end took {:?}", outcome.took));
    }
    for file in fs::read_dir(service.folder.path()).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name != "op-warden.json" {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            outcome.shows(&text, &name, &nodes);
        }
    }
    outcome
}

/// Puts hostile nodes before all of the configuration.
fn spoil(config: &mut Value, kind: Hostility, honest: usize) -> Vec<Hostile> {
    let mut nodes = Vec::new();
    let mut before = |url: &str| {
        nodes.push(Hostile::before(url, kind, honest));
        (nodes[nodes.len() - 1].url(), nodes[nodes.len() - 1].authority())
    };
    let l1 = before(config["l1"]["rpc"].as_str().unwrap()).0;
    config["l1"]["rpc"] = json!(l1);
    for service in config["services"].as_object_mut().unwrap().values_mut() {
        if let Some(engine) = service["engineRpc"].as_str() {
            let engine = before(engine).0;
            service["engineRpc"] = json!(engine);
        }
        let args = service["command"]["args"].as_array_mut().unwrap();
        for listens in ["metrics", "rpc", "http"] {
            let [address, port] = ["addr", "port"].map(|what| format!("--{listens}.{what}="));
            let value = |args: &[Value], flag: &str| {
                args.iter().find_map(|arg| Some(arg.as_str()?.strip_prefix(flag)?.to_owned()))
            };
            let (Some(host), Some(number)) = (value(args, &address), value(args, &port)) else {
                continue;
            };
            let node = before(&format!("{host}:{number}")).1;
            let (new_host, new_port) = node.split_once(':').unwrap();
            for arg in args.iter_mut() {
                if arg.as_str().unwrap().starts_with(&address) {
                    *arg = json!(format!("{address}{new_host}"));
                } else if arg.as_str().unwrap().starts_with(&port) {
                    *arg = json!(format!("{port}{new_port}"));
                }
            }
        }
    }
    nodes
}
