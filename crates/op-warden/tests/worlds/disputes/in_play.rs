//! Games that were made before something changed, and are not resolved yet.

use std::io::Read as _;

use flate2::read::GzDecoder;
use op_chain::prestate::Prestate;
use serde_json::{Value, json};
use test_kit::node::Say;

use super::prestates::changed;
use crate::{
    case::Case,
    lies::lies,
    verdict::Verdict::{Pass, Refuse, Skip, Wait, Warn},
    world::{
        World,
        file::File,
        names::{PRESTATE, PRESTATE_HASH},
        script::{ALL, game_at_index, word},
    },
};

type Spoil = fn(&mut World);

fn challenger(types: &str) -> Value {
    json!({"component": "op-challenger", "args": [format!("--game-types={types}")]})
}

/// The factory's newest games are of this type.
fn two_of(world: &mut World, game_type: u32) {
    world.l1.result("gameCount", word("2"));
    world.l1.result("gameAtIndex", game_at_index(game_type));
}

pub(super) fn former_types(cases: &mut Vec<Case>) {
    let open: Spoil = |_| ();
    let won: Spoil = |world| world.l1.result("status", word("2"));
    let lost: Spoil = |world| world.l1.result("status", word("1"));
    let other: Spoil = |world| world.l1.result("wasRespected", word("0"));
    let old: Spoil = |world| world.l1.say("wasRespected", Say::Error(3, "execution reverted"));
    let many: Spoil = |world| world.l1.result("gameCount", word("1000"));
    for (name, types, game_type, spoil, verdict) in [
        ("that is played", "permissioned", 1, open, Pass),
        ("that is not played", "permissioned", 0, open, Refuse),
        ("that is not played, among many", "permissioned", 0, many, Refuse),
        (
            "that is not played and that no release before v3 remembers",
            "permissioned",
            0,
            old,
            Refuse,
        ),
        ("that is not played, won", "permissioned", 0, won, Pass),
        ("that is not played, lost", "permissioned", 0, lost, Pass),
        ("that nobody proves withdrawals against", "permissioned", 0, other, Pass),
        ("that is played beside the respected one", "permissioned,cannon", 0, open, Pass),
        ("that is named as new releases do", "permissioned,zk", 10, open, Pass),
        ("that op-challenger does not know", "permissioned", 6, open, Warn),
        ("that nobody knows", "permissioned", 4711, open, Warn),
        ("that op-challenger does not know, won", "permissioned", 6, won, Pass),
    ] {
        let title = format!("games in play of type {game_type}, {name}");
        cases.push(Case::new(title, &[("game-type", verdict)], |world| {
            world.service("game-type")["command"] = challenger(types);
            two_of(world, game_type);
            spoil(world);
        }));
    }
    // Who only watches or proposes plays none.
    for component in ["op-dispute-mon", "op-proposer"] {
        let title = format!("games in play of a former type, and {component}");
        cases.push(Case::new(title, &[("game-type", Pass)], |world| {
            world.service("game-type")["command"] = json!({"component": component});
            two_of(world, 0);
        }));
    }
    for read in ["gameAtIndex", "status", "wasRespected"] {
        for (lie, say, verdict) in lies(World::right().l1.value(read)) {
            // Contracts before v3 have no such getter. The first half of a game is a whole one of type 0.
            let verdict = if read == "wasRespected" && lie.starts_with("a revert") {
                Refuse
            } else {
                verdict
            };
            // Not everybody meets it.
            if lie == "a limit" {
                continue;
            }
            let noticed = [("game-type", verdict)];
            cases.push(Case::new(
                format!("L1 says {lie} for {read} of a game"),
                &noticed,
                |world| {
                    world.service("game-type")["command"] = challenger("permissioned");
                    two_of(world, 0);
                    world.l1.say(read, say);
                },
            ));
        }
    }
}

/// Another program than [`PRESTATE`], and its hash.
fn another() -> (File, String) {
    let file = changed(|state| state[1000] ^= 1);
    let File::Bytes(bytes) = &file else { unreachable!() };
    let mut state = Vec::new();
    GzDecoder::new(&bytes[..]).read_to_end(&mut state).unwrap();
    let hash = Prestate::from_reader(&state[..]).unwrap().hash;
    (file, hash.to_string())
}

fn in_folder(hash: &str) -> &'static str {
    let hash = hash.trim_start_matches("0x");
    Box::leak(format!("prestates/0x{hash}.bin.gz").into_boxed_str())
}

/// The challenger plays permissioned and open games; the registered program is [`PRESTATE`].
fn open_games(world: &mut World, prestate: Value) {
    world.l1.registered = ALL;
    world.config["services"]["prestate"]["command"] = challenger("permissioned,cannon-kona");
    let mut prestate = prestate;
    if prestate["folder"].is_string() {
        prestate["folder"] = json!("@DIR@/prestates");
    }
    world.config["services"]["prestate"]["prestate"] = prestate;
}

