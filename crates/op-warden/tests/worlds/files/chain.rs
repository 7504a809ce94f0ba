//! genesis.json and rollup.json, as far as they must agree with each other, with L1 and the engine.

use serde_json::{Value, json};

use crate::{
    case::Case,
    l1::OF_L1,
    verdict::Verdict::{Refuse, Wait, Warn},
    world::{
        edit::{GENESIS, put},
        file::File,
        names::{L2_HASH, MIN_BALANCE, SMALL, TIME},
    },
};

/// genesis.json and rollup.json, and the operator's own numbers.
pub(super) fn files(cases: &mut Vec<Case>) {
    for file in ["genesis.json", "rollup.json"] {
        for (content, verdict) in [
            (File::Missing, Wait),
            (File::Directory, Wait),
            (File::Text(String::new()), Refuse),
            (File::Text("{}".to_owned()), Refuse),
            (File::Text("[]".to_owned()), Refuse),
            (File::Text("null".to_owned()), Refuse),
            (File::Text("<html></html>".to_owned()), Refuse),
            (File::Text(SMALL[..SMALL.len() / 2].to_owned()), Refuse),
        ] {
            cases.push(Case::all(format!("{file} is {content:?}"), verdict, |world| {
                world.files.insert(file, content);
            }));
        }
    }
    cases.push(Case::all("the two files are swapped", Refuse, |world| {
        let File::Text(rollup) = world.files["rollup.json"].clone() else { unreachable!() };
        world.text("genesis.json", rollup);
        world.text("rollup.json", SMALL);
    }));
    // The hash follows from rollup.json, but no engine can begin with it.
    let noticed = [("fork-schedule", Refuse), ("fee-parameters", Refuse)];
    cases.push(Case::new("genesis.json without config, as in the registry", &noticed, |world| {
        world.json("genesis.json", "/config", json!(null));
    }));
    cases.push(Case::new("genesis.json with other white space", &[], |world| {
        world.text("genesis.json", serde_json::from_str::<Value>(SMALL).unwrap().to_string());
    }));

    let hash = [("genesis-hash", Refuse), ("genesis-live", Refuse), ("genesis-peers", Refuse)];
    let with_fees = [hash[0], hash[1], hash[2], ("fee-parameters", Warn)];
    let clock = [hash[0], hash[1], hash[2], ("genesis-timestamp", Refuse)];
    let chain = [("l2-chain", Refuse), ("genesis-live", Refuse), ("genesis-peers", Refuse)];
    for (name, place, value, noticed) in [
        ("another gas limit", "/gasLimit", json!("0x1c9c380"), &with_fees[..]),
        (
            "another balance",
            "/alloc/0000000000000000000000000000000000000001/balance",
            json!("0x2"),
            &hash,
        ),
        (
            "another code",
            "/alloc/4200000000000000000000000000000000000016/code",
            json!("0x60806041"),
            &hash,
        ),
        ("another nonce", "/nonce", json!("0x2b"), &hash),
        (
            "another extra data",
            "/extraData",
            json!("0x01000000fa000000060000000000000001"),
            &with_fees,
        ),
        ("another second", "/timestamp", json!(TIME + 1), &clock),
        ("another chain id", "/config/chainId", json!(902), &chain),
    ] {
        cases.push(Case::new(format!("genesis.json with {name}"), noticed, |world| {
            world.json("genesis.json", place, value);
        }));
    }
    for (name, place, value) in [
        ("London later", "/config/londonBlock", json!(1)),
        ("a total difficulty in text", "/config/terminalTotalDifficulty", json!("0x0")),
        ("Isthmus without Prague", "/config/pragueTime", json!(null)),
        (
            "a state hash",
            "/alloc/4200000000000000000000000000000000000016/storage",
            json!({"0x01": "0x1"}),
        ),
        (
            "a balance of nothing",
            "/alloc/0000000000000000000000000000000000000001/balance",
            json!(""),
        ),
    ] {
        cases.push(Case::all(format!("genesis.json with {name}"), Refuse, |world| {
            world.json("genesis.json", place, value);
        }));
    }
    cases.push(Case::all("genesis.json with a blob schedule", Refuse, |world| {
        put(world, GENESIS, "/config/blobSchedule", json!({}));
    }));
    // Both files agree with each other and with the engine; only L1 shows that they are 4.3 h early.
    cases.push(Case::new(
        "a genesis before its L1 origin",
        &[("genesis-timestamp", Refuse)],
        |world| {
            world.json("genesis.json", "/timestamp", json!(TIME - 15_616));
            world.json("rollup.json", "/genesis/l2_time", json!(TIME - 15_616));
            world.agree_on_hash();
        },
    ));

    let contract = json!("0x00000000000000000000000000000000000000c9");
    let other_hash = json!(format!("0x{}", "2b".repeat(32)));
    let another_l2 = ["l2-chain", "contracts", "game-type"].map(|gate| (gate, Refuse));
    let no_block = [("l1-origin", Wait), ("genesis-timestamp", Wait), ("l1-agreement", Wait)];
    let system_config = [
        "batcher-key",
        "sequencer-key",
        "unsafe-signer",
        "game-type",
        "l1-proofs",
        "contracts",
        "fee-scalars",
        "standard-validator",
    ]
    .map(|gate| (gate, Refuse));
    for (name, place, value, noticed) in [
        (
            "another L1",
            "/l1_chain_id",
            json!(1),
            &[("l1-chain", Refuse), ("l1-beacon", Refuse), ("premine", Refuse)][..],
        ),
        ("another L2", "/l2_chain_id", json!(902), &another_l2),
        (
            "another genesis hash",
            "/genesis/l2/hash",
            other_hash.clone(),
            &[("genesis-hash", Refuse)],
        ),
        ("another second", "/genesis/l2_time", json!(TIME + 1), &[("genesis-timestamp", Refuse)]),
        ("another L1 origin", "/genesis/l1/hash", other_hash, &[("l1-origin", Refuse)]),
        ("an L1 origin to come", "/genesis/l1/number", json!(8), &no_block),
        (
            "a genesis number that no engine has",
            "/genesis/l2/number",
            json!(1),
            &[("genesis-live", Refuse), ("genesis-peers", Warn), ("rollup-config", Refuse)],
        ),
        (
            "another batcher",
            "/genesis/system_config/batcherAddr",
            contract.clone(),
            &[("batcher-key", Refuse)],
        ),
        ("another SystemConfig", "/l1_system_config_address", contract.clone(), &system_config),
        (
            "another portal",
            "/deposit_contract_address",
            contract.clone(),
            &[("game-type", Refuse), ("contracts", Refuse)],
        ),
    ] {
        cases.push(Case::new(format!("rollup.json with {name}"), noticed, |world| {
            world.json("rollup.json", place, value);
        }));
    }
    for (name, place, value) in [
        ("a chain id as text", "/l2_chain_id", json!("901")),
        ("half a hash", "/genesis/l2/hash", json!(L2_HASH[..34])),
        ("no batcher", "/genesis/system_config/batcherAddr", json!(null)),
        ("a negative second", "/genesis/l2_time", json!(-1)),
    ] {
        cases.push(Case::all(format!("rollup.json with {name}"), Refuse, |world| {
            world.json("rollup.json", place, value);
        }));
    }

    let factory = ["game-type", "proposer-key", "challenger-key", "prestate", "bond", "contracts"]
        .map(|gate| (gate, Refuse));
    for (name, place, value, noticed) in [
        ("another L1", "/l1/chainId", json!(1), &[("l1-chain", Refuse), ("premine", Refuse)][..]),
        ("another L2", "/chain/l2ChainId", json!(1), &[("l2-chain", Refuse), ("bundle", Refuse)]),
        ("another factory", "/chain/disputeGameFactory", contract, &factory),
        (
            "more ether",
            "/services/funding/minBalance",
            json!("1000000000000000001"),
            &[("funding", Wait)],
        ),
        (
            "the same ether in hex",
            "/services/funding/minBalance",
            json!(format!("{MIN_BALANCE:#x}")),
            &[],
        ),
        ("the same ether as a number", "/services/funding/minBalance", json!(MIN_BALANCE), &[]),
    ] {
        cases.push(Case::new(format!("a configuration with {name}"), noticed, |world| {
            *world.config.pointer_mut(place).unwrap() = value;
        }));
    }
    for (name, place, value) in [
        ("an L1 URL that is none", "/l1/rpc", json!("not a url")),
        ("an L1 URL of another scheme", "/l1/rpc", json!("ws://127.0.0.1:1")),
    ] {
        cases.push(Case::all(format!("a configuration with {name}"), Refuse, |world| {
            *world.config.pointer_mut(place).unwrap() = value;
        }));
    }
    // Nothing of L1 is to be known, and enough is wrong without it.
    let mut noticed = OF_L1.map(|gate| (gate, Wait)).to_vec();
    noticed.extend([("l1-chain", Refuse), ("premine", Refuse)]);
    cases.push(Case::new("another L1 is meant and nobody listens", &noticed, |world| {
        world.config["l1"]["chainId"] = json!(1);
        world.l1_gone = true;
    }));
}
