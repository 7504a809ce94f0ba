//! What runs well until a fork comes.

use alloy_primitives::hex;
use op_chain::genesis::Setter;
use serde_json::{Value, json};

use crate::{
    case::Case,
    verdict::Verdict::{Pass, Refuse, Warn},
    world::{
        edit::{GENESIS, ROLLUP, put},
        names::TIME,
        script::word,
    },
};

pub(super) fn fork_schedules(cases: &mut Vec<Case>) {
    for (fork, value) in
        [("constantinopleBlock", json!(2)), ("berlinBlock", json!(null)), ("osakaTime", json!(1))]
    {
        let name = format!("{fork} at {value} in genesis.json");
        cases.push(Case::new(name, &[("fork-schedule", Refuse)], |world| {
            put(world, GENESIS, &format!("/config/{fork}"), value);
        }));
    }
    for member in ["bpo1Time", "eip1559Denominatr"] {
        let name = format!("{member} in chain_op_config");
        cases.push(Case::new(name, &[("rollup-config", Refuse)], |world| {
            put(world, ROLLUP, &format!("/chain_op_config/{member}"), json!(1));
        }));
    }
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
        let mut noticed = vec![("fork-schedule", verdict)];
        // An op-node of today refuses an order that is wrong in its own file.
        if name.starts_with("Lagoon") || name.ends_with("at one instant") {
            noticed.push(("release", Refuse));
        }
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

pub(super) fn engine_configs(cases: &mut Vec<Case>) {
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

pub(super) fn rollup_configs(cases: &mut Vec<Case>) {
    let hash = json!(format!("0x{}", "0".repeat(64)));
    let address = json!(format!("0x{}", "0".repeat(40)));
    let address_of_nobody = address.clone();
    let own = ("rollup-config", Refuse);
    // The commands have no --altda.enabled.
    let flags = ("flags", Warn);
    let another_l2 = ["l2-chain", "contracts", "game-type"].map(|gate| (gate, Refuse)).to_vec();
    for (place, value, noticed) in [
        ("/block_time", json!(0), vec![]),
        ("/channel_timeout", json!(0), vec![]),
        ("/seq_window_size", json!(0), vec![("batch-cadence", Refuse)]),
        ("/seq_window_size", json!(1), vec![("batch-cadence", Refuse)]),
        ("/max_sequencer_drift", json!(0), vec![]),
        ("/batch_inbox_address", address.clone(), vec![("contracts", Refuse)]),
        ("/genesis/l1/hash", hash.clone(), vec![("l1-origin", Refuse)]),
        ("/genesis/l2/hash", hash.clone(), vec![("genesis-hash", Refuse)]),
        ("/genesis/l2_time", json!(0), vec![("genesis-timestamp", Refuse)]),
        ("/genesis/system_config/batcherAddr", address.clone(), vec![("batcher-key", Refuse)]),
        ("/genesis/system_config/scalar", hash, vec![("contracts", Warn)]),
        (
            "/genesis/system_config/gasLimit",
            json!(0),
            vec![("fee-parameters", Warn), ("contracts", Warn)],
        ),
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
                "fee-scalars",
                "game-type",
                "batcher-key",
                "sequencer-key",
                "unsafe-signer",
                "l1-proofs",
                "standard-validator",
            ]
            .map(|gate| (gate, Refuse))
            .into(),
        ),
        (
            "/l1_chain_id",
            json!(0),
            vec![
                ("l1-chain", Refuse),
                ("l1-beacon", Refuse),
                ("flags", Refuse),
                ("premine", Refuse),
            ],
        ),
        ("/l2_chain_id", json!(0), another_l2.clone()),
        ("/l2_chain_id", json!(900), another_l2.clone()),
    ] {
        let noticed = [noticed, vec![own]].concat();
        cases.push(Case::new(format!("rollup.json with {value} at {place}"), &noticed, |world| {
            world.json(ROLLUP, place, value.clone());
        }));
    }
    for (place, value) in [
        ("/karst_tme", json!(1_999_999_999)),
        ("/taiga_time", json!(1)),
        ("/da_challenge_contract_address", address_of_nobody.clone()),
        ("/_comment", json!("ours")),
        ("/interop_time", json!(0)),
        ("/interop_time", json!(1_999_999_999)),
        ("/genesis/system_config/basefeeScalar", json!(1)),
    ] {
        cases.push(Case::new(format!("rollup.json with {place}"), &[own], |world| {
            put(world, ROLLUP, place, value.clone());
        }));
    }
    for (place, value) in [
        ("/protocol_versions_address", address_of_nobody.clone()),
        ("/pectra_blob_schedule_time", json!(1)),
        ("/keep_karst_upgrade_gas", json!(true)),
    ] {
        cases.push(Case::new(format!("rollup.json with {value} at {place}"), &[], |world| {
            put(world, ROLLUP, place, value.clone());
        }));
    }
    for (l1, verdict) in [(11_155_111, Refuse), (17_000, Refuse), (1, Pass), (560_048, Pass)] {
        cases.push(Case::new(
            format!("a chain from before Pectra on L1 {l1}"),
            &[("rollup-config", verdict)],
            |world| {
                world.settle_on(l1);
                world.begin_at(1_700_000_000);
            },
        ));
    }
    for (name, value, noticed) in [
        ("a contract without commitments", json!({}), &[own, flags][..]),
        ("a kind that is none", json!({"da_commitment_type": "Keccak"}), &[own, flags]),
        ("commitments to anything", json!({"da_commitment_type": "GenericCommitment"}), &[flags]),
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

pub(super) fn predeploys(cases: &mut Vec<Case>) {
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
