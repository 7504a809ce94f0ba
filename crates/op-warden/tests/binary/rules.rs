//! Spoilt worlds for the rules that a chain's files and contracts must satisfy: what runs well until a
//! fork comes, or looks healthy and is not.

use alloy_primitives::hex;
use op_chain::genesis::{GenesisBlock, Setter};
use serde_json::{Value, json};

use crate::{
    gates::{
        Case,
        Verdict::{Pass, Refuse, Skip, Wait, Warn},
        lies,
    },
    world::{File, L2_HASH, PRESTATE_HASH, SMALL, TIME, World, bytes, game_args_with, word},
};

const GENESIS: &str = "genesis.json";
const ROLLUP: &str = "rollup.json";

pub(crate) fn cases(cases: &mut Vec<Case>) {
    fork_schedules(cases);
    engine_configs(cases);
    rollup_configs(cases);
    predeploys(cases);
    extra_data(cases);
    fees(cases);
    contracts(cases);
    origins(cases);
    manifests(cases);
    published_files(cases);
    data_folders(cases);
    vms(cases);
}

/// Puts a value where there may be none yet; `null` takes the field away.
fn put(world: &mut World, file: &'static str, place: &str, value: Value) {
    world.edit_text(file, |text| {
        let mut json: Value = serde_json::from_str(text).unwrap();
        let (parent, field) = place.rsplit_once('/').unwrap();
        let parent = json.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        if value.is_null() {
            parent.remove(field);
        } else {
            parent.insert(field.to_owned(), value);
        }
        json.to_string()
    });
}

fn fork_schedules(cases: &mut Vec<Case>) {
    let (soon, later) = (Some(TIME + 100), Some(TIME + 200));
    // Karst and Lagoon in rollup.json, then in genesis.json.
    for (name, node, engine, verdict) in [
        ("Karst later", [soon, None], [soon, None], Pass),
        ("Karst and Lagoon later", [soon, later], [soon, later], Pass),
        ("both at genesis", [Some(TIME), Some(TIME)], [Some(TIME), Some(TIME)], Pass),
        ("Karst at genesis in two spellings", [Some(TIME), None], [Some(0), None], Pass),
        ("Karst a second later in one file", [soon, None], [Some(TIME + 101), None], Refuse),
        ("Karst after genesis in one file only", [Some(TIME + 1), None], [Some(0), None], Refuse),
        ("Karst that the engine does not know", [soon, None], [None, None], Refuse),
        ("Karst that the node does not know", [None, None], [soon, None], Refuse),
        ("Karst and Lagoon at one instant", [soon, soon], [soon, soon], Refuse),
        ("Lagoon before Karst", [later, soon], [later, soon], Refuse),
        ("Lagoon without Karst", [None, soon], [None, soon], Refuse),
    ] {
        let noticed = [("fork-schedule", verdict)];
        cases.push(Case::new(format!("{name} in the fork schedule"), &noticed, |world| {
            for (fork, node, engine) in
                [("karst", node[0], engine[0]), ("lagoon", node[1], engine[1])]
            {
                put(world, ROLLUP, &format!("/{fork}_time"), json!(node));
                put(world, GENESIS, &format!("/config/{fork}Time"), json!(engine));
            }
        }));
    }
    for (name, time, verdict) in [
        ("no Delta", json!(null), Refuse),
        ("Delta after Ecotone", json!(TIME + 1), Refuse),
        ("Delta at genesis by its second", json!(0), Pass),
    ] {
        cases.push(Case::new(name, &[("fork-schedule", verdict)], |world| {
            put(world, ROLLUP, "/delta_time", time);
        }));
    }
    cases.push(Case::new("a blob schedule at any time", &[], |world| {
        put(world, ROLLUP, "/pectra_blob_schedule_time", json!(1));
    }));
    for (file, place) in [(ROLLUP, "/karst_time"), (GENESIS, "/config/karstTime")] {
        for time in [json!("0x0"), json!(-1), json!(1.5), json!([]), json!(true)] {
            cases.push(Case::all(format!("{file} with {time} for Karst"), Refuse, |world| {
                put(world, file, place, time.clone());
            }));
        }
    }
}

