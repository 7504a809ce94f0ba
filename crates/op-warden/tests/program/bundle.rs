//! `op-warden bundle` as an operator and a follower run it, and the gate and the server that go by it.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use test_kit::{Run, http, process::free_address};

use super::serve::Service;
use crate::world::{World, runner};

fn bundle(args: &[&str]) -> Run {
    runner::run(&[&["bundle"], args].concat())
}

/// A key file, and its public half.
fn key(folder: &Path, name: &str) -> (String, String) {
    let path = folder.join(name).display().to_string();
    let run = bundle(&["key", "--out", &path, "--json"]);
    run.exits(0).unwrap();
    (path, run.json()["publicKey"].as_str().unwrap().to_owned())
}

#[test]
fn every_command_explains_itself_with_an_example() {
    for command in ["key", "create", "publish", "verify"] {
        let run = bundle(&[command, "--help"]);
        run.exits(0).unwrap();
        assert!(run.stdout.contains("Example: op-warden bundle "), "{command}: {run}");
    }
}

#[test]
fn a_key_is_made_once_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (path, public) = key(folder.path(), "key");
    let text = fs::read_to_string(&path).unwrap();
    assert!(public.starts_with("ssh-ed25519 AAAA"), "{public}");
    let again = bundle(&["key", "--out", &path]);
    again.exits(255).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    // A private key in the place of the public one is not repeated.
    let secret = text.lines().nth(1).unwrap();
    let run = bundle(&["verify", "/nowhere", "--key", &text]);
    run.exits(255).unwrap();
    assert!(!run.stderr.contains(secret) && run.stderr.contains(".pub"), "{run}");
}

#[test]
fn from_the_operator_to_a_follower_and_its_gate() {
    let mut world = World::right();
    world.config["services"] = json!({"bundle": {"gates": ["bundle"]}});
    let started = world.start();
    let dir = started.dir();
    let [config, made, kept] = ["op-warden.json", "made", "kept"].map(|name| started.path(name));
    let (signer, public) = key(dir, "signer");
    let create = |more: &[&str]| {
        bundle(
            &[&["create", &made, "--config", &config, "--key", &signer, "--json"], more].concat(),
        )
    };
    let first = create(&["--rpc", "https://rpc.example"]);
    first.exits(0).unwrap();
    assert_eq!(first.json()["serial"], 1);
    let about: Value =
        serde_json::from_slice(&fs::read(format!("{made}/chain.json")).unwrap()).unwrap();
    assert!(about["contracts"]["DisputeGameFactoryProxy"].is_string(), "{about}");
    let again = create(&["--rpc", "https://rpc.example"]).json();
    assert_eq!((&again["serial"], &again["new"]), (&json!(1), &json!(false)));

    let verify = |key: &str, place: &str| {
        bundle(&["verify", place, "--key", key, "--into", &kept, "--json"])
    };
    let run = verify(&public, &made);
    run.exits(0).unwrap();
    assert_eq!(run.json()["signedBy"], public.as_str());
    assert_eq!(
        fs::read(format!("{kept}/genesis.json")).unwrap(),
        fs::read(dir.join("genesis.json")).unwrap()
    );
    verify(&public, "/nowhere/at-all").exits(75).unwrap();
    let (_, other) = key(dir, "other");
    let run = bundle(&["verify", &made, "--key", &other]);
    run.exits(255).unwrap();
    assert!(run.stdout.contains(&public) && run.stdout.contains(&other), "{run}");

    // The gate of a follower that has only what was kept.
    let gate = |key: &str| {
        let mut config: Value =
            serde_json::from_slice(&fs::read(dir.join("op-warden.json")).unwrap()).unwrap();
        config["chain"]["bundle"] = json!(kept);
        config["chain"]["bundleKey"] = json!(key);
        config["chain"]["genesis"] = json!(format!("{kept}/genesis.json"));
        config["chain"]["rollup"] = json!(format!("{kept}/rollup.json"));
        let path = dir.join("follower.json");
        fs::write(&path, config.to_string()).unwrap();
        runner::run(&["gate", "bundle", "--config", path.to_str().unwrap(), "--json"])
    };
    gate(&public).exits(0).unwrap();
    let run = gate(&other);
    run.exits(255).unwrap();
    assert!(run.stdout.contains(&public), "{run}");
    gate("ssh-rsa AAAA").exits(255).unwrap();
    let signature = format!("{kept}/manifest.json.sig");
    let text = fs::read(&signature).unwrap();
    fs::remove_file(&signature).unwrap();
    gate(&public).exits(75).unwrap();
    fs::write(&signature, text).unwrap();
    let manifest = fs::read_to_string(format!("{kept}/manifest.json")).unwrap();
    fs::write(format!("{kept}/manifest.json"), format!("{manifest}\n")).unwrap();
    let run = gate(&public);
    run.exits(255).unwrap();
    assert!(run.stdout.contains("does not fit"), "{run}");
}

