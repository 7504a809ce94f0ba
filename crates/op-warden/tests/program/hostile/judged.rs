//! `op-warden gate` and `op-warden check`.

use std::{fs, time::Duration};

use serde_json::{Value, json};
use test_kit::{
    hostile::{
        Hostile, Hostility,
        suite::{Case, Outcome},
    },
    watched::Watched,
};

use crate::world::{World, runner, started::Started};

/// In seconds.
const DEADLINE: u64 = 3;
/// Three times the deadline, and what a busy machine takes.
const MOST: Duration = Duration::from_secs(3 * DEADLINE + 14);
/// Wait and refuse.
const STOPS: [i32; 2] = [75, 255];
const ANY: [i32; 3] = [0, 75, 255];

pub(super) fn cases(kind: Hostility, cases: &mut Vec<Case>) {
    for (service, which) in [("funding", Which::L1), ("jwt", Which::All)] {
        let name = format!("{kind:?} to the gate {service}");
        cases.push(Case::new("gate", name, move || gate(service, kind, which)));
    }
    for honest in 0..3 {
        let name = format!("{kind:?} after {honest} answers");
        cases.push(Case::new("check", name, move || check(kind, honest)));
    }
}

/// Which nodes are hostile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    L1,
    All,
}

fn gate(service: &str, kind: Hostility, which: Which) -> Outcome {
    let world = world();
    let nodes = spoil(&world, kind, which, 0);
    let mut command = runner::command();
    command.args(["gate", service, "--config"]).arg(world.path("op-warden.json"));
    let watched = Watched::of(command.env("PATH", world.dir()), MOST);
    // The engine takes the token, whatever it calls what it can do.
    let taken = service == "jwt" && kind == Hostility::ControlInFields;
    let codes = if kind.is_readable() || taken { &ANY[..] } else { &STOPS[..] };
    outcome(&watched, codes, &nodes)
}

fn check(kind: Hostility, honest: usize) -> Outcome {
    let world = world();
    let nodes = spoil(&world, kind, if honest == 0 { Which::All } else { Which::L1 }, honest);
    let judgements = world.path("judgements.json");
    let mut command = runner::command();
    command.args(["check", "--output", &judgements, "--config"]).arg(world.path("op-warden.json"));
    let watched = Watched::of(command.env("PATH", world.dir()), MOST);
    // What is asked third is not what everything goes by.
    let codes = if kind.is_readable() || honest > 1 { &ANY[..] } else { &STOPS[..] };
    let mut outcome = outcome(&watched, codes, &nodes);
    match fs::read_to_string(judgements) {
        Ok(text) => outcome.shows(&text, "judgements.json", &nodes),
        Err(error) => outcome.faults.push(format!("no judgements: {error}")),
    }
    outcome
}

fn outcome(watched: &Watched, codes: &[i32], nodes: &[Hostile]) -> Outcome {
    let mut outcome = Outcome::of(watched, codes, nodes);
    if nodes.iter().any(|node| node.followed() > 0) {
        outcome.faults.push("a redirect was followed".to_owned());
    }
    outcome
}

fn world() -> Started {
    let mut world = World::right();
    world.config["deadlineSeconds"] = json!(DEADLINE);
    world.start()
}

/// Puts hostile nodes before those of the configuration.
fn spoil(world: &Started, kind: Hostility, which: Which, honest: usize) -> Vec<Hostile> {
    let file = world.path("op-warden.json");
    let mut text = fs::read_to_string(&file).unwrap();
    let config: Value = serde_json::from_str(&text).unwrap();
    let engine = config["services"]["jwt"]["command"]["args"][0].as_str().unwrap();
    let all = [
        &config["l1"]["rpc"],
        &config["l1"]["others"][0],
        &config["l1"]["beacon"],
        &config["services"]["genesis-live"]["engineRpc"],
        &json!(engine.strip_prefix("--l2=").unwrap()),
    ]
    .map(|url| url.as_str().unwrap().to_owned());
    let wanted = if which == Which::L1 { &all[..1] } else { &all[..] };
    let mut nodes = Vec::new();
    for url in wanted {
        let node = Hostile::before(url, kind, honest);
        text = text.replace(url, &node.url());
        // The engine that the secret is of is known by its port.
        let port =
            |url: &str| url.rsplit_once(':').unwrap().1.split('/').next().unwrap().to_owned();
        let flag = |port: &str| format!("--authrpc.port={port}\"");
        text = text.replace(&flag(&port(url)), &flag(&port(&format!("x:{}", node.authority()))));
        nodes.push(node);
    }
    fs::write(file, text).unwrap();
    nodes
}