fn engine_configs(cases: &mut Vec<Case>) {
    let schedule = [("fork-schedule", Refuse)];
    let fees = [("fee-parameters", Refuse)];
    for (name, place, value, noticed) in [
        // Both are before genesis, but op-geth compares them as they stand.
        ("Shanghai beside Canyon", "/config/shanghaiTime", json!(5), &schedule),
        ("Cancun beside Ecotone", "/config/cancunTime", json!(5), &schedule),
        ("Prague beside Isthmus", "/config/pragueTime", json!(5), &schedule),
        ("no Bedrock", "/config/bedrockBlock", json!(null), &schedule),
        ("Bedrock to come", "/config/bedrockBlock", json!(1), &schedule),
        ("empty fee constants", "/config/optimism", json!({}), &fees),
        ("another elasticity", "/config/optimism/eip1559Elasticity", json!(11), &fees),
        ("another denominator", "/config/optimism/eip1559Denominator", json!(9), &fees),
        (
            "no denominator of Canyon",
            "/config/optimism/eip1559DenominatorCanyon",
            json!(null),
            &fees,
        ),
    ] {
        cases.push(Case::new(format!("a config with {name}"), noticed, |world| {
            put(world, GENESIS, place, value);
        }));
    }
    for value in [json!(null), json!(6), json!([]), json!({"eip1559Elasticity": "6"})] {
        cases.push(Case::all(format!("a config with {value} for fees"), Refuse, |world| {
            put(world, GENESIS, "/config/optimism", value.clone());
        }));
    }
}

fn rollup_configs(cases: &mut Vec<Case>) {
    let hash = json!(format!("0x{}", "0".repeat(64)));
    let address = json!(format!("0x{}", "0".repeat(40)));
    let own = ("rollup-config", Refuse);
    for (place, value, noticed) in [
        ("/block_time", json!(0), vec![]),
        ("/channel_timeout", json!(0), vec![]),
        ("/seq_window_size", json!(0), vec![("batch-cadence", Refuse)]),
        ("/seq_window_size", json!(1), vec![("batch-cadence", Refuse)]),
        ("/max_sequencer_drift", json!(0), vec![]),
        ("/batch_inbox_address", address.clone(), vec![]),
        ("/genesis/l1/hash", hash.clone(), vec![("l1-origin", Refuse)]),
        ("/genesis/l2/hash", hash.clone(), vec![("genesis-hash", Refuse)]),
        ("/genesis/l2_time", json!(0), vec![("genesis-timestamp", Refuse)]),
        ("/genesis/system_config/batcherAddr", address.clone(), vec![("batcher-key", Refuse)]),
        ("/genesis/system_config/scalar", hash, vec![]),
        ("/genesis/system_config/gasLimit", json!(0), vec![("fee-parameters", Warn)]),
        (
            "/deposit_contract_address",
            address.clone(),
            vec![("contracts", Refuse), ("game-type", Refuse)],
        ),
        (
            "/l1_system_config_address",
            address,
            [
                "contracts",
                "game-type",
                "batcher-key",
                "sequencer-key",
                "unsafe-signer",
                "l1-proofs",
            ]
            .map(|gate| (gate, Refuse))
            .into(),
        ),
        ("/l1_chain_id", json!(0), vec![("l1-chain", Refuse), ("l1-beacon", Refuse)]),
        ("/l2_chain_id", json!(0), vec![("l2-chain", Refuse), ("contracts", Refuse)]),
        ("/l2_chain_id", json!(900), vec![("l2-chain", Refuse), ("contracts", Refuse)]),
    ] {
        let noticed = [noticed, vec![own]].concat();
        cases.push(Case::new(format!("rollup.json with {value} at {place}"), &noticed, |world| {
            world.json(ROLLUP, place, value.clone());
        }));
    }
    for (name, value, noticed) in [
        ("a contract without commitments", json!({}), &[own][..]),
        ("a kind that is none", json!({"da_commitment_type": "Keccak"}), &[own]),
        ("commitments to anything", json!({"da_commitment_type": "GenericCommitment"}), &[]),
    ] {
        cases.push(Case::new(format!("alt_da: {name}"), noticed, |world| {
            put(world, ROLLUP, "/alt_da", value);
        }));
    }
}

