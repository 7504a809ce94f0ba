//! The chain's contracts on L1.

use serde_json::{Value, json};
use test_kit::node::Say;

use crate::{
    case::Case,
    verdict::Verdict::{self, Pass, Refuse, Skip, Wait, Warn},
    world::{
        World,
        edit::{ROLLUP, put},
        script::{text, word},
    },
};

const REVERT: Say = Say::Error(3, "execution reverted");

/// They belong to each other and to the chain.
pub(super) fn contracts(cases: &mut Vec<Case>) {
    let stranger = word("15d34aaf54267db7d7c367839aaf71a00a2c6a65");
    for (name, read, value, verdict) in [
        ("another portal", "optimismPortal", stranger.clone(), Refuse),
        ("no portal", "optimismPortal", word("0"), Refuse),
        ("a portal of another SystemConfig", "portalSystemConfig", stranger.clone(), Refuse),
        ("a portal of another factory", "portalFactory", stranger.clone(), Refuse),
        ("a registry of another factory", "registryFactory", stranger.clone(), Refuse),
        // Chains of one cluster share a registry.
        ("a registry of another SystemConfig", "registrySystemConfig", stranger.clone(), Warn),
        ("another inbox", "batchInbox", stranger, Refuse),
        ("no inbox", "batchInbox", word("0"), Refuse),
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
    let nobody = [("contracts", Refuse), ("game-type", Refuse)];
    for (name, registry) in [("no registry", "0"), ("a registry without code", "c9")] {
        cases.push(Case::new(format!("contracts with {name}"), &nobody, |world| {
            world.l1.result("anchorStateRegistry", word(registry));
        }));
    }
    // Who else is paused is shown, where it can be read.
    for all in [Say::Result(word("1")), Say::Result(word("0")), REVERT, Say::Nothing] {
        let name = format!("a pause, of all chains: {all:?}");
        cases.push(Case::new(name, &[("contracts", Warn)], |world| {
            world.l1.result("systemConfigPaused", word("1"));
            world.l1.say("allPaused", all);
        }));
    }
}

/// What the contracts had when the chain began, beside the file's copy.
pub(super) fn beginnings(cases: &mut Vec<Case>) {
    let mut push = |name: String, verdict: Verdict, spoil: &dyn Fn(&mut World)| {
        cases.push(Case::new(name, &[("contracts", verdict)], spoil));
    };
    for (block, verdict) in
        [("0", Pass), ("8", Pass), ("60", Pass), ("61", Refuse), (&*"f".repeat(64), Refuse)]
    {
        push(format!("a SystemConfig since block 0x{block}"), verdict, &|world| {
            world.l1.result("startBlock", word(block));
        });
    }
    for (read, value) in [
        ("gasLimit", "1c9c380"),
        ("scalar", "0f4240"),
        ("eip1559Denominator", "fa"),
        ("eip1559Elasticity", "6"),
        ("operatorFeeScalar", "1"),
        ("operatorFeeConstant", "1"),
        ("minBaseFee", "3e8"),
        ("daFootprintGasScalar", "190"),
    ] {
        // The scalar is read at the newest block as well.
        let of_now = |verdict| (read == "scalar").then_some(("fee-scalars", verdict));
        let began = format!("a SystemConfig that began with another {read}");
        let noticed: Vec<_> = [("contracts", Warn)].into_iter().chain(of_now(Warn)).collect();
        cases.push(Case::new(began, &noticed, |world| {
            world.l1.result(read, word(value));
        }));
        // An endpoint remembers so many blocks only.
        let forgot = format!("an endpoint that forgot the {read}");
        let noticed: Vec<_> = [("contracts", Skip)].into_iter().chain(of_now(Wait)).collect();
        cases.push(Case::new(forgot, &noticed, |world| {
            world.l1.say(read, Say::Error(-32000, "missing trie node"));
        }));
    }
    let mut push = |name: String, verdict: Verdict, spoil: &dyn Fn(&mut World)| {
        cases.push(Case::new(name, &[("contracts", verdict)], spoil));
    };
    let fees =
        |place: &'static str, file: Value, contract: &'static [(&'static str, &'static str)]| {
            move |world: &mut World| {
                put(world, ROLLUP, &format!("/genesis/system_config/{place}"), file.clone());
                for (read, value) in contract {
                    world.l1.result(read, word(value));
                }
            }
        };
    let operator = json!(format!("0x{:0>48}{:016x}", "a", 11));
    push(
        "both with an operator fee".to_owned(),
        Pass,
        &fees(
            "operatorFeeParams",
            operator.clone(),
            &[("operatorFeeScalar", "a"), ("operatorFeeConstant", "b")],
        ),
    );
    push("a file with an operator fee".to_owned(), Warn, &fees("operatorFeeParams", operator, &[]));
    push(
        "both with fee parameters".to_owned(),
        Pass,
        &fees(
            "eip1559Params",
            json!("0x000000fa00000006"),
            &[("eip1559Denominator", "fa"), ("eip1559Elasticity", "6")],
        ),
    );
}

/// Getters that a release of the contracts does not have, by its version.
pub(super) fn older(cases: &mut Vec<Case>) {
    let system = |read: &'static str, since: &'static str, before: &'static str| {
        (read, "systemVersion", since, before)
    };
    for (read, version, since, before) in [
        system("l2ChainId", "3.4.0", "2.5.0"),
        system("systemConfigPaused", "3.4.0", "2.5.0"),
        system("batchInbox", "3.14.2", "4.0.0"),
        system("startBlock", "1.10.0", "1.9.0"),
        ("anchorStateRegistry", "portalVersion", "4.6.0", "3.14.0"),
    ] {
        let game_type = |verdict| (version == "portalVersion").then_some(("game-type", verdict));
        for (its, verdict) in [(since, Refuse), (before, Skip), ("no version", Skip)] {
            let noticed: Vec<_> =
                [("contracts", verdict)].into_iter().chain(game_type(verdict)).collect();
            cases.push(Case::new(format!("no {read} in contracts {its}"), &noticed, |world| {
                world.l1.say(read, REVERT);
                world.l1.result(version, text(its));
                if read == "l2ChainId" {
                    // No second chain id to compare with: a world that changes one is another.
                    world.edit_text("rollup.json", |text| format!("{text}\n"));
                }
            }));
        }
        // Without a version nobody knows whether a revert is right.
        for (lie, say, verdict) in
            [("an error", Say::Error(-32000, "timeout"), Wait), ("a revert", REVERT, Refuse)]
        {
            let noticed: Vec<_> =
                [("contracts", verdict)].into_iter().chain(game_type(verdict)).collect();
            let name = format!("no {read}, and {lie} for the version");
            cases.push(Case::new(name, &noticed, |world| {
                world.l1.say(read, REVERT);
                world.l1.say(version, say);
            }));
        }
    }
    for (read, since, before) in [
        ("eip1559Denominator", "2.3.0", "2.3.0-beta.2"),
        ("operatorFeeScalar", "2.5.0", "2.4.0"),
        ("minBaseFee", "3.11.0", "3.7.0"),
        ("daFootprintGasScalar", "3.11.0", "3.7.0"),
    ] {
        for (version, verdict) in [(since, Refuse), (before, Pass)] {
            let noticed = [("contracts", verdict)];
            cases.push(Case::new(format!("no {read} in contracts {version}"), &noticed, |world| {
                world.l1.say(read, REVERT);
                world.l1.result("systemVersion", text(version));
            }));
        }
    }
}

