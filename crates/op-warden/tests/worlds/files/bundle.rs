//! The published bundle, and the folder of an engine.

use alloy_primitives::hex;
use serde_json::json;

use crate::{
    case::Case,
    verdict::Verdict::{Pass, Refuse, Skip, Wait},
    world::{
        World,
        edit::{GENESIS, ROLLUP},
        file::File,
        names::L2_HASH,
    },
};

pub(super) fn manifests(cases: &mut Vec<Case>) {
    let text = |text: &str| File::Text(text.to_owned());
    let File::Text(right) = World::right().files["bundle.json"].clone() else { unreachable!() };
    let with = |from: &str, to: &str| {
        assert!(right.contains(from), "{from}");
        text(&right.replace(from, to))
    };
    for (name, content, verdict) in
        [
            ("missing", File::Missing, Wait),
            ("a pipe", File::Pipe, Wait),
            ("an empty folder", File::Directory, Wait),
            ("empty", text(""), Refuse),
            ("HTML", text("<html></html>"), Refuse),
            ("null", text("null"), Refuse),
            ("a list", text("[]"), Refuse),
            ("half there", text(&right[..right.len() / 2]), Refuse),
            (
                "huge",
                text(&right.replace(
                    "\"version\"",
                    &format!("\"x\":\"{}\",\"version\"", "y".repeat(2 << 20)),
                )),
                Refuse,
            ),
            ("with more fields", with("\"version\"", "\"publisher\":\"us\",\"version\""), Pass),
            ("of a later version", with("\"version\":1", "\"version\":2"), Refuse),
            ("of a version in words", with("\"version\":1", "\"version\":\"1\""), Refuse),
            ("of another chain id", with("901", "902"), Refuse),
            ("of another genesis", with("@l2 hash@", &format!("0x{}", "2b".repeat(32))), Refuse),
            ("of another genesis.json", with("@sha256 genesis.json@", &"2b".repeat(32)), Refuse),
            ("of another rollup.json", with("@sha256 rollup.json@", &"2b".repeat(32)), Refuse),
            ("of another size", with("@bytes rollup.json@", "3"), Refuse),
            ("with half a digest", with("@sha256 rollup.json@", &"2b".repeat(16)), Refuse),
            ("without rollup.json", with("\"rollup.json\"", "\"other.json\""), Refuse),
            ("without genesis.json", with("\"genesis.json\"", "\"other.json\""), Refuse),
            ("with white space", text(&right.replace(',', " ,\n")), Pass),
        ]
    {
        cases.push(Case::new(
            format!("the bundle's manifest is {name}"),
            &[("bundle", verdict)],
            |world| {
                world.files.insert("bundle.json", content);
            },
        ));
    }
}

pub(super) fn published_files(cases: &mut Vec<Case>) {
    cases.push(Case::new("the bundle is a folder", &[], |world| {
        let manifest = world.files.insert("bundle.json", File::Directory).unwrap();
        world.files.insert("bundle.json/manifest.json", manifest);
    }));
    // The manifest is that of the files before somebody touched one of them.
    let published = World::right();
    for (name, file, from, to) in [
        (
            "rollup.json was edited",
            ROLLUP,
            "\"max_sequencer_drift\":600",
            "\"max_sequencer_drift\":601",
        ),
        ("rollup.json was formatted", ROLLUP, ",", ", "),
        ("genesis.json was formatted", GENESIS, "\n", "\n "),
    ] {
        cases.push(Case::new(
            format!("after its publication {name}"),
            &[("bundle", Refuse)],
            |world| {
                world.text("bundle.json", published.measured("bundle.json"));
                world.edit_text(file, |text| {
                    assert!(text.contains(from), "{from}");
                    text.replace(from, to)
                });
            },
        ));
    }
}

/// A log of pebble with one record.
fn log(record: &[u8]) -> File {
    let length = u16::try_from(record.len()).unwrap().to_le_bytes();
    File::Bytes([&[0; 4][..], &length, &[5], &[0; 4], record].concat())
}

/// The entry of the canonical block 0 in a log.
fn canonical(hash: &str) -> Vec<u8> {
    let key = [&[1, 10, b'h'][..], &[0; 8], b"n", &[32]].concat();
    [&[0; 12][..], &key, &hex::decode(hash).unwrap()].concat()
}

/// A block that a user filled with what looks like another chain's entry.
fn other_entry() -> Vec<u8> {
    let planted = canonical(&format!("0x{}", "de".repeat(32)));
    let length = u8::try_from(planted.len()).unwrap();
    [&[0; 12][..], &[1, 4], b"body", &[length], &planted].concat()
}

