//! Spoilt worlds for what services are given besides the chain's files: the fault proof program, the
//! container image, keys that everybody knows.

use std::io::{Read, Write};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde_json::{Value, json};

use crate::{
    gates::{
        Case, OF_L1,
        Verdict::{self, Pass, Refuse, Skip, Wait},
    },
    node::Say,
    world::{DIGEST, File, OWN, PRESTATE, ROLES, STRANGER, World, bytes, game_args_with, word},
};

/// op-deployer's default, of which its documentation says what it is.
const STALE: &str = "038512e02c4c3f7bdaec27d00edf55b7155e0905301e1a88083e4e0a6764d54c";

pub(crate) fn cases(cases: &mut Vec<Case>) {
    prestate_files(cases);
    prestates_on_chain(cases);
    no_prestate(cases);
    images(cases);
    published_keys(cases);
    published_keys_and_l1(cases);
}

/// The prestate with some bytes of its uncompressed form changed.
fn changed(change: impl FnOnce(&mut Vec<u8>)) -> File {
    let mut state = Vec::new();
    GzDecoder::new(PRESTATE).read_to_end(&mut state).unwrap();
    change(&mut state);
    let mut file = GzEncoder::new(Vec::new(), Compression::fast());
    file.write_all(&state).unwrap();
    File::Bytes(file.finish().unwrap())
}

fn prestate_files(cases: &mut Vec<Case>) {
    let bytes = |bytes: &[u8]| File::Bytes(bytes.to_owned());
    for (name, content, verdict) in [
        ("is compressed anew", changed(|_| ()), Pass),
        ("is missing", File::Missing, Wait),
        ("is a directory", File::Directory, Wait),
        ("is empty", bytes(b""), Refuse),
        ("is half there", bytes(&PRESTATE[..PRESTATE.len() / 2]), Refuse),
        ("lacks its last byte", bytes(&PRESTATE[..PRESTATE.len() - 1]), Refuse),
        ("goes on", bytes(&[PRESTATE, b"more"].concat()), Refuse),
        ("is there twice", bytes(&[PRESTATE, PRESTATE].concat()), Refuse),
        ("is HTML", File::Text("<html></html>".to_owned()), Refuse),
        ("is JSON", File::Text("{\"step\":0}".to_owned()), Refuse),
        ("is its hash", File::Text(crate::world::PRESTATE_HASH.to_owned()), Refuse),
        ("has another byte of memory", changed(|state| state[1000] ^= 1), Refuse),
        ("has another step", changed(|state| *byte_from_end(state, 1089) ^= 1), Refuse),
        ("is of an earlier VM", changed(|state| state[0] = 7), Refuse),
        ("is of a 32-bit VM", changed(|state| state[0] = 5), Refuse),
        ("is of a later VM", changed(|state| state[0] = 9), Refuse),
        ("is cut and compressed anew", changed(|state| state.truncate(9000)), Refuse),
        ("goes on and is compressed anew", changed(|state| state.push(0)), Refuse),
        ("announces endless memory", changed(|state| state[1..9].fill(0xff)), Refuse),
        ("announces too many pages", changed(|state| state[8] += 1), Refuse),
    ] {
        cases.push(Case::new(format!("the prestate {name}"), &[("prestate", verdict)], |world| {
            world.files.insert("prestate.bin.gz", content);
        }));
    }
    // Cannon goes by the name too.
    cases.push(Case::new("a prestate under another name", &[("prestate", Refuse)], |world| {
        world.files.insert("prestate.json.gz", File::Bytes(PRESTATE.to_owned()));
        world.service("prestate")["prestate"]["file"] = json!("prestate.json.gz");
    }));
}

fn byte_from_end(state: &mut [u8], position: usize) -> &mut u8 {
    let place = state.len() - position;
    &mut state[place]
}