/// The code of a contract that compares with these selectors.
fn code(setters: &[Setter]) -> Value {
    let compared = setters.iter().map(|setter| format!("8063{}14", hex::encode(setter.selector())));
    json!(format!("0x6080604052{}00", compared.collect::<String>()))
}

fn predeploys(cases: &mut Vec<Case>) {
    use Setter::{Bedrock, Ecotone, Isthmus, Jovian};
    const L1_BLOCK: &str = "/alloc/c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d30015/code";
    const ORACLE: &str = "/alloc/420000000000000000000000000000000000000f/storage";
    let first_slot = format!("0x{}", "0".repeat(64));
    let refused = [("predeploys", Refuse)];
    let warned = [("predeploys", Warn)];
    for (name, place, value, noticed) in [
        ("an L1Block before Jovian", L1_BLOCK, code(&[Bedrock, Ecotone, Isthmus]), &refused[..]),
        ("an L1Block before Ecotone", L1_BLOCK, code(&[Bedrock]), &refused),
        ("an L1Block of Jovian alone", L1_BLOCK, code(&[Jovian]), &[]),
        ("an L1Block that only names the function", L1_BLOCK, json!("0x3db6be2b"), &refused),
        ("an L1Block without code", L1_BLOCK, json!("0x"), &refused),
        (
            "no L1Block",
            "/alloc/4200000000000000000000000000000000000015/code",
            json!("0x"),
            &refused,
        ),
        (
            "no message passer",
            "/alloc/c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d30016/code",
            json!("0x"),
            &refused,
        ),
        ("no oracle", "/alloc/c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3000f/code", json!("0x"), &warned),
        ("an oracle without flags", ORACLE, json!({}), &warned),
    ] {
        cases.push(Case::new(format!("a genesis with {name}"), noticed, |world| {
            world.json(GENESIS, place, value);
            world.agree_on_hash();
        }));
    }
    for (flags, noticed) in
        [("00010101", &warned[..]), ("01010100", &warned), ("ff01ff01", &[]), ("0101010101", &[])]
    {
        cases.push(Case::new(format!("an oracle with flags {flags}"), noticed, |world| {
            put(world, GENESIS, &format!("{ORACLE}/{first_slot}"), word(flags));
            world.agree_on_hash();
        }));
    }
    // A fork that comes later brings its own code along.
    cases.push(Case::new("an L1Block before Jovian, which comes later", &[], |world| {
        put(world, ROLLUP, "/jovian_time", json!(TIME + 100));
        put(world, GENESIS, "/config/jovianTime", json!(TIME + 100));
        world.json(GENESIS, "/extraData", json!("0x00000000fa00000006"));
        world.json(GENESIS, L1_BLOCK, code(&[Bedrock, Ecotone, Isthmus]));
        put(world, GENESIS, &format!("{ORACLE}/{first_slot}"), word("00010101"));
        world.agree_on_hash();
    }));
}

