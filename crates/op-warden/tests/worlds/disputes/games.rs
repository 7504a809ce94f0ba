//! Types and arguments of games.

use serde_json::json;
use test_kit::node::Say;

use crate::{
    case::Case,
    lies::{faults, is_limit, lies},
    verdict::Verdict::{Pass, Refuse, Skip, Wait, Warn},
    world::{
        World,
        file::File,
        names::ROLES,
        script::{bytes, game_args, text, word},
    },
};

/// `gameArgs` in all its shapes.
pub(super) fn game_arguments(cases: &mut Vec<Case>) {
    let roles = |proposer, challenger, prestate| {
        [("proposer-key", proposer), ("challenger-key", challenger), ("prestate", prestate)]
    };
    // Nothing of what cannot be read is compared.
    let unread = [("game-type", Refuse)];
    let (args, zero) = (game_args(), "00".repeat(20));
    let swapped = format!("{}{}{}", &args[..248], ROLES[3].2, ROLES[2].2);
    for (name, args, verdicts) in [
        ("roles swapped", bytes(&swapped), roles(Refuse, Refuse, Pass)),
        (
            "another proposer",
            bytes(&format!("{}{zero}{}", &args[..248], ROLES[3].2)),
            roles(Refuse, Pass, Pass),
        ),
        (
            "another challenger",
            bytes(&format!("{}{zero}", &args[..288])),
            roles(Pass, Refuse, Pass),
        ),
        ("124 bytes, a game for everyone", bytes(&args[..248]), roles(Refuse, Refuse, Pass)),
        ("163 bytes", bytes(&args[..326]), roles(Refuse, Refuse, Refuse)),
        ("165 bytes", bytes(&format!("{args}00")), roles(Refuse, Refuse, Refuse)),
        ("1 byte", bytes("01"), roles(Refuse, Refuse, Refuse)),
        (
            "fewer bytes than announced",
            json!(bytes(&args).as_str().unwrap()[..300]),
            roles(Refuse, Refuse, Refuse),
        ),
        (
            "a length and no bytes",
            json!(format!("0x{:064x}{:064x}", 32, 164)),
            roles(Refuse, Refuse, Refuse),
        ),
        (
            "an offset out of range",
            json!(format!("0x{}", "ff".repeat(64))),
            roles(Refuse, Refuse, Refuse),
        ),
    ] {
        let unread = if verdicts[2] == ("prestate", Refuse) { &unread[..] } else { &[] };
        let noticed = [&verdicts[..], unread].concat();
        cases.push(Case::new(format!("gameArgs: {name}"), &noticed, |world| {
            world.l1.result("gameArgs", args);
        }));
    }
    cases.push(Case::new(
        "gameArgs: empty, and a bare implementation",
        &[&roles(Refuse, Refuse, Refuse)[..], &[("game-type", Skip)]].concat(),
        |world| world.l1.result("gameArgs", bytes("")),
    ));
    cases.push(Case::old("gameArgs reverts, the implementation has the roles", &[], |_| ()));
    cases.push(Case::old("gameArgs is empty, the implementation has the roles", &[], |world| {
        world.l1.result("gameArgs", bytes(""));
    }));
    cases.push(Case::old(
        "gameArgs reverts without code, the implementation has the roles",
        &[],
        |world| {
            world.l1.say("gameArgs", Say::Error(-32000, "execution reverted"));
        },
    ));
    cases.push(Case::old(
        "an old implementation has another proposer",
        &roles(Refuse, Pass, Pass),
        |world| {
            world.l1.result("proposer", word("1"));
        },
    ));
    // The implementation has the right roles, but nobody said that they are to be read there.
    for (fault, say, verdict) in [
        ("an RPC error", Say::Error(-32000, "timeout"), Wait),
        ("no answer", Say::Nothing, Wait),
        ("0x", Say::Result(json!("0x")), Refuse),
        ("null", Say::Result(json!(null)), Refuse),
    ] {
        cases.push(Case::old(
            format!("gameArgs: {fault}, an old implementation"),
            &[&roles(verdict, verdict, verdict)[..], &[("game-type", verdict)]].concat(),
            |world| {
                world.l1.say("gameArgs", say);
            },
        ));
    }
    for (name, implementation) in [("no", word("0")), ("an absent", word("c9"))] {
        let noticed = [
            ("game-type", if name == "no" { Refuse } else { Skip }),
            ("proposer-key", Refuse),
            ("challenger-key", Refuse),
            ("prestate", Refuse),
        ];
        cases.push(Case::old(
            format!("an old factory with {name} implementation"),
            &noticed,
            |world| {
                world.l1.result("gameImpls", implementation);
            },
        ));
    }
    // A reset comes before it is known what the request is about.
    for (fault, whole, verdict) in faults().into_iter().filter(|fault| fault.0 != "a reset") {
        let limit: &[_] = if is_limit(fault) { &[("l1-rate-limit", Wait)] } else { &[] };
        let others = ["game-type", "contracts", "standard-validator"].map(|gate| (gate, verdict));
        // An account's past is not known, whatever the fault is.
        let others = [&others[..], &[("alone", Wait)]].concat();
        cases.push(Case::old(
            format!("{fault} at the second request"),
            &[&roles(verdict, verdict, verdict)[..], &others, limit].concat(),
            |world| {
                world.l1.second = whole;
                world.config["deadlineSeconds"] = json!(2);
            },
        ));
    }
}