#[test]
fn what_does_not_stand_is_not_announced() {
    let started = World::right().start();
    let [config, made] = ["op-warden.json", "made"].map(|name| started.path(name));
    let (signer, _) = key(started.dir(), "signer");
    let args = ["publish", &made, "--config", &config, "--key", &signer];
    let run = bundle(&[&args[..], &["--json"]].concat());
    run.exits(75).unwrap();
    let steps = run.json()["steps"].as_array().unwrap().clone();
    // This world has gates of all kinds, and no engine of a sequencer that followers could follow.
    let fails = |name: &str| {
        let step = steps.iter().find(|step| step["name"] == name).unwrap();
        step["holds"] == false && step["mend"].is_string()
    };
    assert!(
        fails("one follower is equal by both paths") && fails("the safe head has moved"),
        "{run}"
    );
    assert!(!Path::new(&made).exists());
    let run = bundle(&args);
    run.exits(75).unwrap();
    assert!(
        run.stdout.contains("✗ one follower") && run.stdout.contains("nothing was published"),
        "{run}"
    );
}

#[test]
fn the_bundle_is_served_and_another_chains_is_not() {
    let world = World::right();
    let started = world.start();
    let [config, made] = ["op-warden.json", "made"].map(|name| started.path(name));
    let (signer, public) = key(started.dir(), "signer");
    bundle(&["create", &made, "--config", &config, "--key", &signer]).exits(0).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::copy(started.dir().join("rollup.json"), folder.path().join("rollup.json")).unwrap();
    let service = Service::with_bundle(folder.path(), Path::new(&made));
    let url = format!("http://{}/bundle/", service.address);
    let kept = folder.path().join("kept").display().to_string();
    bundle(&["verify", &url, "--key", &public, "--into", &kept]).exits(0).unwrap();
    let get = |path: &str| http::get(&format!("http://{}", service.address), path).unwrap();
    assert!(get("/bundle/").1.contains("op-devnet follow"), "{:?}", get("/bundle/"));
    for path in ["genesis.json", "signer", ".lock", "..%2frollup.json", "%2fetc%2fpasswd"] {
        assert_eq!(get(&format!("/bundle/{path}")).0, 404, "{path}");
    }
    // What runs is another chain now.
    let mut rollup: Value =
        serde_json::from_slice(&fs::read(folder.path().join("rollup.json")).unwrap()).unwrap();
    rollup["block_time"] = json!(1);
    fs::write(folder.path().join("rollup.json"), rollup.to_string()).unwrap();
    let (code, text) = get("/bundle/manifest.json");
    assert!(code == 503 && text.contains("not of the chain that runs here"), "{code} {text}");
    bundle(&["verify", &url, "--key", &public]).exits(75).unwrap();
    // Where none is configured, there is none.
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), None);
    assert_eq!(http::get(&format!("http://{}", service.address), "/bundle/").unwrap().0, 404);
    let nobody = format!("http://{}/", free_address());
    bundle(&["verify", &nobody, "--key", &public]).exits(75).unwrap();
}

#[test]
fn ssh_keygen_signs_where_the_key_is_not_at_hand() {
    let started = World::right().start();
    let [config, made] = ["op-warden.json", "made"].map(|name| started.path(name));
    let generate = ["-q", "-t", "ed25519", "-f", "theirs", "-N", ""];
    let keygen =
        |args: &[&str]| Command::new("ssh-keygen").args(args).current_dir(started.dir()).output();
    if keygen(&generate).is_err() {
        eprintln!("skipped: there is no ssh-keygen on PATH");
        return;
    }
    let public = started.path("theirs.pub");
    let run = bundle(&["create", &made, "--config", &config, "--key", &public]);
    run.exits(0).unwrap();
    assert!(run.stdout.contains("ssh-keygen -Y sign -f"), "{run}");
    bundle(&["verify", &made, "--key", &public]).exits(75).unwrap();
    let manifest = format!("{made}/manifest.json");
    let sign = ["-Y", "sign", "-f", "theirs", "-n", "op-stack-bundle", &manifest];
    assert!(keygen(&sign).unwrap().status.success());
    bundle(&["verify", &made, "--key", &public]).exits(0).unwrap();
}