fn prestates_on_chain(cases: &mut Vec<Case>) {
    for (name, hash) in [
        ("another", format!("03{}", "2b".repeat(31))),
        ("no", "0".repeat(64)),
        ("the stale", STALE.to_owned()),
    ] {
        let noticed = &[("prestate", Refuse)];
        cases.push(Case::new(format!("{name} prestate in gameArgs"), noticed, |world| {
            world.l1.result("gameArgs", bytes(&game_args_with(&hash)));
        }));
        cases.push(Case::new(format!("{name} prestate in an implementation"), noticed, |world| {
            world.with_old_factory();
            world.l1.result("absolutePrestate", word(&hash));
        }));
    }
    // Only type 1 is registered.
    cases.push(Case::new(
        "the prestate of a type that is none",
        &[("prestate", Refuse)],
        |world| {
            world.service("prestate")["gameType"] = json!(8);
        },
    ));
    // A game for everyone has no roles; the prestate is there all the same.
    let noticed = [("proposer-key", Refuse), ("challenger-key", Refuse)];
    cases.push(Case::new("an old implementation without roles", &noticed, |world| {
        world.with_old_factory();
        for role in ["proposer", "challenger"] {
            world.l1.say(role, Say::Error(3, "execution reverted"));
        }
    }));
}

fn no_prestate(cases: &mut Vec<Case>) {
    for (name, value) in [("null", json!({"file": null})), ("not there", json!({}))] {
        let none = |world: &mut World| world.service("prestate")["prestate"] = value.clone();
        cases.push(Case::new(format!("prestate.file is {name}"), &[("prestate", Wait)], none));
        cases.push(Case::new(
            format!("prestate.file is {name} and the contracts name the stale one"),
            &[("prestate", Wait)],
            |world| {
                none(world);
                world.l1.result("gameArgs", bytes(&game_args_with(STALE)));
            },
        ));
        cases.push(Case::new(
            format!("prestate.file is {name} and nobody listens at L1"),
            &OF_L1.map(|gate| (gate, Wait)),
            |world| {
                none(world);
                world.l1_gone = true;
            },
        ));
    }
    // What is wrong with the file is wrong without L1.
    let mut noticed = OF_L1.map(|gate| (gate, Wait)).to_vec();
    noticed.push(("prestate", Refuse));
    cases.push(Case::new("no prestate at all and nobody listens at L1", &noticed, |world| {
        world.text("prestate.bin.gz", "x");
        world.l1_gone = true;
    }));
}

fn images(cases: &mut Vec<Case>) {
    let hex = &DIGEST["sha256:".len()..];
    let with = |digest: &str| json!(digest);
    for (name, digest, permitted, verdict) in [
        ("of another image", with(&format!("sha256:{}", "0".repeat(64))), false, Pass),
        ("and permission to go without", with(DIGEST), true, Pass),
        ("null", json!(null), false, Wait),
        ("null, permitted", json!(null), true, Skip),
        ("empty", with(""), false, Refuse),
        ("empty, permitted", with(""), true, Refuse),
        ("a name alone", with("sha256:"), false, Refuse),
        ("without name", with(hex), false, Refuse),
        ("of another name", with(&format!("sha512:{hex}")), false, Refuse),
        ("with its name in capitals", with(&format!("SHA256:{hex}")), false, Refuse),
        ("in capitals", with(&format!("sha256:{}", hex.to_uppercase())), false, Refuse),
        ("one digit short", with(&DIGEST[..DIGEST.len() - 1]), false, Refuse),
        ("one digit long", with(&format!("{DIGEST}0")), false, Refuse),
        ("with another letter", with(&DIGEST.replace('f', "g")), false, Refuse),
        ("with white space", with(&format!("{DIGEST}\n")), false, Refuse),
        ("with white space before", with(&format!(" {DIGEST}")), false, Refuse),
        ("with its repository", with(&format!("op-node@{DIGEST}")), false, Refuse),
        ("twice, permitted", with(&format!("{DIGEST}{DIGEST}")), true, Refuse),
    ] {
        cases.push(Case::new(format!("a digest {name}"), &[("image-pinned", verdict)], |world| {
            let image = &mut world.service("image-pinned")["image"];
            (image["digest"], image["allowUnpinned"]) = (digest, json!(permitted));
        }));
    }
    cases.push(Case::new("an image by its tag alone", &[("image-pinned", Wait)], |world| {
        world.service("image-pinned")["image"] = json!({"reference": "op-node:latest"});
    }));
}

