//! A witness signs a slot once, whatever its archive, its machines and others do.

use std::collections::BTreeSet;

use observation::contracts::EveryChannelObservationLedger::{Attested, Equivocated, Finalized};
use serde_json::Value;

use super::support::{Result, World, ensure, line};

fn archive(world: &World, name: &str, lines: &[String]) -> Result<()> {
    world.write(&format!("{name}.jsonl"), &lines.join("\n"))?;
    let [from, to] = [format!("{name}.jsonl"), format!("{name}.headers")];
    Ok(world.run(&["headers", &from, "--out", &to]).exits(0)?)
}

/// A line of an epoch that was attested to arrives. With the witness' journal, and on a machine that has none.
pub(crate) fn late_line(world: &World) -> Result<()> {
    world.deploy(&["one", "two"], 2)?;
    let mut lines = vec![line("a", 1, 0), line("a", 2, 0), line("b", 1, 0)];
    archive(world, "archive", &lines)?;
    let watch = ["watch", "archive.jsonl", "--once", "--propose", "--open-epochs"];
    world.on_chain(&watch, "one")?.exits(0)?;
    let nonce = world.nonce("one")?;
    ensure(nonce == 2, || format!("{nonce} transactions"))?;
    lines.push(line("a", 1, 1));
    archive(world, "archive", &lines)?;
    // Others may propose it, and this witness does not attest to it.
    for proposed in [false, true] {
        if proposed {
            world.fund("stranger")?;
            world.on_chain(&["submit", "archive.headers"], "stranger")?.exits(0)?;
        }
        for journal in ["state/ec-observe", "another"] {
            let run = world.on_chain(&[&watch[..], &["--journal", journal]].concat(), "one")?;
            run.exits(1)?;
            let names = r#"stream "a", epoch "1": not signed: this key signed "#;
            ensure(run.stderr.contains(names), || run.to_string())?;
            let attest = ["attest", "archive.headers", "--json", "--journal", journal];
            let run = world.on_chain(&attest, "one")?;
            run.exits(1)?;
            let said = run.json();
            let refused = said["refused"].as_array().ok_or("no list")?;
            ensure(refused.len() == 1 && said["done"] == 0, || run.to_string())?;
            let knows = refused[0]["signedBefore"].is_string();
            ensure(knows == (journal != "another"), || run.to_string())?;
        }
    }
    ensure(world.nonce("one")? == nonce, || "it paid for something".to_owned())?;
    ensure(world.logged::<Equivocated>()?.is_empty(), || "it accused itself".to_owned())?;
    // What the other witness still derives goes on, also with the first one.
    archive(world, "before", &lines[..3])?;
    world.on_chain(&["attest", "before.headers"], "two")?.exits(0)?;
    ensure(world.logged::<Finalized>()?.len() == 3, || "not final".to_owned())
}

/// Both look at the chain before either has a transaction in a block.
pub(crate) fn two_machines(world: &World) -> Result<()> {
    world.deploy(&["one", "two"], 2)?;
    archive(world, "first", &[line("a", 1, 0)])?;
    archive(world, "second", &[line("a", 1, 0), line("a", 1, 1)])?;
    for name in ["first.headers", "second.headers"] {
        world.on_chain(&["submit", name], "two")?.exits(0)?;
    }
    world.automine(false)?;
    let args = |name| ["attest", name, "--journal", name];
    let mut machines = [
        world.spawn(&["attest", "first.headers", "--journal", "1"], "one")?,
        world.spawn(&["attest", "second.headers", "--journal", "2"], "one")?,
    ];
    World::until("a transaction is on its way", || Ok(!world.pool()?.is_empty()))?;
    // The other one may wait for it, or be refused.
    world.mine()?;
    world.automine(true)?;
    let codes = [machines[0].code()?, machines[1].code()?];
    ensure(codes.contains(&Some(0)), || format!("{codes:?}"))?;
    for name in ["first.headers", "second.headers"] {
        world.on_chain(&args(name), "one")?;
    }
    let own = world.key("one")?.address();
    let said = world.logged::<Attested>()?.into_iter().filter(|log| log.witness == own).count();
    let twice = world.logged::<Equivocated>()?.len();
    ensure((said, twice) == (1, 0), || format!("{said} attestations, {twice} equivocations"))
}

