//! What is deployed and started: it is as planned, and it ends.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::json;

use super::support::{Result, World, anvil, ensure};

pub(crate) fn another_plan(world: &World) -> Result<()> {
    world.fund("owner")?;
    let [one, two, owner] = ["one", "two", "owner"].map(|name| world.address(name));
    let (one, two, owner) = (one?, two?, owner?);
    let plan = ["deploy", "--witness", &one, "--quorum", "1", "--allow-minority"];
    world.run_at(&world.url, &plan, "owner")?.exits(0)?;
    let nonce = world.nonce("owner")?;
    // The same once more is done.
    world.run_at(&world.url, &plan, "owner")?.exits(0)?;
    for (other, says) in [
        (vec!["--max-future-ms", "5"], "expected the ledger as planned at"),
        (vec!["--change-delay", "7"], "expected the registry as planned at"),
        (vec!["--witness", &two], "witnesses: planned 2, found 1"),
        (vec!["--owner", &two], "owner: planned"),
    ] {
        let run = world.run_at(&world.url, &[&plan[..], &other].concat(), "owner")?;
        run.exits(2)?;
        ensure(run.stderr.contains(says), || format!("{says:?} is not said: {run}"))?;
    }
    let other =
        ["deploy", "--witness", &two, "--quorum", "1", "--allow-minority", "--owner", &owner];
    let run = world.run_at(&world.url, &other, "owner")?;
    run.exits(2)?;
    ensure(run.stderr.contains(&format!("{two} is planned and no witness")), || run.to_string())?;
    ensure(world.nonce("owner")? == nonce, || "something was sent".to_owned())
}

/// A change is made when everybody could have seen it coming.
pub(crate) fn announced(world: &World) -> Result<()> {
    world.fund("owner")?;
    let [one, two] = [world.address("one")?, world.address("two")?];
    let plan = ["deploy", "--witness", &one, "--quorum", "1", "--change-delay", "3600"];
    world.run_at(&world.url, &plan, "owner")?.exits(0)?;
    let members =
        || Ok::<_, Box<dyn std::error::Error>>(world.status(&[])?["registry"]["members"].clone());
    let add = ["witness", "add", &two, "--quorum", "2", "--json"];
    let first = world.on_chain(&add, "owner")?;
    first.exits(1)?;
    let due = first.json()["due"].as_u64().ok_or("no time")?;
    let nonce = world.nonce("owner")?;
    // Too early: it says when, and sends nothing.
    let second = world.on_chain(&add, "owner")?;
    second.exits(1)?;
    ensure(second.json()["due"] == due && world.nonce("owner")? == nonce, || second.to_string())?;
    ensure(members()? == 1, || "it is made already".to_owned())?;
    world.ask::<serde_json::Value>("evm_setNextBlockTimestamp", &json!([due]))?;
    world.mine()?;
    world.on_chain(&add, "owner")?.exits(0)?;
    ensure(members()? == 2, || "it is not made".to_owned())?;
    // Whoever missed the answer may ask again.
    let nonce = world.nonce("owner")?;
    world.on_chain(&add, "owner")?.exits(0)?;
    ensure(world.nonce("owner")? == nonce, || "it is announced anew".to_owned())
}

/// Whatever ends the smoke, its anvil ends too.
pub(crate) fn smoke_ends(world: &World) -> Result<()> {
    let anvil = anvil()?.canonicalize()?.display().to_string();
    for signal in ["-TERM", "-KILL"] {
        let args = ["smoke", "--epochs", "200", "--anvil", &anvil];
        let mut smoke = world.spawn_alone(&args)?;
        let parent = smoke.id();
        let mut found = None;
        World::until("the anvil is there", || {
            found = child_of(parent, Path::new(&anvil))?;
            Ok(found.is_some())
        })?;
        let status = Command::new("kill").args([signal, &parent.to_string()]).status()?;
        ensure(status.success(), || "kill".to_owned())?;
        smoke.code()?;
        let anvil = found.ok_or("no anvil")?;
        World::until("the anvil is gone", || Ok(!runs(&anvil)))?;
    }
    Ok(())
}

/// The child of a process that runs a program.
fn child_of(parent: u32, program: &Path) -> Result<Option<PathBuf>> {
    for process in fs::read_dir("/proc")?.flatten() {
        let is_it = fs::read_link(process.path().join("exe")).is_ok_and(|exe| exe == program);
        let status = fs::read_to_string(process.path().join("status")).unwrap_or_default();
        if is_it && status.lines().any(|line| line == format!("PPid:\t{parent}")) {
            return Ok(Some(process.path()));
        }
    }
    Ok(None)
}

/// Whether a process is there and no zombie.
fn runs(process: &Path) -> bool {
    let status = fs::read_to_string(process.join("status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && !line.contains('Z'))
}

/// A derivation that does not end: nobody writes into the pipe.
pub(crate) fn signals(world: &World) -> Result<()> {
    world.deploy(&["one"], 1)?;
    let pipe = world.path("archive.jsonl");
    ensure(Command::new("mkfifo").arg(&pipe).status()?.success(), || "mkfifo".to_owned())?;
    let mut watch = world.spawn(&["watch", "archive.jsonl"], "one")?;
    // It is in the middle of it when the pipe has a reader.
    let writer = fs::File::create(&pipe)?;
    let code = watch.terminate()?;
    drop(writer);
    ensure(code == Some(0), || format!("watch ended with {code:?}"))
}