/// Game types that are not the permissioned one.
pub(super) fn game_types(cases: &mut Vec<Case>) {
    for (game_type, verdict) in
        [(0, Skip), (8, Skip), (9, Skip), (6, Wait), (10, Wait), (1337, Wait)]
    {
        let noticed =
            [("proposer-key", verdict), ("challenger-key", verdict), ("game-type", Refuse)];
        cases.push(Case::new(format!("game type {game_type}"), &noticed, |world| {
            for service in ["proposer-key", "challenger-key", "game-type"] {
                world.service(service)["gameType"] = json!(game_type);
            }
        }));
    }
    for (content, verdict) in
        [(File::Missing, Wait), (File::Directory, Wait), (File::Text("x".to_owned()), Refuse)]
    {
        // Nobody knows whether what cannot be read is the batcher's.
        let of_batcher = if matches!(content, File::Directory) { Wait } else { Pass };
        cases.push(Case::new(
            format!("a game for everyone, key file {content:?}"),
            &[("proposer-key", verdict), ("bond-claimants", verdict), ("reused-key", of_batcher)],
            |world| {
                world.service("proposer-key")["gameType"] = json!(8);
                world.files.insert("proposer.key", content);
            },
        ));
    }
    // The super game has roles as well.
    let noticed = [("proposer-key", Refuse), ("game-type", Refuse)];
    cases.push(Case::new("game type 5 that is not registered", &noticed, |world| {
        for service in ["proposer-key", "game-type"] {
            world.service(service)["gameType"] = json!(5);
        }
    }));
}