pub(crate) fn lacking(world: &World) -> Result<()> {
    world.deploy(&["one", "two"], 1 + 1)?;
    let lines = [1, 2, 3, 4].map(|epoch| line("a", epoch, 0));
    archive(world, "whole", &lines[..2])?;
    archive(world, "lacks", &[&lines[..1], &lines[2..]].concat())?;
    for name in ["one", "two"] {
        let watch = ["watch", "whole.jsonl", "--once", "--propose", "--open-epochs"];
        world.on_chain(&watch, name)?.exits(0)?;
    }
    let nonce = world.nonce("two")?;
    let watch = ["watch", "lacks.jsonl", "--once", "--propose", "--open-epochs"];
    let run = world.on_chain(&watch, "two")?;
    run.exits(1)?;
    let says = r#"stream "a", epoch "3": it can never be final: the ledger has a final epoch"#;
    ensure(run.stderr.contains(says), || run.to_string())?;
    ensure(world.nonce("two")? == nonce, || "it paid for what can never be final".to_owned())?;
    let run = world.on_chain(&["submit", "lacks.headers", "--json"], "one")?;
    run.exits(1)?;
    ensure(run.json()["lacking"][0]["epoch"] == "3", || run.to_string())?;
    // What is proposed by somebody is no more signed.
    let nonce = world.nonce("two")?;
    let run = world.on_chain(&["attest", "lacks.headers", "--json"], "two")?;
    run.exits(1)?;
    ensure(run.json()["lacking"][0]["epoch"] == "3" && world.nonce("two")? == nonce, || {
        run.to_string()
    })?;
    let status = world.status(&["lacks.headers"])?;
    ensure(status["streams"][0]["lacksEpoch"] == true, || status.to_string())?;
    let status = world.status(&["whole.headers"])?;
    ensure(status["streams"][0]["lacksEpoch"] == false, || status.to_string())
}

/// The second one's estimate was made when there was no quorum.
pub(crate) fn one_block(world: &World) -> Result<()> {
    let count = 80;
    world.deploy(&["one", "two"], 2)?;
    let lines: Vec<_> = (0..count).map(|epoch| line("a", epoch, 0)).collect();
    archive(world, "archive", &lines)?;
    let others: Vec<_> = (0..count).map(|epoch| line("a", epoch, 1)).collect();
    archive(world, "other", &others)?;
    // The proposals of others in the same slots come first, and then the attestations of another one.
    for (command, mine, theirs) in [
        ("submit", "archive.headers", "other.headers"),
        ("attest", "archive.headers", "archive.headers"),
    ] {
        world.automine(false)?;
        let mut both =
            [world.spawn(&[command, theirs], "one")?, world.spawn(&[command, mine], "two")?];
        World::until("two transactions are on their way", || Ok(world.pool()?.len() == 2))?;
        world.mine()?;
        world.automine(true)?;
        for one in &mut both {
            let code = one.code()?;
            ensure(code == Some(0), || format!("{command} ended with {code:?}"))?;
        }
    }
    let finals = world.logged::<Finalized>()?.len() as u64;
    ensure(finals == count, || format!("{finals} of {count} are final"))
}

/// Two witnesses make the same observation final in one block.
pub(crate) fn forestalled(world: &World) -> Result<()> {
    world.deploy(&["one", "two"], 2)?;
    archive(world, "archive", &[line("a", 1, 0), line("a", 2, 0)])?;
    let headers = world.read("archive.headers")?;
    let (first, second) = headers.split_once('\n').ok_or("two lines")?;
    world.write("first", first)?;
    world.write("second", second)?;
    world.on_chain(&["submit", "archive.headers"], "one")?.exits(0)?;
    for file in ["second", "first"] {
        for witness in ["one", "two"] {
            world.on_chain(&["attest", file], witness)?.exits(0)?;
        }
    }
    world.automine(false)?;
    let mut both = [
        world.spawn(&["attest", "archive.headers"], "one")?,
        world.spawn(&["attest", "archive.headers"], "two")?,
    ];
    World::until("each has sent, or found what the other one sent", || {
        let mut done = world.pool()?.len();
        for attest in &mut both {
            done += usize::from(attest.has_ended()?);
        }
        Ok(done == 2)
    })?;
    world.mine()?;
    world.automine(true)?;
    for attest in &mut both {
        let code = attest.code()?;
        ensure(code == Some(0), || format!("attest ended with {code:?}"))?;
    }
    ensure(world.logged::<Finalized>()?.len() == 2, || "not final".to_owned())
}

