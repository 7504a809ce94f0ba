//! The secret of op-node and its engine.

use serde_json::json;

use crate::{
    case::Case,
    l1::OF_L1,
    lies::{faults, lies_of_a_list},
    verdict::Verdict::{Pass, Refuse, Skip, Wait, Warn},
    world::{World, file::File, names::JWT},
};

pub(super) fn secrets(cases: &mut Vec<Case>) {
    let text = |text: &str| File::Text(text.to_owned());
    let other = format!("{}00", &JWT[..62]);
    for file in ["jwt.hex", "engine.hex"] {
        for (name, content, verdict) in [
            ("without prefix", text(JWT), Pass),
            ("with white space", text(&format!(" 0x{JWT} \r\n")), Pass),
            ("in capitals", text(&JWT.to_uppercase()), Pass),
            ("is missing", File::Missing, Wait),
            ("is a directory", File::Directory, Wait),
            ("is a pipe", File::Pipe, Wait),
            ("is empty", text(""), Wait),
            ("is one digit short", text(&JWT[1..]), Refuse),
            ("is one byte short", text(&JWT[2..]), Refuse),
            ("is one byte long", text(&format!("{JWT}00")), Refuse),
            ("is two secrets", text(&format!("{JWT}\n{JWT}")), Refuse),
            ("is quoted", text(&format!("\"{JWT}\"")), Refuse),
            ("is no hex", text(&JWT.replace('5', "g")), Refuse),
            ("is no text", File::Bytes(vec![0xff; 32]), Refuse),
            ("is another secret", text(&other), Refuse),
        ] {
            cases.push(Case::new(format!("{file} {name}"), &[("jwt", verdict)], |world| {
                world.files.insert(file, content);
            }));
        }
    }
    cases.push(Case::new("a secret that everybody may read", &[("jwt", Warn)], |world| {
        world.files.insert("jwt.hex", File::Public(JWT.to_owned()));
    }));
    cases.push(Case::new("one and the same file", &[("jwt", Pass)], |world| {
        world.service("disk")["command"]["args"] =
            json!(["--authrpc.port=@AUTHPORT@", "--authrpc.jwtsecret", "jwt.hex"]);
    }));
    // Both files agree, and the engine runs with another.
    cases.push(Case::new("an engine that was not started again", &[("jwt", Refuse)], |world| {
        for file in ["jwt.hex", "engine.hex"] {
            world.text(file, other.clone());
        }
    }));
}

pub(super) fn engines(cases: &mut Vec<Case>) {
    let args = |l2: &[&str]| json!([l2, &["--l2.jwt-secret", "jwt.hex"]].concat());
    for (name, args, verdict) in [
        ("no engine", args(&[]), Refuse),
        ("an engine that is no URL", args(&["--l2=engine"]), Refuse),
        ("an engine over IPC", args(&["--l2=file:///run/engine.ipc"]), Refuse),
        ("an engine over WebSocket", args(&["--l2=ws://127.0.0.1:@AUTHPORT@"]), Skip),
        ("no secret", json!(["--l2=@AUTH@"]), Refuse),
        ("a port where nobody listens", args(&["--l2=http://127.0.0.4:1"]), Wait),
    ] {
        cases.push(Case::new(format!("op-node with {name}"), &[("jwt", verdict)], |world| {
            world.service("jwt")["command"]["args"] = args;
        }));
    }
    cases.push(Case::new("an engine of somebody else", &[("jwt", Skip)], |world| {
        world.service("disk").as_object_mut().unwrap().remove("command");
    }));
    cases.push(Case::new("an engine with a secret of its own", &[("jwt", Refuse)], |world| {
        world.service("disk")["command"]["args"] = json!(["--authrpc.port=@AUTHPORT@"]);
    }));
}

pub(super) fn no_handshake(cases: &mut Vec<Case>) {
    for (fault, whole, verdict) in faults() {
        let verdict = if fault == "401" { Refuse } else { verdict };
        cases.push(Case::new(
            format!("{fault} from the authenticated port"),
            &[("jwt", verdict)],
            |world| {
                world.authrpc.always = whole;
                world.config["deadlineSeconds"] = json!(2);
            },
        ));
    }
    let truth = World::right().authrpc.value("engine_exchangeCapabilities").clone();
    for (lie, say, verdict) in lies_of_a_list(&truth) {
        cases.push(Case::new(
            format!("the authenticated port says {lie}"),
            &[("jwt", verdict)],
            |world| {
                world.authrpc.say("engine_exchangeCapabilities", say);
            },
        ));
    }
    // The port is then free.
    let noticed = [("jwt", Wait), ("ports", Pass)];
    cases.push(Case::new("nobody listens at the authenticated port", &noticed, |world| {
        world.authrpc.gone = true;
    }));
    // Two things at once: what is wrong without L1 is wrong.
    let mut noticed = OF_L1.map(|gate| (gate, Wait)).to_vec();
    noticed.push(("jwt", Refuse));
    cases.push(Case::new("another secret, and nobody listens at L1", &noticed, |world| {
        world.text("jwt.hex", "0".repeat(64));
        world.l1_gone = true;
    }));
}