/// Terms of another chain in the arguments, and whether games can begin and count.
pub(super) fn terms(cases: &mut Vec<Case>) {
    let (args, other) = (game_args(), "cd".repeat(20));
    let with = |place: std::ops::Range<usize>, hex: &str| {
        bytes(&format!("{}{hex}{}", &args[..2 * place.start], &args[2 * place.end..]))
    };
    let chain_id = |id: u64| format!("{id:064x}");
    for (name, read, value, verdict) in [
        ("another registry in gameArgs", "gameArgs", with(52..72, &other), Refuse),
        ("another WETH in gameArgs", "gameArgs", with(72..92, &other), Refuse),
        ("another L2 in gameArgs", "gameArgs", with(92..124, &chain_id(902)), Refuse),
        ("no L2 in gameArgs", "gameArgs", with(92..124, &chain_id(0)), Refuse),
        ("a SystemConfig with another WETH", "delayedWETH", word("c9"), Refuse),
        ("a SystemConfig of v7 without a WETH", "delayedWETH", word("0"), Refuse),
        ("another respected type in the registry", "registryRespected", word("8"), Refuse),
        ("no root to begin at", "anchorRoot", json!(format!("0x{}", "0".repeat(128))), Refuse),
        ("a root to begin at", "anchorRoot", json!(format!("0x{}", "1".repeat(128))), Pass),
        ("games that were retired", "retirement", word("1"), Pass),
        ("games that are retired for ever", "retirement", word("ffffffffffffffff"), Warn),
    ] {
        cases.push(Case::new(format!("games with {name}"), &[("game-type", verdict)], |world| {
            world.l1.result(read, value);
        }));
    }
    let noticed = [("game-type", Refuse), ("prestate", Refuse)];
    cases.push(Case::new("games with a VM without code", &noticed, |world| {
        world.l1.result("gameArgs", with(32..52, &other));
    }));
    // Only contracts of v7 have one WETH for all games. Those of v6 have the getter already.
    for (release, system, answer) in [
        ("v5", "3.11.0", Say::Error(3, "execution reverted")),
        ("v6", "3.13.1", Say::Result(word("0"))),
    ] {
        let name = format!("games of {release} with a WETH each");
        cases.push(Case::new(name, &[("game-type", Skip)], |world| {
            world.l1.result("systemVersion", text(system));
            world.l1.say("delayedWETH", answer);
        }));
    }
    // Super roots are of several chains.
    let super_roots = |world: &mut World| {
        world.config["services"]["game-type"]["gameType"] = json!(5);
        for read in ["respectedGameType", "registryRespected"] {
            world.l1.result(read, word("5"));
        }
        world.l1.registered = 5;
    };
    for (id, verdict) in [(0, Pass), (901, Refuse)] {
        let others = ["proposer-key", "challenger-key", "prestate"].map(|gate| (gate, Refuse));
        let noticed = [&others[..], &[("game-type", verdict)]].concat();
        cases.push(Case::new(format!("super games with L2 {id}"), &noticed, |world| {
            super_roots(world);
            world.l1.result("gameArgs", with(92..124, &chain_id(id)));
        }));
    }
    for (bond, verdict, claimants) in [("0", Warn, Skip), ("1", Pass, Pass)] {
        let noticed = [
            ("game-type", verdict),
            ("bond-claimants", claimants),
            ("proposer-key", Refuse),
            ("challenger-key", Refuse),
            ("prestate", Refuse),
        ];
        cases.push(Case::new(format!("open games with a bond of {bond}"), &noticed, |world| {
            super_roots(world);
            world.config["services"]["game-type"]["gameType"] = json!(9);
            for read in ["respectedGameType", "registryRespected"] {
                world.l1.result(read, word("9"));
            }
            world.l1.registered = 9;
            world.l1.result("initBonds", word(bond));
            world.l1.result("gameArgs", bytes(&with_no_roles(&args)));
        }));
    }
}

/// A super game for everybody.
fn with_no_roles(args: &str) -> String {
    format!("{}{}", &args[..184], "0".repeat(64))
}

pub(super) fn vms(cases: &mut Vec<Case>) {
    // The VM counts where gameArgs names it: a world with other arguments is another.
    let asked = |world: &mut World| {
        world.l1.result("gameArgs", bytes(&game_args().to_uppercase()));
    };
    for (version, verdict) in [("7", Refuse), ("8", Pass), ("9", Refuse), ("100", Refuse)] {
        let noticed = [("prestate", verdict)];
        let code = if version == "100" { &[("game-type", Refuse)][..] } else { &[] };
        let noticed = [&noticed[..], code].concat();
        cases.push(Case::new(format!("a VM of state version 0x{version}"), &noticed, |world| {
            asked(world);
            world.l1.result("stateVersion", word(version));
        }));
    }
    for (lie, say, verdict) in lies(World::right().l1.value("stateVersion")) {
        // Older VMs have no such getter.
        let verdict = if lie.starts_with("a revert") { Pass } else { verdict };
        let limit = (lie == "a limit").then_some(("l1-rate-limit", Wait));
        let gates = ["prestate", "game-type"].map(|gate| (gate, verdict));
        let noticed: Vec<_> = gates.into_iter().chain(limit).collect();
        cases.push(Case::new(format!("L1 says {lie} for stateVersion"), &noticed, |world| {
            asked(world);
            world.l1.say("stateVersion", say);
        }));
    }
}
