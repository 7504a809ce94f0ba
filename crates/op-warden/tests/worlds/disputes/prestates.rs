//! The fault proof program.

use std::io::{Read as _, Write as _};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde_json::json;
use test_kit::node::Say;

use crate::{
    case::Case,
    l1::OF_L1,
    verdict::Verdict::{Pass, Refuse, Wait, Warn},
    world::{
        World,
        file::File,
        names::{PRESTATE, PRESTATE_HASH},
        script::{bytes, game_args_with, word},
    },
};

/// op-deployer's default, of which its documentation says what it is.
const STALE: &str = "038512e02c4c3f7bdaec27d00edf55b7155e0905301e1a88083e4e0a6764d54c";

/// The prestate with some bytes of its uncompressed form changed.
pub(super) fn changed(change: impl FnOnce(&mut Vec<u8>)) -> File {
    let mut state = Vec::new();
    GzDecoder::new(PRESTATE).read_to_end(&mut state).unwrap();
    change(&mut state);
    let mut file = GzEncoder::new(Vec::new(), Compression::fast());
    file.write_all(&state).unwrap();
    File::Bytes(file.finish().unwrap())
}

pub(super) fn prestate_files(cases: &mut Vec<Case>) {
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
        ("is its hash", File::Text(PRESTATE_HASH.to_owned()), Refuse),
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

pub(super) fn prestates_on_chain(cases: &mut Vec<Case>) {
    for (name, hash) in [
        ("another", format!("03{}", "2b".repeat(31))),
        ("no", "0".repeat(64)),
        ("the stale", STALE.to_owned()),
    ] {
        let noticed = &[("prestate", Refuse)];
        cases.push(Case::new(format!("{name} prestate in gameArgs"), noticed, |world| {
            world.l1.result("gameArgs", bytes(&game_args_with(&hash)));
        }));
        cases.push(Case::old(format!("{name} prestate in an implementation"), noticed, |world| {
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
    cases.push(Case::old("an old implementation without roles", &noticed, |world| {
        for role in ["proposer", "challenger"] {
            world.l1.say(role, Say::Error(3, "execution reverted"));
        }
    }));
}

pub(super) fn no_prestate(cases: &mut Vec<Case>) {
    let from_l1 = OF_L1.into_iter().filter(|gate| *gate != "prestate").map(|gate| (gate, Wait));
    for (name, value) in [("null", json!({"file": null})), ("not there", json!({}))] {
        // Permissioned games are resolved without one; all others are disputed with it.
        for (game_type, verdict) in [(1, Warn), (5, Warn), (0, Wait), (8, Wait)] {
            let none = |world: &mut World| {
                world.service("prestate")["prestate"] = value.clone();
                world.service("prestate")["gameType"] = json!(game_type);
            };
            let title = format!("prestate.file of type {game_type} is {name}");
            let noticed = [("prestate", verdict)];
            cases.push(Case::new(title.clone(), &noticed, none));
            cases.push(Case::new(
                format!("{title} and the contracts name the stale one"),
                &noticed,
                |world| {
                    none(world);
                    world.l1.result("gameArgs", bytes(&game_args_with(STALE)));
                },
            ));
            cases.push(Case::new(
                format!("{title} and nobody listens at L1"),
                &from_l1.clone().chain(noticed).collect::<Vec<_>>(),
                |world| {
                    none(world);
                    world.l1_gone = true;
                },
            ));
        }
    }
    // What is wrong with the file is wrong without L1.
    let mut noticed = OF_L1.map(|gate| (gate, Wait)).to_vec();
    noticed.push(("prestate", Refuse));
    cases.push(Case::new("no prestate at all and nobody listens at L1", &noticed, |world| {
        world.text("prestate.bin.gz", "x");
        world.l1_gone = true;
    }));
}
