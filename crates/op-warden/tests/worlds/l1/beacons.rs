//! The beacon node.

use serde_json::{Value, json};
use test_kit::node::Say;

use crate::{
    case::Case,
    verdict::Verdict::{Pass, Refuse, Skip, Wait, Warn},
};

const SYNCING: &str = "eth/v1/node/syncing";

const SPEC: &str = "eth/v1/config/spec";

pub(super) fn beacons(cases: &mut Vec<Case>) {
    let gate = |verdict| [("l1-beacon", verdict)];
    let document = |data: Value| Say::Result(json!({ "data": data }));
    for (what, path, say, verdict) in [
        ("withholds whether it syncs", SYNCING, Say::Error(404, "Not Found"), Warn),
        ("forbids to ask whether it syncs", SYNCING, Say::Error(403, "Forbidden"), Warn),
        ("says nothing of its syncing", SYNCING, Say::Result(json!({})), Warn),
        ("is syncing", SYNCING, document(json!({"is_syncing": true})), Wait),
        ("has no parameters", SPEC, Say::Error(404, "Not Found"), Wait),
        ("forbids to ask for its parameters", SPEC, Say::Error(401, "Unauthorized"), Wait),
        ("is busy", SPEC, Say::Error(503, "Unavailable"), Wait),
        ("hangs up", SPEC, Say::Nothing, Wait),
        ("has empty parameters", SPEC, document(json!({})), Refuse),
        ("is no beacon node", SPEC, Say::Result(json!("hello")), Refuse),
        ("says null", SPEC, Say::Result(json!(null)), Refuse),
        ("has no data", SPEC, Say::Result(json!({"message": "rate limit exceeded"})), Wait),
        ("has a chain id in words", SPEC, document(json!({"DEPOSIT_CHAIN_ID": "sepolia"})), Refuse),
        ("has a chain id as a number", SPEC, document(json!({"DEPOSIT_CHAIN_ID": 900})), Refuse),
        ("is of another network", SPEC, document(json!({"DEPOSIT_CHAIN_ID": "1"})), Refuse),
        (
            "does not tell how long it keeps blobs",
            SPEC,
            document(json!({"DEPOSIT_CHAIN_ID": "900"})),
            // All data is calldata.
            Pass,
        ),
    ] {
        cases.push(Case::new(format!("the beacon node {what}"), &gate(verdict), |world| {
            world.beacon.say(path, say);
            world.config["deadlineSeconds"] = json!(4);
        }));
    }
    cases.push(Case::new("nobody listens at the beacon node", &gate(Wait), |world| {
        world.beacon.gone = true;
    }));
    cases.push(Case::new(
        "the beacon node's URL in a file that is not there",
        &gate(Wait),
        |world| {
            let l1 = world.config["l1"].as_object_mut().unwrap();
            l1.remove("beacon");
            l1.insert("beaconFile".to_owned(), json!("/no/such/file"));
        },
    ));
    cases.push(Case::new("no beacon node", &gate(Refuse), |world| {
        world.config["l1"].as_object_mut().unwrap().remove("beacon");
    }));
}

/// Retention is mainnet's: 18 days, and the chain is older.
pub(super) fn blobs(cases: &mut Vec<Case>) {
    for (name, batcher, args, verdict) in [
        ("of a batcher elsewhere", None, json!([]), Warn),
        (
            "of a batcher elsewhere, with an archiver",
            None,
            json!(["--l1.beacon-fallbacks=http://archive.example"]),
            Pass,
        ),
        ("of a batcher that writes blobs", Some("blobs"), json!([]), Warn),
        ("of a batcher that chooses", Some("auto"), json!([]), Warn),
        ("of a batcher that writes calldata", Some("calldata"), json!([]), Pass),
        ("that op-node ignores, calldata", Some("calldata"), json!(["--l1.beacon.ignore"]), Skip),
        ("that op-node ignores, blobs", Some("blobs"), json!(["--l1.beacon.ignore"]), Refuse),
        ("that op-node ignores, a batcher elsewhere", None, json!(["--l1.beacon.ignore"]), Warn),
    ] {
        let mut noticed = vec![("l1-beacon", verdict)];
        if batcher.is_none() {
            // With it goes what has the batcher's key as well.
            noticed.extend([("proposal-cadence", Skip), ("reused-key", Pass)]);
        }
        cases.push(Case::new(format!("a beacon node for the data {name}"), &noticed, |world| {
            world.spec("MIN_EPOCHS_FOR_BLOB_SIDECARS_REQUESTS", json!("4096"));
            world.service("l1-beacon")["command"]["args"] = args;
            for service in ["batch-cadence", "reused-key"] {
                let command = &mut world.service(service)["command"];
                match batcher {
                    Some(kind) => {
                        let args = command["args"].as_array_mut().unwrap();
                        args.push(json!(format!("--data-availability-type={kind}")));
                    }
                    None => command["component"] = json!("another-batcher"),
                }
            }
        }));
    }
}
