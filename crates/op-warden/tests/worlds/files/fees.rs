//! Fee parameters.

use serde_json::{Value, json};

use crate::{
    case::Case,
    verdict::Verdict::{Pass, Refuse, Skip, Warn},
    world::{
        edit::{GENESIS, ROLLUP, put},
        names::TIME,
        script::word,
    },
};

pub(super) fn extra_data(cases: &mut Vec<Case>) {
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
        for (read, value) in
            [("eip1559Denominator", "32"), ("eip1559Elasticity", "4"), ("minBaseFee", "a")]
        {
            world.l1.result(read, word(value));
        }
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

pub(super) fn fees(cases: &mut Vec<Case>) {
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
        let mut noticed = vec![("fee-parameters", verdict)];
        if (place, value.is_null()) == ("/chain_op_config", true) {
            noticed.push(("rollup-config", Refuse));
        }
        // The contract says otherwise, where op-node can read the file.
        let unreadable = ["0x", "0x00000000000000", "0x00", "1000"].map(|text| json!(text));
        let readable = !unreadable.contains(&value) && value != -1 && value != 65_536;
        if place.starts_with("/genesis") && !value.is_null() {
            noticed.push(("contracts", if readable { Warn } else { Skip }));
        }
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
