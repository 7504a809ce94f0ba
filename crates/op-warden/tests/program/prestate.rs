//! `op-warden prestate hash`, and how the gate reads and reports it.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::world::{
    World,
    file::File,
    names::{PRESTATE, PRESTATE_HASH},
    runner,
    script::{bytes, game_args_with},
    started::Started,
};

#[test]
fn the_hash_is_printed_alone() {
    let world = World::right().start();
    let file = world.path("prestate.bin.gz");
    let run = runner::run(&["prestate", "hash", &file]);
    assert_eq!(
        (run.code, run.stdout, run.stderr),
        (Some(0), format!("0x{PRESTATE_HASH}\n"), String::new())
    );
    let report = runner::run(&["prestate", "hash", &file, "--json"]).json();
    let expected = json!({
        "hash": format!("0x{PRESTATE_HASH}"), "stateVersion": 8, "step": 5, "exited": false
    });
    assert_eq!(report, expected);
}

#[test]
fn what_has_no_hash_is_255_and_the_reason_is_told_once() {
    let world = World::right().start();
    fs::write(world.dir().join("half.bin.gz"), &PRESTATE[..200]).unwrap();
    fs::write(world.dir().join("old.bin"), [5, 0]).unwrap();
    for (file, reason) in [
        ("absent.bin.gz", "No such file or directory"),
        ("half.bin.gz", "it ends within the "),
        ("old.bin", "state version 5 is of a 32-bit VM"),
        ("genesis.json", ".bin.gz"),
    ] {
        for options in [&[][..], &["--json"]] {
            let file = world.path(file);
            let run = runner::run(&[&["prestate", "hash", &file], options].concat());
            assert_eq!((run.code, run.stdout.as_str()), (Some(255), ""), "{run:?}");
            assert!(
                run.stderr.matches(reason).count() == 1 && run.stderr.contains(&file),
                "{run:?}"
            );
        }
    }
}

fn finding(world: &Started) -> Value {
    world.gate("prestate", &["--json"]).json()["findings"][1].clone()
}

#[test]
fn the_stale_default_is_named() {
    let stale = "0x038512e02c4c3f7bdaec27d00edf55b7155e0905301e1a88083e4e0a6764d54c";
    let mut world = World::right();
    world.l1.result("gameArgs", bytes(&game_args_with(&stale[2..])));
    let refused = finding(&world.start());
    assert!(refused["expected"].as_str().unwrap().starts_with(stale), "{refused:#}");
    for field in ["expected", "mend"] {
        let text = refused[field].as_str().unwrap();
        assert!(text.contains("op-deployer's stale default, a cannon32 program"), "{refused:#}");
    }
    let leave_out = "Or leave the prestate out";
    assert!(refused["mend"].as_str().unwrap().contains(leave_out), "{refused:#}");
    world.service("prestate")["prestate"] = json!({"file": null});
    for (game_type, answer, says) in [
        (1, "warn", "Nothing stops now. Before games are opened to everyone"),
        (8, "wait", "the core rollup runs without it"),
    ] {
        world.service("prestate")["gameType"] = json!(game_type);
        let none = finding(&world.start());
        assert_eq!((&none["answer"], &none["found"]), (&json!(answer), &json!("none")));
        let mend = none["mend"].as_str().unwrap();
        assert!(mend.contains(says), "{none:#}");
        // Nobody registered another type there.
        assert_eq!(mend.contains(stale), game_type == 1, "{none:#}");
        assert!(!mend.contains(leave_out), "{none:#}");
    }
}

#[test]
fn a_silent_file_ends_in_wait_within_the_deadline() {
    let mut world = World::right();
    world.files.insert("prestate.bin.gz", File::Pipe);
    // Enough for all other files, on a busy machine too.
    world.config["deadlineSeconds"] = json!(10);
    let world = world.start();
    let started = Instant::now();
    let judgements = world.check(&["--json"]).json();
    assert!(started.elapsed() < Duration::from_mins(1), "{:?}", started.elapsed());
    for judgement in judgements.as_array().unwrap() {
        let expected = if judgement["service"] == "prestate" { "wait" } else { "pass" };
        assert_eq!(judgement["answer"], expected, "{judgement:#}");
    }
    assert!(finding(&world)["found"].as_str().unwrap().contains("not read within"));
}

/// What was written to a pipe can be read only once.
#[test]
fn a_file_that_two_services_name_is_read_once() {
    let mut world = World::right();
    world.files.insert("prestate.bin.gz", File::Pipe);
    let service = world.service("prestate").clone();
    world.config["services"]["another"] = service;
    let world = world.start();
    let pipe = world.path("prestate.bin.gz");
    let writer = thread::spawn(move || fs::write(pipe, PRESTATE).unwrap());
    let run = world.check(&["--json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    writer.join().unwrap();
}
