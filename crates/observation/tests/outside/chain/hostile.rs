//! Archives, proposals and nodes that mean harm cost a witness nothing.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use alloy_primitives::{B256, U128, U256, keccak256};
use observation::contracts::EveryChannelObservationLedger::{Finalized, Proposed};
use observation::observation::Observation;
use serde_json::{Value, json};
use test_kit::Run;

use super::support::{Mode, Proxy, Result, World, ensure, line};

/// An entry of the year 2100 in one of three streams.
pub(crate) fn future(world: &World) -> Result<()> {
    world.deploy(&["one"], 1)?;
    let far = line("b", 2, 0).replace("\"unixMs\":1767", "\"unixMs\":4102");
    let lines = [line("a", 1, 0), line("b", 1, 0), far, line("b", 3, 0), line("c", 1, 0)];
    world.write("archive.jsonl", &lines.join("\n"))?;
    world.run(&["headers", "archive.jsonl", "--out", "headers.jsonl"]).exits(0)?;
    let run = world.on_chain(&["submit", "headers.jsonl", "--json"], "one")?;
    run.exits(1)?;
    let said = run.json();
    let future = said["future"].as_array().ok_or("no list")?;
    ensure(said["done"] == 4 && future.len() == 1 && future[0]["epoch"] == "2", || {
        run.to_string()
    })?;
    let named = r#"stream "b", epoch "2": not proposed"#;
    ensure(run.stderr.contains(named), || run.to_string())?;
    let watch = ["watch", "archive.jsonl", "--once", "--propose", "--open-epochs"];
    let run = world.on_chain(&watch, "one")?;
    run.exits(1)?;
    ensure(run.stderr.contains(named), || run.to_string())?;
    ensure(world.logged::<Finalized>()?.len() == 4, || "the others are not final".to_owned())
}