fn extra_data(cases: &mut Vec<Case>) {
    for (name, value, verdict) in [
        ("none", "0x", Refuse),
        ("of Bedrock", "0x424544524f434b", Refuse),
        ("of Holocene", "0x00000000fa00000006", Refuse),
        ("of Holocene and Jovian's length", "0x00000000fa000000060000000000000000", Refuse),
        ("a byte short", "0x01000000fa0000000600000000000000", Refuse),
        ("a byte long", "0x01000000fa00000006000000000000000000", Refuse),
        ("without denominator", "0x0100000000000000060000000000000000", Refuse),
        ("without elasticity", "0x01000000fa000000000000000000000000", Refuse),
        ("with another denominator", "0x0100000032000000060000000000000000", Warn),
        ("with another elasticity", "0x01000000fa0000000a0000000000000000", Warn),
        ("with a least base fee", "0x01000000fa0000000600000000000003e8", Warn),
    ] {
        let noticed = [("fee-parameters", verdict)];
        cases.push(Case::new(format!("extraData {name}"), &noticed, |world| {
            world.json(GENESIS, "/extraData", json!(value));
            world.agree_on_hash();
        }));
    }
    // What rollup.json asks for may stand there.
    cases.push(Case::new("extraData with the parameters of rollup.json", &[], |world| {
        world.json(GENESIS, "/extraData", json!("0x010000003200000004000000000000000a"));
        world.json(ROLLUP, "/genesis/system_config/eip1559Params", json!("0x0000003200000004"));
        world.json(ROLLUP, "/genesis/system_config/minBaseFee", json!(10));
        world.agree_on_hash();
    }));
    // Before Holocene nobody reads it.
    for (value, verdict) in
        [("0x", Pass), ("0x424544524f434b", Pass), ("0x01000000fa000000060000000000000000", Warn)]
    {
        let name = format!("extraData {value} before Holocene");
        cases.push(Case::new(name, &[("fee-parameters", verdict)], |world| {
            for (fork, time) in
                [("holocene", TIME + 1), ("isthmus", TIME + 2), ("jovian", TIME + 3)]
            {
                put(world, ROLLUP, &format!("/{fork}_time"), json!(time));
                put(world, GENESIS, &format!("/config/{fork}Time"), json!(time));
            }
            put(world, GENESIS, "/config/pragueTime", json!(TIME + 2));
            world.json(GENESIS, "/extraData", json!(value));
            let oracle = "/alloc/420000000000000000000000000000000000000f/storage";
            put(world, GENESIS, &format!("{oracle}/0x{}", "0".repeat(64)), word("0101"));
            world.agree_on_hash();
        }));
    }
}

fn fees(cases: &mut Vec<Case>) {
    let constants = |elasticity: u64, denominator: u64, canyon: Value| json!({"eip1559Elasticity": elasticity, "eip1559Denominator": denominator, "eip1559DenominatorCanyon": canyon});
    let scalar = |start: &str, end: &str| {
        json!(format!("0x{start}{}{end}", "0".repeat(64 - start.len() - end.len())))
    };
    for (place, value, verdict) in [
        ("/chain_op_config", json!(null), Refuse),
        ("/chain_op_config", json!({}), Refuse),
        ("/chain_op_config", json!("250"), Refuse),
        ("/chain_op_config", constants(10, 50, json!(250)), Refuse),
        ("/chain_op_config", constants(6, 8, json!(250)), Refuse),
        ("/chain_op_config", constants(6, 50, json!(50)), Refuse),
        ("/chain_op_config", constants(6, 50, json!(null)), Refuse),
        ("/chain_op_config", constants(0, 50, json!(250)), Refuse),
        ("/genesis/system_config/eip1559Params", json!("0x000000fa00000006"), Pass),
        ("/genesis/system_config/eip1559Params", json!("0x000000fa00000000"), Refuse),
        ("/genesis/system_config/eip1559Params", json!("0x0000000000000006"), Refuse),
        ("/genesis/system_config/eip1559Params", json!("0x"), Refuse),
        ("/genesis/system_config/eip1559Params", json!("0x00000000000000"), Refuse),
        ("/genesis/system_config/eip1559Params", json!(null), Pass),
        ("/genesis/system_config/operatorFeeParams", scalar("", "0a000000000000000b"), Pass),
        ("/genesis/system_config/operatorFeeParams", json!("0x00"), Refuse),
        ("/genesis/system_config/minBaseFee", json!(1000), Pass),
        ("/genesis/system_config/minBaseFee", json!("1000"), Refuse),
        ("/genesis/system_config/minBaseFee", json!(-1), Refuse),
        ("/genesis/system_config/daFootprintGasScalar", json!(400), Pass),
        ("/genesis/system_config/daFootprintGasScalar", json!(65_536), Refuse),
        ("/genesis/system_config/scalar", scalar("", "0f4240"), Pass),
        ("/genesis/system_config/scalar", scalar("0001", "0f4240"), Warn),
        ("/genesis/system_config/scalar", scalar("01", "0000000100000002"), Pass),
        ("/genesis/system_config/scalar", scalar("0100ff", "0000000100000002"), Refuse),
        ("/genesis/system_config/scalar", scalar("02", "0000000100000002"), Refuse),
        ("/genesis/system_config/gasLimit", json!(30_000_000), Warn),
    ] {
        let noticed = [("fee-parameters", verdict)];
        cases.push(Case::new(format!("rollup.json with {value} at {place}"), &noticed, |world| {
            put(world, ROLLUP, place, value.clone());
        }));
    }
    // The same in both files is no less wrong.
    for (name, both) in [
        ("elasticity 0", constants(0, 50, json!(250))),
        ("denominator 0", constants(6, 0, json!(250))),
        ("denominator 0 from Canyon on", constants(6, 50, json!(0))),
    ] {
        cases.push(Case::new(
            format!("both files with {name}"),
            &[("fee-parameters", Refuse)],
            |world| {
                put(world, ROLLUP, "/chain_op_config", both.clone());
                put(world, GENESIS, "/config/optimism", both);
            },
        ));
    }
}