/// Scalars for blobs, for calldata and for neither, with every kind of data; what rollup.json has is told
/// by `contracts`.
pub(super) fn scalars(cases: &mut Vec<Case>) {
    const CALLDATA: &[&str] = &["--data-availability-type=calldata"];
    const AUTO: &[&str] = &["--data-availability-type=auto"];
    const BLOBS: &[&str] = &["--data-availability-type=blobs"];
    let packed = |blob: u32, base: u32| json!(format!("0x01{:046}{blob:08x}{base:08x}", 0));
    for (args, blob, base, verdict) in [
        (AUTO, 801_949, 1_368, Pass),
        (BLOBS, 801_949, 1_368, Pass),
        (BLOBS, 400_974, 0, Pass),
        (BLOBS, 400_973, 1_368, Warn),
        (AUTO, 0, 1_710_000, Warn),
        (AUTO, 0, 0, Warn),
        (CALLDATA, 801_949, 1_368, Warn),
        // The program's default.
        (&[], 801_949, 1_368, Warn),
        (CALLDATA, 0, 1_710_000, Pass),
        (CALLDATA, 801_949, 2_500_000, Pass),
        (CALLDATA, 0, 1_709_999, Warn),
        (&[], 0, 1_710_000, Pass),
    ] {
        let same = (blob, base) == (801_949, 1_368);
        let of_file = (!same).then_some(("contracts", Warn));
        let noticed: Vec<_> = [("fee-scalars", verdict)].into_iter().chain(of_file).collect();
        let name = format!("{args:?} and the scalars {base} and {blob}");
        cases.push(Case::new(name, &noticed, |world| {
            world.service("fee-scalars")["command"]["args"] = json!(args);
            world.l1.result("scalar", packed(blob, base));
        }));
    }
    let noticed = [("fee-scalars", Warn), ("contracts", Warn)];
    cases.push(Case::new("no least base fee", &noticed, |world| {
        world.l1.result("minBaseFee", word("0"));
    }));
}

