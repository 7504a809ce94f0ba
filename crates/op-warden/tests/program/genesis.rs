//! `op-warden genesis hash`.

use serde_json::json;

use crate::world::{
    World,
    file::File,
    names::{L2_HASH, TIME},
    runner,
};

#[test]
fn the_hash_is_printed_alone() {
    let world = World::right().start();
    let run = runner::run(&["genesis", "hash", &world.path("genesis.json")]);
    assert_eq!(
        (run.code, run.stdout, run.stderr),
        (Some(0), format!("{L2_HASH}\n"), String::new())
    );
}

#[test]
fn equal_is_0_and_different_is_255() {
    for (hash, code, equal) in
        [(json!(L2_HASH), 0, true), (json!(format!("0x{}", "2b".repeat(32))), 255, false)]
    {
        let mut world = World::right();
        world.json("rollup.json", "/genesis/l2/hash", hash.clone());
        let world = world.start();
        let (genesis, rollup) = (world.path("genesis.json"), world.path("rollup.json"));
        let run = runner::run(&["genesis", "hash", &genesis, "--rollup", &rollup]);
        assert_eq!((run.code, run.stdout), (Some(code), format!("{L2_HASH}\n")));
        assert_eq!(run.stderr.contains(hash.as_str().unwrap()), !equal, "{}", run.stderr);

        let run = runner::run(&["genesis", "hash", &genesis, "--rollup", &rollup, "--json"]);
        assert_eq!(run.code, Some(code));
        let report = run.json();
        for (field, value) in [
            ("hash", json!(L2_HASH)),
            ("rollupHash", hash),
            ("equal", json!(equal)),
            ("chainId", json!(901)),
            ("timestamp", json!(TIME)),
        ] {
            assert_eq!(report[field], value, "{field}");
        }
    }
}

#[test]
fn a_genesis_without_config_needs_rollup_json() {
    let mut world = World::right();
    world.json("genesis.json", "/config", json!(null));
    let world = world.start();
    let genesis = world.path("genesis.json");
    let alone = runner::run(&["genesis", "hash", &genesis]);
    assert_eq!(alone.code, Some(255));
    assert!(alone.stderr.contains("give the rollup.json too"), "{alone:?}");
    let both = runner::run(&["genesis", "hash", &genesis, "--rollup", &world.path("rollup.json")]);
    assert_eq!((both.code, both.stdout), (Some(0), format!("{L2_HASH}\n")));
}

#[test]
fn what_has_no_hash_is_255_and_the_reason_is_told_once() {
    for (file, content, reason) in [
        ("genesis.json", File::Missing, "No such file or directory"),
        ("genesis.json", File::Directory, "Is a directory"),
        ("genesis.json", File::Text("{".to_owned()), "EOF while parsing"),
        ("genesis.json", File::Text("{}".to_owned()), "missing field"),
        ("rollup.json", File::Missing, "No such file or directory"),
        ("rollup.json", File::Directory, "it is not a regular file"),
        ("rollup.json", File::Text("{}".to_owned()), "missing field"),
    ] {
        let mut world = World::right();
        world.files.insert(file, content);
        let world = world.start();
        let (genesis, rollup) = (world.path("genesis.json"), world.path("rollup.json"));
        for options in [&[][..], &["--json"]] {
            let run = runner::run(
                &[&["genesis", "hash", &genesis, "--rollup", &rollup], options].concat(),
            );
            assert_eq!((run.code, run.stdout.as_str()), (Some(255), ""), "{file}: {run:?}");
            assert_eq!(run.stderr.matches(reason).count(), 1, "{file}: {run:?}");
            assert!(run.stderr.contains(&world.path(file)), "{file}: {run:?}");
        }
    }
}
