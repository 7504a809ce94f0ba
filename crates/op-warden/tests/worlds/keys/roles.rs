//! Keys of the wrong account, or of two roles.

use serde_json::json;
use test_kit::node::Say;

use crate::{
    case::Case,
    verdict::Verdict::{Pass, Refuse, Wait, Warn},
    world::{
        edit::{ROLLUP, put},
        file::File,
        names::{ROLES, STRANGER},
        script::word,
    },
};

/// Keys, in their files.
pub(super) fn keys(cases: &mut Vec<Case>) {
    for (file, gates) in [
        ("sequencer.key", &["sequencer-key"][..]),
        ("batcher.key", &["batcher-key", "reused-key", "funding", "bond"]),
        ("proposer.key", &["proposer-key", "bond-claimants"]),
        ("challenger.key", &["challenger-key"]),
    ] {
        let own = ROLES.iter().find(|role| file.starts_with(role.0)).unwrap().1;
        let text = |text: &str| File::Text(text.to_owned());
        for (name, content, verdict) in [
            ("without prefix", text(own), Pass),
            ("with white space", text(&format!(" \t0x{own} \r\n\n")), Pass),
            ("in capitals", text(&own.to_ascii_uppercase()), Pass),
            ("is missing", File::Missing, Wait),
            ("is a directory", File::Directory, Wait),
            ("is empty", text(""), Refuse),
            ("is one digit short", text(&own[1..]), Refuse),
            ("is one digit long", text(&format!("{own}0")), Refuse),
            ("is quoted", text(&format!("\"{own}\"")), Refuse),
            ("is two keys", text(&format!("{own}\n{own}")), Refuse),
            ("is zero", text(&"0".repeat(64)), Refuse),
            (
                "is the order of the curve",
                text("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"),
                Refuse,
            ),
            ("is JSON", text(&format!("{{\"key\":\"{own}\"}}")), Refuse),
        ] {
            let mut noticed: Vec<_> = gates.iter().map(|&gate| (gate, verdict)).collect();
            if file == "proposer.key" && name == "is a directory" {
                // Nobody knows whether it is the batcher's.
                noticed.push(("reused-key", Wait));
            }
            cases.push(Case::new(format!("{file} {name}"), &noticed, |world| {
                world.files.insert(file, content);
            }));
        }
        // Another account is another role to the key gates, and a poor one to funding.
        let noticed: Vec<_> = gates
            .iter()
            .map(|&gate| match gate {
                "funding" | "bond" => (gate, Wait),
                "reused-key" => (gate, Pass),
                _ => (gate, Refuse),
            })
            .collect();
        cases.push(Case::new(format!("{file} is a stranger's"), &noticed, |world| {
            world.text(file, STRANGER);
        }));
    }
}

/// rollup.json keeps the first batcher when the contract has the next one.
pub(super) fn rotations(cases: &mut Vec<Case>) {
    let (first, other) =
        ("15d34aaf54267db7d7c367839aaf71a00a2c6a65", "9965507d1a55bcc2695c58ba16fb37d819b0a4dc");
    for (name, then, verdict) in [
        ("had the file's", Say::Result(word(first)), Pass),
        ("had a third", Say::Result(word(other)), Refuse),
        ("is forgotten", Say::Error(-32000, "missing trie node"), Warn),
    ] {
        let name = format!("a rotated batcher, and the first block {name}");
        cases.push(Case::new(name, &[("batcher-key", verdict)], |world| {
            put(world, ROLLUP, "/genesis/system_config/batcherAddr", json!(format!("0x{first}")));
            world.l1.says.insert("past batcherHash", then);
        }));
    }
    let name = "a rotated batcher, and no word about when the contract began";
    let noticed = [("batcher-key", Wait), ("contracts", Wait)];
    cases.push(Case::new(name, &noticed, |world| {
        put(world, ROLLUP, "/genesis/system_config/batcherAddr", json!(format!("0x{first}")));
        world.l1.says.insert("startBlock", Say::Error(-32000, "busy"));
    }));
}

pub(super) fn reused_keys(cases: &mut Vec<Case>) {
    let batcher = ROLES[1].1;
    cases.push(Case::new(
        "batcher and proposer have one key",
        &[("reused-key", Refuse), ("proposer-key", Refuse), ("bond-claimants", Refuse)],
        |world| world.text("proposer.key", batcher),
    ));
    cases.push(Case::new(
        "batcher and proposer may have one key",
        &[("reused-key", Warn), ("proposer-key", Refuse), ("bond-claimants", Refuse)],
        |world| {
            world.text("proposer.key", batcher);
            world.config["keys"] = json!({"allowReuse": true});
        },
    ));
    for (component, allowed, verdict) in [
        ("op-challenger", false, Refuse),
        ("op-challenger", true, Warn),
        ("op-node", false, Refuse),
        ("op-node", true, Warn),
        // Two of one role are never right.
        ("op-batcher", false, Refuse),
        ("op-batcher", true, Refuse),
    ] {
        cases.push(Case::new(
            format!("batcher and {component} have one key, allowed: {allowed}"),
            &[("reused-key", verdict), ("proposer-key", Refuse)],
            |world| {
                world.config["keys"] = json!({"allowReuse": allowed});
                world.text("proposer.key", batcher);
                world.service("proposal-cadence").as_object_mut().unwrap().remove("key");
                world.config["services"]["root-source"]["key"] = json!("proposer.key");
                world.config["services"]["root-source"]["command"]["component"] = json!(component);
            },
        ));
    }
    for (name, content, verdict) in [
        ("missing", File::Missing, Pass),
        ("no key", File::Text("x".to_owned()), Pass),
        ("a directory", File::Directory, Wait),
        ("a pipe", File::Pipe, Wait),
    ] {
        let of_proposer = if name == "no key" { Refuse } else { Wait };
        let noticed = [
            ("reused-key", verdict),
            ("proposer-key", of_proposer),
            ("bond-claimants", of_proposer),
        ];
        cases.push(Case::new(format!("the key to compare with is {name}"), &noticed, |world| {
            world.files.insert("proposer.key", content);
        }));
    }
}