pub(crate) fn relayed(world: &World) -> Result<()> {
    world.deploy(&["one", "two", "three"], 2)?;
    archive(world, "archive", &[line("a", 1, 0), line("a", 2, 0)])?;
    archive(world, "other", &[line("a", 1, 0), line("a", 1, 1)])?;
    let epoch = world.status(&[])?["registry"]["epoch"].to_string();
    let sign = |archive: &str, epoch: &str, witness: &str| {
        let (key, out) = (format!("{witness}.key"), format!("{witness}.signed"));
        let rest = ["--registry-epoch", epoch, "--key-file", &key, "--out", &out];
        // No URL is needed.
        world.run(&[&["sign", archive, "--ledger", "deployment.json"], &rest[..]].concat())
    };
    for witness in ["one", "two"] {
        sign("archive.headers", &epoch, witness).exits(0)?;
    }
    // Another one of the slot is signed neither offline nor on the chain.
    let run = sign("other.headers", &epoch, "two");
    run.exits(1)?;
    ensure(run.stderr.contains("0 of 1 observations signed"), || run.to_string())?;
    sign("archive.headers", &epoch, "two").exits(0)?;
    world.on_chain(&["submit", "other.headers"], "one")?.exits(0)?;
    let run = world.on_chain(&["attest", "other.headers"], "two")?;
    run.exits(1)?;
    ensure(run.stderr.contains("not signed: this key signed"), || run.to_string())?;

    world.fund("anybody")?;
    let relay = ["relay", "one.signed", "two.signed", "--json"];
    let early = world.on_chain(&relay, "anybody")?;
    early.exits(1)?;
    ensure(early.stderr.contains("it is proposed by nobody"), || early.to_string())?;
    world.on_chain(&["submit", "archive.headers"], "one")?.exits(0)?;
    // A changed witness does not belong to the signature, and a stranger's is of no use.
    let good = world.read("two.signed")?;
    let [one, two] = [world.address("one")?, world.address("two")?].map(|it| it.to_lowercase());
    world.write("two.signed", &good.replace(&two, &one))?;
    let run = world.on_chain(&relay, "anybody")?;
    run.exits(2)?;
    ensure(run.stderr.contains("two.signed, line 1: expected a signature of"), || run.to_string())?;
    sign("archive.headers", &epoch, "anybody").exits(0)?;
    let run = world.on_chain(&["relay", "anybody.signed", "--json"], "anybody")?;
    run.exits(1)?;
    ensure(run.json()["leftOut"][1]["reason"].to_string().contains("is no witness now"), || {
        run.to_string()
    })?;
    world.write("two.signed", &good)?;
    let run = world.on_chain(&relay, "anybody")?;
    run.exits(0)?;
    ensure(run.json()["done"] == 4 && world.logged::<Finalized>()?.len() == 2, || run.to_string())?;
    let again = world.on_chain(&relay, "anybody")?;
    again.exits(0)?;
    ensure(again.json()["transactions"] == 0, || again.to_string())?;
    // When the witnesses change, what was signed before is of no use.
    sign("archive.headers", "99", "three").exits(0)?;
    let run = world.on_chain(&["relay", "three.signed", "--json"], "anybody")?;
    run.exits(1)?;
    let reasons: BTreeSet<String> = run.json()["leftOut"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|left: &Value| left["reason"].to_string())
        .collect();
    ensure(
        reasons.len() == 1 && reasons.iter().all(|reason| reason.contains("sign it again")),
        || run.to_string(),
    )
}