/// What can be wrong with one of three streams, by headers in a file and by a watch: the others become final.
pub(crate) fn streams(world: &World) -> Result<()> {
    let first = ["a", "b", "c"].map(|stream| line(stream, 2, 0));
    world.write("first.jsonl", &first.join("\n"))?;
    world.run(&["headers", "first.jsonl", "--out", "first.headers"]).exits(0)?;
    let conflict = line("b", 3, 0).replace("chunk 3", "junk 3");
    let broken = line("b", 3, 1).replace("\"unixMs\":17", "\"unixMs\":-17");
    for (name, hostile, says) in [
        ("conflict", conflict, r#"stream "b", epoch "3" has two different entries 0"#),
        ("broken", broken, r#"It is of the stream "b": mend it or take it out"#),
        ("again", line("b", 2, 1), r#"stream "b": epoch "2" was observed before"#),
        ("before", line("b", 1, 0), r#"stream "b": epoch "1", which begins at"#),
    ] {
        let rest = [line("a", 3, 0), line("b", 3, 0), line("b", 4, 0), line("c", 3, 0), hostile];
        world.write("rest.jsonl", &rest.join("\n"))?;
        for by_watch in [false, true] {
            world.deploy_by(&format!("{name}-{by_watch}"), &["one", "two"], 2)?;
            let watch = |archive, witness, more: &[&str]| {
                let args = ["watch", archive, "--once", "--propose", "--open-epochs"];
                world.on_chain(&[&args[..], more].concat(), witness)
            };
            for witness in ["one", "two"] {
                watch("first.jsonl", witness, &[])?.exits(0)?;
            }
            let tells = |run: &Run| {
                run.exits(1)?;
                ensure(run.stderr.matches(says).count() == 1, || format!("{says:?}: {run}"))
            };
            let after = ["--after", "first.headers"];
            if by_watch {
                for witness in ["one", "two"] {
                    tells(&watch("rest.jsonl", witness, &after)?)?;
                }
            } else {
                let args = ["headers", "rest.jsonl", "--out", "rest.headers"];
                tells(&world.run(&[&args[..], &after].concat()))?;
                world.on_chain(&["submit", "rest.headers"], "one")?.exits(0)?;
                for witness in ["one", "two"] {
                    world.on_chain(&["attest", "rest.headers"], witness)?.exits(0)?;
                }
            }
            let finals = world.logged::<Finalized>()?;
            let of = |stream: &str| {
                finals.iter().filter(|log| log.streamHash == keccak256(stream)).count()
            };
            ensure([of("a"), of("b"), of("c")] == [2, 1, 2], || {
                format!("{name}, {by_watch}: {finals:?}")
            })?;
        }
    }
    Ok(())
}

/// A line that may be of any stream.
pub(crate) fn unreadable(world: &World) -> Result<()> {
    let whole = [line("a", 1, 0), line("b", 1, 0)];
    let torn = [&whole[0], &whole[1][..60]].join("\n");
    world.write("archive.jsonl", &torn)?;
    let args = ["watch", "archive.jsonl", "--propose", "--open-epochs", "--every", "1"];
    world.deploy(&["one"], 1)?;
    let mut watch = world.spawn_saying(&args, "one", "said")?;
    let told =
        || Ok::<_, Box<dyn std::error::Error>>(world.read("said")?.matches("line 2: ").count());
    World::until("it is told", || Ok(told()? > 0))?;
    // Some rounds.
    sleep(Duration::from_secs(3));
    ensure(told()? == 1 && world.nonce("one")? == 0, || world.read("said").unwrap_or_default())?;
    world.write("archive.jsonl", &whole.join("\n"))?;
    World::until("both are final", || Ok(world.logged::<Finalized>()?.len() == 2))?;
    ensure(watch.terminate()? == Some(0), || "watch did not end well".to_owned())?;
    // Who says that such lines are no entries goes on without it.
    world.deploy(&["one"], 1)?;
    world.write("archive.jsonl", &torn)?;
    let run = world.on_chain(&[&args[..], &["--once", "--skip-bad"]].concat(), "one")?;
    run.exits(0)?;
    ensure(run.stderr.contains("1 lines passed over"), || run.to_string())?;
    ensure(world.logged::<Finalized>()?.len() == 1, || "it is not final".to_owned())
}

/// A ledger with so many proposals of a stranger in the witness' slot; says what the stranger paid.
fn flooded(world: &World, many: u64) -> Result<Run> {
    world.deploy(&["one"], 1)?;
    world.write("archive.jsonl", &line("a", 1, 0))?;
    world.run(&["headers", "archive.jsonl", "--out", "headers.jsonl"]).exits(0)?;
    world.on_chain(&["submit", "headers.jsonl"], "one")?.exits(0)?;
    let own: Observation = serde_json::from_str(&world.read("headers.jsonl")?)?;
    let others = (0..many).map(|number| {
        let mut other = own.clone();
        other.header.dataRoot = B256::from(U256::from(number + 1));
        other.observation_hash = other.header.observation_hash();
        serde_json::to_string(&other)
    });
    world
        .write("garbage.jsonl", &others.collect::<std::result::Result<Vec<_>, _>>()?.join("\n"))?;
    world.fund("stranger")?;
    let run = world.on_chain(&["submit", "garbage.jsonl", "--json"], "stranger")?;
    run.exits(0)?;
    Ok(run)
}

/// By hand, for its figures: `cargo test --release -p observation --test outside -- --ignored --nocapture thirty`.
pub(crate) fn flood(world: &World) -> Result<()> {
    let begun = Instant::now();
    let paid = flooded(world, 30_000)?.json();
    let seconds = begun.elapsed().as_secs();
    println!(
        "30,000 proposals: {} transactions, {} gas, {seconds} s",
        paid["transactions"], paid["gas"]
    );
    let ranges = Proxy::start(&world.url, Mode::Ranges, u64::MAX)?;
    for (name, url) in [("all blocks at once", &world.url), ("three blocks at a time", &ranges.url)]
    {
        let begun = Instant::now();
        let run = world.run_with(url, &["attest", "headers.jsonl", "--json"], "one")?;
        run.exits(0)?;
        let (said, seconds) = (run.json(), begun.elapsed().as_secs_f64());
        let (gas, lines) = (&said["gas"], run.stderr.lines().count());
        println!(
            "attest, {name}: {} done, {gas} gas, {seconds:.1} s, {lines} lines:\n{}",
            said["done"], run.stderr
        );
        ensure(said["final"] == 1 && lines < 8, || run.to_string())?;
    }
    Ok(())
}

/// A stranger proposes whatever it can pay for, in the witness' slot.
pub(crate) fn garbage(world: &World) -> Result<()> {
    flooded(world, 400)?;
    ensure(world.logged::<Proposed>()?.len() == 401, || "no garbage".to_owned())?;
    // A node that gives the logs of few blocks at a time.
    let proxy = Proxy::start(&world.url, Mode::Ranges, u64::MAX)?;
    let run = world.run_with(&proxy.url, &["attest", "headers.jsonl"], "one")?;
    run.exits(0)?;
    ensure(world.logged::<Finalized>()?.len() == 1, || "not attested to".to_owned())?;
    ensure(
        run.stderr.contains("and 397 others are proposed")
            && run.stderr.contains("differs from ours in dataRoot")
            && run.stderr.lines().count() < 8,
        || run.to_string(),
    )
}

/// A node that asks for too much, and one of another chain.
pub(crate) fn fees(world: &World) -> Result<()> {
    world.deploy(&["one"], 1)?;
    world.write("archive.jsonl", &line("a", 1, 0))?;
    world.run(&["headers", "archive.jsonl", "--out", "headers.jsonl"]).exits(0)?;
    let submit = ["submit", "headers.jsonl"];
    let run = world.on_chain(&[&submit[..], &["--max-fee", "0.000001"]].concat(), "one")?;
    run.exits(2)?;
    ensure(run.stderr.contains("expected a gas price of at most 0.000001 gwei"), || {
        run.to_string()
    })?;
    let deployment = world.read("deployment.json")?;
    world.write("deployment.json", &deployment.replace("31337", "5"))?;
    let run = world.on_chain(&submit, "one")?;
    run.exits(2)?;
    ensure(run.stderr.contains("expected chain 5, found chain 31337"), || run.to_string())?;
    world.write("deployment.json", &deployment)?;
    ensure(world.nonce("one")? == 0, || "something was sent".to_owned())?;
    // What is offered stays below the limit, too.
    world.automine(false)?;
    let mut submit = world.spawn(&[&submit[..], &["--max-fee", "2.5"]].concat(), "one")?;
    World::until("it is on its way", || Ok(world.pool()?.len() == 1))?;
    let offered = fee(&world.pool()?[0])?;
    ensure(offered <= 2_500_000_000, || format!("{offered} wei are offered"))?;
    world.mine()?;
    ensure(submit.code()? == Some(0), || "it did not end well".to_owned())
}

pub(crate) fn raised(world: &World) -> Result<()> {
    world.deploy(&["one"], 1)?;
    world.write("archive.jsonl", &line("a", 1, 0))?;
    world.run(&["headers", "archive.jsonl", "--out", "headers.jsonl"]).exits(0)?;
    world.automine(false)?;
    let args = ["submit", "headers.jsonl", "--raise-after", "1"];
    let mut submit = world.spawn(&args, "one")?;
    World::until("it is on its way", || Ok(world.pool()?.len() == 1))?;
    let first = world.pool()?.swap_remove(0);
    // The price rises above what it offers, in a block that it is not in.
    world
        .ask::<Value>("anvil_setNextBlockBaseFeePerGas", &json!([U256::from(fee(&first)? * 2)]))?;
    world.mine()?;
    let is_another = |now: &[Value]| now.len() == 1 && now[0]["hash"] != first["hash"];
    World::until("another one takes its place", || Ok(is_another(&world.pool()?)))?;
    let (before, after) = (fee(&first)?, fee(&world.pool()?[0])?);
    ensure(after > before * 2, || format!("{before} wei before, {after} wei after"))?;
    let [before, after] = [&first, &world.pool()?[0]].map(priority);
    let (before, after) = (before?, after?);
    ensure(after * 10 >= before * 11, || format!("{before} wei before, {after} wei after"))?;
    // Killed in between, it goes on with both.
    submit.kill()?;
    world.automine(true)?;
    world.mine()?;
    world.on_chain(&["submit", "headers.jsonl"], "one")?.exits(0)?;
    let (nonce, proposed) = (world.nonce("one")?, world.logged::<Proposed>()?.len());
    ensure((nonce, proposed) == (1, 1), || format!("{nonce} transactions, {proposed} proposals"))
}

fn priority(transaction: &Value) -> Result<u128> {
    Ok(serde_json::from_value::<U128>(transaction["maxPriorityFeePerGas"].clone())?.to())
}

fn fee(transaction: &Value) -> Result<u128> {
    Ok(serde_json::from_value::<U128>(transaction["maxFeePerGas"].clone())?.to())
}