pub(super) fn former_programs(cases: &mut Vec<Case>) {
    let (other_file, other) = another();
    let file = || json!({"file": "prestate.bin.gz"});
    let folder = || json!({"folder": ""});
    let right = || (in_folder(PRESTATE_HASH), File::Bytes(PRESTATE.to_owned()));
    let former = |content: File| (in_folder(&other), content);
    let is_former = |world: &mut World| {
        two_of(world, 8);
        world.l1.result("prestateOfGame", word(&other));
    };
    let none = Vec::new;
    for (name, prestate, files, verdict) in [
        ("the folder has it", folder(), vec![right()], Pass),
        (
            "the folder has it and another",
            folder(),
            vec![right(), former(other_file.clone())],
            Pass,
        ),
        ("there is no folder", folder(), none(), Wait),
        ("the folder has another", folder(), vec![former(other_file.clone())], Wait),
        (
            "the folder has another under its name",
            folder(),
            vec![(right().0, other_file.clone())],
            Refuse,
        ),
        (
            "the folder has a page under its name",
            folder(),
            vec![(right().0, File::Text("x".into()))],
            Refuse,
        ),
        ("the file is it", file(), none(), Pass),
        ("there is none", json!({}), none(), Wait),
    ] {
        for in_play in [false, true] {
            let games = if in_play { "in play" } else { "to come" };
            let title = format!("the program of games {games}: {name}");
            let noticed = &[("prestate", verdict)];
            cases.push(Case::new(title, noticed, |world| {
                open_games(world, prestate.clone());
                world.files.extend(files.clone());
                if in_play {
                    two_of(world, 8);
                }
            }));
        }
    }
    for (name, prestate, files, verdict) in [
        ("the folder has both", folder(), vec![right(), former(other_file.clone())], Pass),
        ("the folder has only the new one", folder(), vec![right()], Wait),
        ("the folder has the new one twice", folder(), vec![right(), former(right().1)], Refuse),
        ("the file is the new one", file(), none(), Refuse),
        ("there is none", json!({}), none(), Wait),
    ] {
        let title = format!("a former program of games in play: {name}");
        cases.push(Case::new(title, &[("prestate", verdict)], |world| {
            open_games(world, prestate);
            world.files.extend(files);
            is_former(world);
        }));
    }
    let won: Spoil = |world| world.l1.result("status", word("2"));
    let other_type: Spoil = |world| world.l1.result("wasRespected", word("0"));
    let not_played: Spoil = |world| world.l1.result("gameAtIndex", game_at_index(0));
    for (name, spoil) in [
        ("won", won),
        ("that nobody proves against", other_type),
        ("that is not played", not_played),
    ] {
        let title = format!("a former program of games in play, {name}");
        cases.push(Case::new(title, &[("prestate", Pass)], |world| {
            open_games(world, file());
            is_former(world);
            spoil(world);
        }));
    }
    // What they were made with is not known.
    for (lie, say, verdict) in lies(World::right().l1.value("prestateOfGame")) {
        if lie == "a limit" {
            continue;
        }
        let noticed = [("prestate", verdict)];
        cases.push(Case::new(
            format!("L1 says {lie} for the program of a game"),
            &noticed,
            |world| {
                open_games(world, file());
                two_of(world, 8);
                world.l1.say("prestateOfGame", say);
            },
        ));
    }
    // Of permissioned games op-challenger loads none.
    cases.push(Case::new("a folder for permissioned games", &[("prestate", Skip)], |world| {
        open_games(world, folder());
        world.service("prestate")["command"] = challenger("permissioned");
        two_of(world, 1);
    }));
    // A type that is played before it is registered, or after.
    cases.push(Case::new("a type without new games", &[("prestate", Skip)], |world| {
        open_games(world, folder());
        world.l1.registered = 1;
    }));
    cases.push(Case::new(
        "no program of a type without new games",
        &[("prestate", Wait)],
        |world| {
            open_games(world, json!({}));
            world.l1.registered = 1;
            is_former(world);
        },
    ));
    // The same key for both kinds of games.
    for (registered, key, verdict) in
        [(ALL, "challenger.key", Skip), (ALL, "sender.key", Refuse), (8, "sender.key", Skip)]
    {
        let title = format!("the {key} for open and former games, registered {registered}");
        let mut noticed = vec![("challenger-key", verdict)];
        if registered == 8 {
            noticed.extend(["proposer-key", "game-type", "prestate"].map(|gate| (gate, Refuse)));
        }
        cases.push(Case::new(title, &noticed, |world| {
            world.l1.registered = registered;
            let service = world.service("challenger-key");
            service["gameType"] = json!(8);
            service["command"] = challenger("cannon-kona,permissioned");
            service["key"] = json!(key);
        }));
    }
}
