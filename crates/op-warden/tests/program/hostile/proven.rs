//! `op-warden prove`.

use std::{fs, time::Duration};

use serde_json::{Value, json};
use test_kit::{
    hostile::{
        CONTROL, Hostile, Hostility,
        suite::{Case, Outcome},
    },
    node::{Answer, Node, Say},
    watched::Watched,
};

use crate::{
    deposit::{L1, Setting, THERE},
    world::runner,
};

/// Three times what one request of `prove heads` may take.
const MOST: Duration = Duration::from_secs(3 * 30);
const HEAD: u64 = 4_000;

pub(super) fn cases(kind: Hostility, cases: &mut Vec<Case>) {
    for honest in [0, 1] {
        let name = format!("{kind:?} after {honest} answers");
        cases.push(Case::new("prove heads", name, move || heads(kind, honest)));
    }
    for (honest, sends) in [(0, false), (1, false), (2, true)] {
        let name = format!("{kind:?} after {honest} answers, sends: {sends}");
        cases.push(Case::new("prove deposit", name, move || deposit(kind, honest, sends)));
    }
}

/// Blocks 0 to [`HEAD`], whose hashes are their numbers.
struct Numbers;

impl Answer for Numbers {
    fn call(&self, method: &str, params: &Value) -> Say {
        let number = match params[0].as_str() {
            _ if method == "eth_chainId" => return Say::Result(json!("0xa")),
            Some("latest") => HEAD,
            Some("safe") => HEAD - 9,
            Some("finalized") => HEAD - 99,
            Some(number) => u64::from_str_radix(&number[2..], 16).unwrap(),
            None => return Say::Error(-32601, "unknown"),
        };
        let hash = |number: u64| format!("0x{number:064x}");
        Say::Result(json!({
            "number": format!("{number:#x}"), "hash": hash(number),
            "parentHash": hash(number.wrapping_sub(1)), "timestamp": "0x1",
        }))
    }
}

fn heads(kind: Hostility, honest: usize) -> Outcome {
    let right = Node::start_apart(Numbers);
    let nodes = [(); 3].map(|()| Hostile::before(&right.url(), kind, honest));
    let folder = tempfile::tempdir().unwrap();
    let proof = folder.path().join("proof.json");
    let mut command = runner::command();
    command.args(["prove", "heads", "--reference", &nodes[0].url()]);
    for follower in &nodes[1..] {
        command.args(["--follower", &follower.url()]);
    }
    if honest == 0 {
        command.arg("--proof").arg(&proof);
    }
    let watched = Watched::of(&mut command, MOST);
    // Equal, diverged, behind, unknown.
    let codes = if kind.is_readable() { &[0, 1, 2, 3][..] } else { &[3][..] };
    let mut outcome = Outcome::of(&watched, codes, &nodes);
    if honest == 0 {
        outcome.shows(&fs::read_to_string(proof).unwrap(), "the proof", &nodes);
    }
    outcome
}

fn deposit(kind: Hostility, honest: usize, sends: bool) -> Outcome {
    let transaction = format!("0x{}", "11".repeat(32));
    let args = ["--wait", "1s", "--transaction", &transaction];
    let args = if sends { &args[..2] } else { &args[..] };
    let mut nodes = Vec::new();
    let mut before = |url: &mut Value| {
        nodes.push(Hostile::before(url.as_str().unwrap(), kind, honest));
        *url = json!(nodes[nodes.len() - 1].url());
    };
    let mut setting = Setting::new(&L1::default(), &[Some(THERE); 2], args, |config| {
        before(&mut config["l1"]["rpc"]);
        for service in config["services"].as_object_mut().unwrap().values_mut() {
            before(&mut service["engineRpc"]);
        }
    });
    let watched = Watched::of(&mut setting.command, MOST);
    let codes = if kind.is_readable() { &[0, 1, 2, 3, 255][..] } else { &[2, 3, 255][..] };
    Outcome::of(&watched, codes, &nodes)
}

/// What somebody else calls a proof.
#[test]
fn a_hostile_proof_steers_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("proof.json");
    let right = Node::start_apart(Numbers);
    let run = runner::run(&[
        "prove",
        "heads",
        "--reference",
        &right.url(),
        "--follower",
        "http://127.0.0.2:1",
        "--to",
        "3",
        "--proof",
        file.to_str().unwrap(),
    ]);
    assert_eq!(run.code, Some(3), "{run}");
    let proof: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let said = |text: &str| {
        let mut proof = proof.clone();
        proof["reference"] = json!(text);
        proof["followers"][0]["follower"] = json!(text);
        for verdict in ["result", "safe"] {
            proof["followers"][0][verdict]["reason"] = json!(text);
        }
        proof.to_string()
    };
    let mut outcome = Outcome::default();
    for text in [
        said(CONTROL),
        said(&"x".repeat(1 << 20)),
        "[".repeat(1 << 20),
        json!({CONTROL: 1}).to_string(),
    ] {
        fs::write(&file, text).unwrap();
        let run = runner::run(&["prove", "check", file.to_str().unwrap()]);
        assert!(matches!(run.code, Some(0 | 255)), "{run}");
        assert!(run.stdout.len() + run.stderr.len() < 4_000, "{run}");
        outcome.shows(&run.stdout, "stdout", &[]);
        outcome.shows(&run.stderr, "stderr", &[]);
    }
    assert!(outcome.faults.is_empty(), "{:?}", outcome.faults);
}