fn contracts(cases: &mut Vec<Case>) {
    let stranger = word("15d34aaf54267db7d7c367839aaf71a00a2c6a65");
    for (name, read, value, verdict) in [
        ("another portal", "optimismPortal", stranger.clone(), Refuse),
        ("no portal", "optimismPortal", word("0"), Refuse),
        ("a portal of another SystemConfig", "portalSystemConfig", stranger, Refuse),
        ("another L2", "l2ChainId", word("387"), Refuse),
        ("a chain id of 256 bits", "l2ChainId", json!(format!("0x{}385", "1".repeat(61))), Refuse),
        ("a paused portal", "portalPaused", word("1"), Warn),
        ("a paused chain", "systemConfigPaused", word("1"), Warn),
        ("a pause that is neither", "portalPaused", word("2"), Refuse),
        ("many games", "gameCount", json!(format!("0x{}", "f".repeat(64))), Pass),
    ] {
        cases.push(Case::new(
            format!("contracts with {name}"),
            &[("contracts", verdict)],
            |world| {
                world.l1.result(read, value);
            },
        ));
    }
}

fn origins(cases: &mut Vec<Case>) {
    for (name, number, verdict) in
        [("long before", "0x0", Wait), ("one before", "0x6", Wait), ("one after", "0x8", Pass)]
    {
        // The other endpoint has no block of that number.
        let noticed = [("l1-origin", verdict), ("l1-agreement", Warn)];
        cases.push(Case::new(format!("L1 is final {name} the origin"), &noticed, |world| {
            world.l1.edit("finalized", "number", json!(number));
        }));
    }
}