/// The headers of an op-reth whose chain begins with this block: a header, its total difficulty, its hash, and where
/// each of them begins.
fn static_files(hash: &str) -> [(&'static str, File); 2] {
    let offsets = [0_u64, 150, 152, 186].map(u64::to_le_bytes).concat();
    let hash = [&[0xf0, 0x11][..], &hex::decode(hash).unwrap()].concat();
    [
        (
            "engine/static_files/static_file_headers_0_499999.off",
            File::Bytes([vec![8], offsets].concat()),
        ),
        (
            "engine/static_files/static_file_headers_0_499999",
            File::Bytes([vec![7; 152], hash].concat()),
        ),
    ]
}

pub(super) fn data_folders(cases: &mut Vec<Case>) {
    const CURRENT: &str = "engine/geth/chaindata/CURRENT";
    const LOG: &str = "engine/geth/chaindata/000009.log";
    const TABLE: &str = "engine/geth/chaindata/000012.sst";
    const FROZEN: &str = "engine/geth/chaindata/ancient/chain/hashes.0000.rdat";
    let bytes =
        |hash: &str, more: usize| File::Bytes([hex::decode(hash).unwrap(), vec![7; more]].concat());
    let other = format!("0x{}", "2b".repeat(32));
    let table = (TABLE, File::Bytes(vec![1; 100]));
    let current = (CURRENT, File::Text("MANIFEST-000001\n".to_owned()));
    let empty = || File::Bytes(Vec::new());
    for (name, files, verdict) in [
        ("has a node's key only", vec![("engine/geth/nodekey", empty())], Pass),
        ("was initialised", vec![current.clone(), (LOG, log(&canonical(L2_HASH)))], Pass),
        (
            "was initialised otherwise",
            vec![current.clone(), (LOG, log(&canonical(&other)))],
            Refuse,
        ),
        ("froze block 0", vec![current.clone(), table.clone(), (FROZEN, bytes(L2_HASH, 0))], Pass),
        (
            "froze many blocks",
            vec![current.clone(), table.clone(), (FROZEN, bytes(L2_HASH, 3200))],
            Pass,
        ),
        (
            "froze another chain",
            vec![current.clone(), table.clone(), (FROZEN, bytes(&other, 3200))],
            Refuse,
        ),
        ("kept another chain's freezer", vec![(FROZEN, bytes(&other, 0))], Refuse),
        ("was begun", vec![current.clone(), (LOG, empty())], Refuse),
        ("was begun with a manifest", vec![current.clone()], Refuse),
        (
            "was begun with a log of something else",
            vec![current.clone(), (LOG, log(&other_entry()))],
            Refuse,
        ),
        (
            "was begun with a log that is not known",
            vec![current.clone(), (LOG, log(b"something else"))],
            Skip,
        ),
        ("was in use", vec![current.clone(), table.clone(), (LOG, log(&other_entry()))], Skip),
        (
            "froze half a hash",
            vec![current.clone(), table.clone(), (FROZEN, File::Bytes(vec![7; 16]))],
            Skip,
        ),
        ("has a folder for a table", vec![current.clone(), (FROZEN, File::Directory)], Wait),
        ("has a pipe for a table", vec![current.clone(), (FROZEN, File::Pipe)], Wait),
        ("has a pipe for a log", vec![current, (LOG, File::Pipe)], Wait),
    ] {
        cases.push(Case::new(
            format!("the data folder {name}"),
            &[("engine-data", verdict)],
            |world| {
                world.files.extend(files);
                // Two such folders are never one.
                world.text("engine/marker", name);
            },
        ));
    }
    for (component, verdict) in [("op-reth", Pass), ("op-geth", Refuse), ("op-other", Skip)] {
        let name = format!("{component} with the data of another op-geth");
        cases.push(Case::new(name, &[("engine-data", verdict)], |world| {
            world.files.insert(FROZEN, bytes(&other, 0));
            world.text("engine/marker", component);
            world.service("engine-data")["command"]["component"] = json!(component);
        }));
    }
    for (hash, verdict) in [(Some(L2_HASH), Pass), (Some(other.as_str()), Refuse), (None, Skip)] {
        let name = format!("the data folder of an op-reth with {hash:?}");
        cases.push(Case::new(name, &[("engine-data", verdict)], |world| {
            if let Some(hash) = hash {
                world.files.extend(static_files(hash));
            }
            world.files.insert("engine/db/mdbx.dat", empty());
            world.text("engine/marker", hash.unwrap_or("op-reth"));
            world.service("engine-data")["command"]["component"] = json!("op-reth");
        }));
    }
    cases.push(Case::new("a freezer elsewhere", &[("engine-data", Refuse)], |world| {
        world.files.insert("engine/cold/chain/hashes.0000.rdat", bytes(&other, 0));
        world.files.insert("engine/cold", File::Directory);
        world.text("engine/marker", "cold");
        world.service("engine-data")["command"]["args"] =
            json!(["--datadir.ancient", "engine/cold"]);
    }));
}