fn published_keys(cases: &mut Vec<Case>) {
    let text = |text: &str| File::Text(text.to_owned());
    for (name, content, verdict) in [
        ("with prefix", text(&format!("0x{OWN}\n")), Pass),
        ("is missing", File::Missing, Wait),
        ("is a directory", File::Directory, Wait),
        ("is empty", text(""), Refuse),
        ("is zero", text(&"0".repeat(64)), Refuse),
        ("is quoted", text(&format!("\"{OWN}\"")), Refuse),
        ("is published", text(STRANGER), Skip),
        ("is published, in capitals", text(&STRANGER.to_uppercase()), Skip),
    ] {
        let of_file = if verdict == Skip { Pass } else { verdict };
        let noticed = [("published-key", verdict), ("key-file", of_file)];
        cases.push(Case::new(format!("own.key {name}"), &noticed, |world| {
            world.files.insert("own.key", content);
        }));
    }
}

/// A published key by what is known of L1.
fn published_keys_and_l1(cases: &mut Vec<Case>) {
    let public = [1_u64, 11_155_111, 17_000, 560_048];
    // Where all agree, nothing but the key is wrong.
    let everywhere = World::settle_on;
    for id in public {
        cases.push(Case::new(format!("a key of one's own on L1 {id}"), &[], |world| {
            everywhere(world, id);
        }));
        for (role, key, _) in ROLES {
            cases.push(Case::new(
                format!("the published key of the {role} on L1 {id}"),
                &[("published-key", Refuse)],
                |world| {
                    everywhere(world, id);
                    world.text("own.key", key);
                },
            ));
        }
        for (what, also, spoil) in [
            (
                "rollup.json",
                &[("l1-beacon", Refuse)][..],
                (|world, id| world.json("rollup.json", "/l1_chain_id", json!(id)))
                    as fn(&mut World, u64),
            ),
            ("the configuration", &[], |world, id| world.config["l1"]["chainId"] = json!(id)),
            ("the node", &[("l1-agreement", Refuse)], |world, id| {
                world.l1.result("eth_chainId", json!(format!("{id:#x}")));
            }),
        ] {
            let noticed = [&[("published-key", Refuse), ("l1-chain", Refuse)][..], also].concat();
            cases.push(Case::new(
                format!("a published key, and {what} says {id}"),
                &noticed,
                |world| {
                    world.text("own.key", STRANGER);
                    spoil(world, id);
                },
            ));
        }
    }
    for id in [0, 2, 901, 31_337, 11_155_112, u64::MAX] {
        let mut noticed = vec![("published-key", Skip)];
        // No chain, and the L2 itself.
        if matches!(id, 0 | 901) {
            noticed.push(("rollup-config", Refuse));
        }
        cases.push(Case::new(
            format!("a published key on the private L1 {id}"),
            &noticed,
            |world| {
                everywhere(world, id);
                world.text("own.key", STRANGER);
            },
        ));
    }
    for (lie, say, verdict) in [
        ("an error", Say::Error(-32000, "busy"), Wait),
        ("nothing", Say::Nothing, Wait),
        ("null", Say::Result(Value::Null), Refuse),
        ("0x", Say::Result(json!("0x")), Refuse),
        ("more than fits", Say::Result(json!("0x10000000000000001")), Refuse),
    ] {
        let noticed: [(&str, Verdict); 3] =
            ["published-key", "l1-chain", "l1-agreement"].map(|gate| (gate, verdict));
        cases.push(Case::new(
            format!("a published key, and L1 says {lie} for its chain id"),
            &noticed,
            |world| {
                world.text("own.key", STRANGER);
                world.l1.say("eth_chainId", say);
            },
        ));
    }
    let mut noticed = OF_L1.map(|gate| (gate, Wait)).to_vec();
    noticed.push(("published-key", Wait));
    cases.push(Case::new("a published key, and nobody listens at L1", &noticed, |world| {
        world.text("own.key", STRANGER);
        world.l1_gone = true;
    }));
    noticed.extend([("published-key", Refuse), ("l1-chain", Refuse)]);
    cases.push(Case::new("a published key, Sepolia is meant, nobody listens", &noticed, |world| {
        world.text("own.key", STRANGER);
        world.config["l1"]["chainId"] = json!(11_155_111);
        world.l1_gone = true;
    }));
}