/// What the chain's own validator says.
pub(super) fn validators(cases: &mut Vec<Case>) {
    let mut push = |name: &str, verdict: Verdict, read: &'static str, value: Value| {
        let name = format!("the standard validator: {name}");
        cases.push(Case::new(name, &[("standard-validator", verdict)], |world| {
            world.l1.result(read, value);
        }));
    };
    let many: Vec<String> = (0..300).map(|code| format!("PDDG-{code}")).collect();
    for (answer, verdict) in [
        ("", Pass),
        ("OVERRIDES-L1PAOMULTISIG", Pass),
        ("PLDG-10,CKDG-10,CKDG-NOSHAPE,ZKDG-10", Pass),
        ("SYSCON-110,SYSCON-120,PDDG-40,PDDG-130,PDDG-140", Pass),
        ("PROXYA-10", Warn),
        ("SYSCON-10", Warn),
        ("PDDG-10,PLDG-10", Warn),
        ("PDDG-ANCHORP-20", Warn),
        ("PORTAL-40", Refuse),
        ("PLDG-10,L1xDM-60", Refuse),
        ("PDDG-60,SYSCON-10", Refuse),
        ("PORTAL-41", Warn),
        ("hello", Warn),
        (&many.join(","), Refuse),
    ] {
        let name: String = answer.chars().take(60).collect();
        push(&name, verdict, "validate", text(answer));
    }
    push("no manager", Skip, "lastUsedOPCM", word("0"));
    push("a manager without code", Refuse, "lastUsedOPCM", word("c9"));
    push("no validator", Refuse, "opcmStandardValidator", word("0"));
    push("a validator without code", Refuse, "opcmStandardValidator", word("c9"));
    for (version, verdict) in [("3.13.1", Skip), ("3.14.2", Refuse), ("4.0.0", Refuse)] {
        let noticed = [("standard-validator", verdict)];
        cases.push(Case::new(
            format!("no lastUsedOPCM in contracts {version}"),
            &noticed,
            |world| {
                world.l1.say("lastUsedOPCM", REVERT);
                world.l1.result("systemVersion", text(version));
            },
        ));
    }
}