fn manifests(cases: &mut Vec<Case>) {
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

fn published_files(cases: &mut Vec<Case>) {
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

fn data_folders(cases: &mut Vec<Case>) {
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
            vec![current.clone(), (LOG, log(b"something else"))],
            Refuse,
        ),
        ("was in use", vec![current.clone(), table.clone(), (LOG, log(b"something else"))], Skip),
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
    for (component, verdict) in [("op-reth", Skip), ("op-geth", Refuse)] {
        let name = format!("{component} with the data of another op-geth");
        cases.push(Case::new(name, &[("engine-data", verdict)], |world| {
            world.files.insert(FROZEN, bytes(&other, 0));
            world.text("engine/marker", component);
            world.service("engine-data")["command"]["component"] = json!(component);
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

fn vms(cases: &mut Vec<Case>) {
    // The VM counts where gameArgs names it: a world with other arguments is another.
    let asked = |world: &mut World| {
        let args = game_args_with(PRESTATE_HASH).replacen(&"ab".repeat(92), &vm_and_more(), 1);
        world.l1.result("gameArgs", bytes(&args));
    };
    for (version, verdict) in [("7", Refuse), ("8", Pass), ("9", Refuse), ("100", Refuse)] {
        let noticed = [("prestate", verdict)];
        cases.push(Case::new(format!("a VM of state version 0x{version}"), &noticed, |world| {
            asked(world);
            world.l1.result("stateVersion", word(version));
        }));
    }
    for (lie, say, verdict) in lies(World::right().l1.value("stateVersion")) {
        // Older VMs have no such getter.
        let verdict = if lie.starts_with("a revert") { Pass } else { verdict };
        let limit = (lie == "a limit").then_some(("l1-rate-limit", Wait));
        let noticed: Vec<_> = [("prestate", verdict)].into_iter().chain(limit).collect();
        cases.push(Case::new(format!("L1 says {lie} for stateVersion"), &noticed, |world| {
            asked(world);
            world.l1.say("stateVersion", say);
        }));
    }
}

/// The same VM as in the right world's arguments, and another registry.
fn vm_and_more() -> String {
    format!("{}{}", "ab".repeat(20), "cd".repeat(72))
}

/// The official program of kona 1.6.0.
const OFFICIAL: &str = "0337ecb3604c0b40c352e0c7711beb17a212d583f4fe956fd8d66e29ad5f9025";

/// What is said about a gate that is not right.
fn said(world: &World, gate: &str) -> String {
    let judgement = world.start().gate(gate, &["--json"]).json();
    let findings = judgement["findings"].as_array().unwrap();
    findings.iter().filter(|finding| finding["answer"] != "pass").map(Value::to_string).collect()
}

#[test]
fn an_official_prestate_is_named_with_its_release() {
    let mut world = World::right();
    world.l1.result("gameArgs", bytes(&game_args_with(OFFICIAL)));
    let text = said(&world, "prestate");
    assert!(
        text.contains("official release: cannon64-kona 1.6.0, cannon64-kona 1.6.0-rc.2"),
        "{text}"
    );
    assert!(text.contains("and not this one"), "{text}");

    world.service("prestate")["prestate"]["file"] = json!(null);
    let text = said(&world, "prestate");
    assert!(text.contains("\"wait\"") && text.contains("does not know this chain"), "{text}");

    // Ink is in the registry: its program is the official one, only the file is another.
    let mut world = World::right();
    world.l1.result("gameArgs", bytes(&game_args_with(OFFICIAL)));
    world.json(ROLLUP, "/l2_chain_id", json!(763_373));
    let text = said(&world, "prestate");
    assert!(text.contains("\"refuse\"") && !text.contains("official"), "{text}");
}

#[test]
fn without_a_bundle_the_gate_does_not_apply() {
    let mut world = World::right();
    world.config["chain"].as_object_mut().unwrap().remove("bundle");
    let run = world.start().gate("bundle", &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("skip    bundle"), "{}", run.stdout);
}

#[test]
fn a_refusal_names_the_forks_and_the_file() {
    let mut world = World::right();
    put(&mut world, ROLLUP, "/karst_time", json!(TIME + 100));
    let text = said(&world, "fork-schedule");
    let expected = format!("karst at {}", TIME + 100);
    assert!(text.contains(&expected) && text.contains("karst never"), "{text}");

    let mut world = World::right();
    world.json(ROLLUP, "/seq_window_size", json!(1));
    let text = said(&world, "rollup-config");
    assert!(text.contains("seq_window_size: 1") && text.contains("at least 2"), "{text}");

    let mut world = World::right();
    put(&mut world, ROLLUP, "/pectra_blob_schedule_time", json!(1));
    world.text("bundle.json", World::right().measured("bundle.json"));
    let text = said(&world, "bundle");
    assert!(text.contains("rollup.json is not the published one"), "{text}");
    assert!(!text.contains("genesis.json is not the published one"), "{text}");
}

#[test]
fn the_genesis_of_these_worlds_is_what_they_say() {
    let block = GenesisBlock::from_json(SMALL.as_bytes(), None).unwrap();
    assert_eq!(block.hash.to_string(), L2_HASH);
    assert_eq!(block.header.timestamp, TIME);
}
