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

/// The quorum is a change like any other: with a delay nobody sets it before everybody could see it coming.
pub(crate) fn quorum_and_replacement(world: &World) -> Result<()> {
    world.fund("owner")?;
    let [one, two, three] = ["one", "two", "three"].map(|name| world.address(name));
    let (one, two, three) = (one?, two?, three?);
    let plan = [
        "deploy",
        "--witness",
        &one,
        "--witness",
        &two,
        "--quorum",
        "2",
        "--allow-minority",
        "--change-delay",
        "3600",
    ];
    world.run_at(&world.url, &plan, "owner")?.exits(0)?;
    let registry = || Ok::<_, Box<dyn std::error::Error>>(world.status(&[])?["registry"].clone());
    for (change, field, after) in [
        (vec!["witness", "quorum", "1"], "quorum", 1),
        (vec!["witness", "replace", &one, &three], "members", 2),
    ] {
        let before = registry()?;
        let announced = world.on_chain(&[&change[..], &["--json"]].concat(), "owner")?;
        announced.exits(1)?;
        ensure(registry()? == before, || "it is made before anybody could see it".to_owned())?;
        let due = announced.json()["due"].as_u64().ok_or("no time")?;
        world.on_chain(&change, "owner")?.exits(1)?;
        ensure(registry()? == before, || "it is made at the second word".to_owned())?;
        world.ask::<serde_json::Value>("evm_setNextBlockTimestamp", &json!([due]))?;
        world.mine()?;
        world.on_chain(&change, "owner")?.exits(0)?;
        ensure(registry()?[field] == after && registry()? != before, || {
            "it is not made".to_owned()
        })?;
    }
    // Nobody but the owner announces either.
    world.fund("one")?;
    let stranger = world.on_chain(&["witness", "quorum", "2"], "one")?;
    stranger.exits(2)?;
    ensure(stranger.stderr.contains("NotOwner"), || stranger.to_string())
}

/// The registry changes hands by offer and acceptance.
pub(crate) fn another_owner(world: &World) -> Result<()> {
    world.deploy(&["one"], 1)?;
    let [owner, next] = [world.address("owner")?, world.address("next")?];
    world.fund("next")?;
    let shown = || world.show(&["owner", "show"]).json();
    let same = |found: &serde_json::Value, address: &str| {
        found.as_str().is_some_and(|found| found.eq_ignore_ascii_case(address))
    };
    let early = world.on_chain(&["owner", "accept"], "next")?;
    early.exits(2)?;
    ensure(early.stderr.contains("NotPendingOwner"), || early.to_string())?;
    world.on_chain(&["owner", "offer", &next], "owner")?.exits(0)?;
    let offered = shown();
    ensure(same(&offered["owner"], &owner) && same(&offered["offeredTo"], &next), || {
        offered.to_string()
    })?;
    world.on_chain(&["owner", "accept"], "next")?.exits(0)?;
    let taken = shown();
    ensure(same(&taken["owner"], &next) && taken["offeredTo"].is_null(), || taken.to_string())?;
    let former = world.on_chain(&["owner", "offer", &owner], "owner")?;
    former.exits(2)?;
    ensure(former.stderr.contains("NotOwner"), || former.to_string())
}

/// A publisher's pointer: stored, linked to what is final, and read by everybody.
pub(crate) fn rail(world: &World) -> Result<()> {
    world.write("archive.jsonl", &super::support::line("a", 1, 0))?;
    world.run(&["headers", "archive.jsonl", "--out", "headers.jsonl"]).exits(0)?;
    world.deploy(&["one"], 1)?;
    let publisher = world.address("one")?;
    let show = ["rail", "show", "a/1", "--publisher", &publisher];
    world.show(&show).exits(1)?;
    let link = ["rail", "link", "a/1", "--stream", "a", "--epoch", "1"];
    let says = |run: test_kit::Run, text: &str| {
        run.exits(2)?;
        ensure(run.stderr.contains(text), || format!("{text:?} is not said: {run}"))
    };
    says(world.on_chain(&link, "one")?, "NoPointer")?;
    let zero = "0".repeat(64);
    says(world.on_chain(&["rail", "store", "a/1", &zero, "moq://a"], "one")?, "NoManifest")?;
    world.on_chain(&["rail", "store", "a/1", "manifest", "moq://a/1.json"], "one")?.exits(0)?;
    says(world.on_chain(&link, "one")?, "NotFinal")?;
    world.on_chain(&["submit", "headers.jsonl"], "one")?.exits(0)?;
    world.on_chain(&["attest", "headers.jsonl"], "one")?.exits(0)?;
    world.on_chain(&link, "one")?.exits(0)?;
    let shown = world.show(&show).json();
    ensure(shown["locator"] == "moq://a/1.json" && shown["slot"].is_string(), || {
        shown.to_string()
    })?;
    // Stored anew, it is linked to nothing; another publisher has none of that name.
    world.on_chain(&["rail", "store", "a/1", "manifest", "moq://b"], "one")?.exits(0)?;
    let shown = world.show(&show).json();
    ensure(shown["locator"] == "moq://b" && shown["slot"].is_null(), || shown.to_string())?;
    let other = world.address("owner")?;
    world.show(&["rail", "show", "a/1", "--publisher", &other]).exits(1)?;
    // A rail of another ledger, which is none at all.
    let elsewhere = [&link[..], &["--rail", &publisher]].concat();
    Ok(world.on_chain(&elsewhere, "one")?.exits(2)?)
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
