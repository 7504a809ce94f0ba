//! The state of a service that has watched for long: its charts and its timeline are full.

use std::{
    fs,
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::service::{PATIENCE, Service};

// As many as `health::memory` keeps.
const POINTS: usize = 480;
const EVENTS: usize = 300;
const BALANCES: usize = 360;

/// Restarts the service with a full state.
pub(crate) fn fill(service: &mut Service) {
    let file = service.folder.path().join("state.json");
    let begin = Instant::now();
    let mut state: Value = loop {
        // It is first saved before there is anything to draw.
        let saved = fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let drawn = |state: &Value| {
            let balances = &state["accounts"]["batcher"]["balances"];
            state["history"].get(0).is_some() && balances.get(0).is_some()
        };
        match saved {
            Some(state) if drawn(&state) => break state,
            _ => assert!(begin.elapsed() < PATIENCE, "no state is saved"),
        }
        sleep(Duration::from_millis(100));
    };
    repeat(&mut state["history"], POINTS);
    let event = json!({
        "at": state["history"][0]["at"], "condition": "balance", "subject": "batcher",
        "from": "ok", "to": "failed", "found": "0.000 ETH, less than the 0.001 ETH that it is to have",
    });
    state["events"] = json!(vec![event; EVENTS]);
    for account in state["accounts"].as_object_mut().unwrap().values_mut() {
        repeat(&mut account["balances"], BALANCES);
    }
    service.kill_and_start_with(|folder| {
        fs::write(folder.join("state.json"), state.to_string()).unwrap();
    });
}

fn repeat(items: &mut Value, count: usize) {
    let items = items.as_array_mut().unwrap();
    let last = items.last().unwrap().clone();
    items.resize(count, last);
}
