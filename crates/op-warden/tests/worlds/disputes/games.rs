//! Types and arguments of games.

use serde_json::json;
use test_kit::node::Say;

use crate::{
    case::Case,
    lies::{faults, is_limit, lies},
    verdict::Verdict::{Pass, Refuse, Skip, Wait},
    world::{
        World,
        file::File,
        names::{PRESTATE_HASH, ROLES},
        script::{bytes, game_args, game_args_with, word},
    },
};

/// `gameArgs` in all its shapes.
pub(super) fn game_arguments(cases: &mut Vec<Case>) {
    let roles = |proposer, challenger, prestate| {
        [("proposer-key", proposer), ("challenger-key", challenger), ("prestate", prestate)]
    };
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
        ("empty, and a bare implementation", bytes(""), roles(Refuse, Refuse, Refuse)),
    ] {
        cases.push(Case::new(format!("gameArgs: {name}"), &verdicts, |world| {
            world.l1.result("gameArgs", args);
        }));
    }
    cases.push(Case::new(
        "gameArgs reverts, the implementation has the roles",
        &[],
        World::with_old_factory,
    ));
    cases.push(Case::new("gameArgs is empty, the implementation has the roles", &[], |world| {
        world.with_old_factory();
        world.l1.result("gameArgs", bytes(""));
    }));
    cases.push(Case::new(
        "gameArgs reverts without code, the implementation has the roles",
        &[],
        |world| {
            world.with_old_factory();
            world.l1.say("gameArgs", Say::Error(-32000, "execution reverted"));
        },
    ));
    cases.push(Case::new(
        "an old implementation has another proposer",
        &roles(Refuse, Pass, Pass),
        |world| {
            world.with_old_factory();
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
        cases.push(Case::new(
            format!("gameArgs: {fault}, an old implementation"),
            &roles(verdict, verdict, verdict),
            |world| {
                world.with_old_factory();
                world.l1.say("gameArgs", say);
            },
        ));
    }
    for (name, implementation) in [("no", word("0")), ("an absent", word("c9"))] {
        let noticed = [
            ("game-type", if name == "no" { Refuse } else { Pass }),
            ("proposer-key", Refuse),
            ("challenger-key", Refuse),
            ("prestate", Refuse),
        ];
        cases.push(Case::new(
            format!("an old factory with {name} implementation"),
            &noticed,
            |world| {
                world.with_old_factory();
                world.l1.result("gameImpls", implementation);
            },
        ));
    }
    // A reset comes before it is known what the request is about.
    for (fault, whole, verdict) in faults().into_iter().filter(|fault| fault.0 != "a reset") {
        let limit: &[_] = if is_limit(fault) { &[("l1-rate-limit", Wait)] } else { &[] };
        cases.push(Case::new(
            format!("{fault} at the second request"),
            &[&roles(verdict, verdict, verdict)[..], limit].concat(),
            |world| {
                world.with_old_factory();
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
            &[("proposer-key", verdict), ("reused-key", of_batcher)],
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

pub(super) fn vms(cases: &mut Vec<Case>) {
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
