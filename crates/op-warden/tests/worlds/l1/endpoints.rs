//! Endpoints that fail, are not known, or disagree.

use serde_json::json;

use crate::{
    case::Case,
    l1::OF_L1,
    lies::faults,
    verdict::Verdict::{Pass, Refuse, Skip, Wait, Warn},
    world::file::File,
};

pub(super) fn faults_of_nodes(cases: &mut Vec<Case>) {
    let of_l1 = |verdict| OF_L1.map(|gate| (gate, verdict));
    let of_engine = |verdict| [("genesis-live", verdict)];
    for (fault, whole, verdict) in faults() {
        cases.push(Case::new(format!("{fault} from L1"), &of_l1(verdict), |world| {
            world.l1.always = whole;
            world.config["deadlineSeconds"] = json!(2);
        }));
        cases.push(Case::new(format!("{fault} from the engine"), &of_engine(verdict), |world| {
            world.engine.always = whole;
            world.config["deadlineSeconds"] = json!(2);
        }));
        let of_peer = [("genesis-peers", Warn)];
        cases.push(Case::new(format!("{fault} from the sequencer"), &of_peer, |world| {
            world.sequencer.always = whole;
        }));
    }
    cases.push(Case::new("nobody listens at L1", &of_l1(Wait), |world| world.l1_gone = true));
    cases.push(Case::new("nobody listens at the engine", &of_engine(Wait), |world| {
        world.engine_gone = true;
    }));
}

/// The L1's URL in a file. What is no URL in it may still be half of a secret; the helper that runs
/// the program looks for each of them in every output.
pub(super) fn l1_files(cases: &mut Vec<Case>) {
    let text = |text: &str| File::Text(text.to_owned());
    for (name, content, verdict) in [
        ("right", text("@L1@"), Pass),
        ("with white space around it", text(" \t@L1@ \r\n\n"), Pass),
        ("missing", File::Missing, Wait),
        ("a directory", File::Directory, Wait),
        ("a pipe", File::Pipe, Wait),
        ("empty", text(""), Wait),
        ("blank", text(" \n\t\n"), Wait),
        ("two lines", text("@L1@\n@L1@"), Refuse),
        (
            "broken in its middle",
            text("http://someuser:hunter2@127.0.0.1:1/v3/\nSECRETKEY"),
            Refuse,
        ),
        ("quoted", text("\"@L1@\""), Refuse),
        ("an assignment", text("OP_NODE_L1_ETH_RPC=@L1@"), Refuse),
        ("JSON", text("{\"url\":\"@L1@\"}"), Refuse),
        ("a key only", text("SECRETKEY"), Refuse),
        ("a user first", text("someuser:hunter2@127.0.0.1:1/v3/SECRETKEY?key=token9"), Refuse),
        ("a path", text("/v3/SECRETKEY?key=token9"), Refuse),
        ("without host", text("http://?key=token9"), Refuse),
        (
            "with another port",
            text("http://someuser:hunter2@127.0.0.1:token9/v3/SECRETKEY"),
            Refuse,
        ),
        ("of another scheme", text("wss://someuser:hunter2@127.0.0.1:1/v3/SECRETKEY"), Refuse),
        ("of a secret scheme", text("token9://127.0.0.1"), Refuse),
        ("with a NUL byte", File::Bytes(b"http://127.0.0.1:1/SECRETKEY\0".to_vec()), Refuse),
        ("no text", File::Bytes(b"http://127.0.0.1:1/SECRETKEY\xff".to_vec()), Refuse),
    ] {
        cases.push(Case::all(format!("the L1's URL in a file: {name}"), verdict, |world| {
            world.with_l1_file(content);
        }));
    }
    let of_l1 = |verdict| OF_L1.map(|gate| (gate, verdict));
    for (fault, whole, verdict) in faults() {
        cases.push(Case::new(format!("{fault} from the L1 of a file"), &of_l1(verdict), |world| {
            world.with_l1_file(File::Text("@L1@".to_owned()));
            world.l1.always = whole;
            world.config["deadlineSeconds"] = json!(2);
        }));
    }
    cases.push(Case::new("nobody listens at the L1 of a file", &of_l1(Wait), |world| {
        world.with_l1_file(File::Text("@L1@".to_owned()));
        world.l1_gone = true;
    }));
}

pub(super) fn agreement(cases: &mut Vec<Case>) {
    let gate = |verdict| [("l1-agreement", verdict)];
    let other_hash = json!(format!("0x{}", "2c".repeat(32)));
    cases.push(Case::new("another endpoint of another chain", &gate(Refuse), |world| {
        world.other.result("eth_chainId", json!("0x1"));
    }));
    cases.push(Case::new("another endpoint with another origin", &gate(Refuse), |world| {
        world.other.edit("eth_getBlockByNumber", "hash", other_hash.clone());
    }));
    cases.push(Case::new(
        "another endpoint with another finalized block",
        &gate(Refuse),
        |world| {
            world.other.edit("finalized", "hash", other_hash.clone());
        },
    ));
    cases.push(Case::new("another endpoint that is behind", &gate(Warn), |world| {
        world.other.edit("finalized", "number", json!("0x3f"));
    }));
    cases.push(Case::new("another endpoint that is ahead", &[], |world| {
        world.other.edit("latest", "number", json!("0x9999"));
    }));
    cases.push(Case::new("nobody listens at another endpoint", &gate(Warn), |world| {
        world.other.gone = true;
    }));
    cases.push(Case::new("one endpoint only", &gate(Skip), |world| {
        world.config["l1"].as_object_mut().unwrap().remove("others");
    }));
    cases.push(Case::new("another endpoint in a file that is not there", &gate(Warn), |world| {
        world.config["l1"]["otherFiles"] = json!(["/no/such/file"]);
    }));
    cases.push(Case::new("another endpoint that is no URL", &gate(Refuse), |world| {
        world.config["l1"]["others"] = json!(["not a url"]);
    }));
    // One that disagrees is not outvoted by one that is not there.
    cases.push(Case::new("one endpoint disagrees and one is gone", &gate(Refuse), |world| {
        world.config["l1"]["others"] = json!(["OTHER", "http://127.0.0.4:1"]);
        world.other.result("eth_chainId", json!("0x1"));
    }));
    for (fault, whole, _) in faults() {
        cases.push(Case::new(format!("{fault} from another endpoint"), &gate(Warn), |world| {
            world.other.always = whole;
            world.config["deadlineSeconds"] = json!(2);
        }));
    }
}
