//! `ec-observe` on a chain: anvil, which came with what `cargo devnet build` made.

mod honest;
mod hostile;
mod settings;
mod simulation;
mod support;

use std::{
    fs,
    thread::sleep,
    time::{Duration, Instant},
};

use self::support::{Mode, Proxy, Result, World, anvil, ensure, line};
use libtest_mimic::{Completion, Failed, Trial};
use serde_json::json;
use test_kit::Run;

type Test = fn(&World) -> Result<()>;

pub(crate) fn trials() -> Vec<Trial> {
    let tests: [(&str, Test); 32] = [
        ("three_witnesses_agree_and_the_rest_is_refused", smoke),
        ("a_new_user_derives_submits_and_verifies", new_user),
        ("a_witness_with_other_data_is_told", disagreement),
        ("witnesses_watch_an_archive_grow", watch),
        ("a_killed_submit_goes_on_and_sends_nothing_twice", killed_submit),
        ("a_killed_deployment_goes_on", killed_deployment),
        ("a_lost_answer_is_no_second_transaction", lost_answer),
        ("what_the_node_refuses_is_told_and_tried_anew", refused),
        ("a_witness_that_watches_goes_on_after_a_refusal", refused_watch),
        ("a_child_that_waited_for_its_parent_becomes_final", waiting_child),
        ("witnesses_are_added_and_removed", witnesses),
        ("what_cannot_be_done_is_told", errors),
        ("a_late_line_makes_no_witness_sign_twice", honest::late_line),
        ("one_key_on_two_machines_signs_once", honest::two_machines),
        ("an_archive_that_lacks_a_final_epoch_is_told", honest::lacking),
        ("witnesses_in_one_block_do_not_run_out_of_gas", honest::one_block),
        ("a_witness_whom_another_one_forestalls_is_done", honest::forestalled),
        ("what_is_signed_offline_is_relayed", honest::relayed),
        ("an_entry_of_the_future_stops_its_stream_only", hostile::future),
        ("a_hostile_stream_stops_no_other_one", hostile::streams),
        ("a_line_of_no_stream_is_told_once_and_mended", hostile::unreadable),
        ("garbage_proposals_neither_stop_nor_flood_a_witness", hostile::garbage),
        ("gas_above_the_limit_and_another_chain_are_refused", hostile::fees),
        ("the_fees_of_a_transaction_that_waits_are_raised", hostile::raised),
        ("a_deployment_with_another_plan_is_refused", settings::another_plan),
        ("changes_of_the_witnesses_are_announced", settings::announced),
        ("the_quorum_and_a_replacement_are_announced", settings::quorum_and_replacement),
        ("another_owner_takes_what_was_offered", settings::another_owner),
        ("a_pointer_is_stored_linked_and_read", settings::rail),
        ("the_anvil_of_a_smoke_ends_with_it", settings::smoke_ends),
        ("a_watch_that_derives_hears_signals", settings::signals),
        ("simulated_witnesses_never_sign_twice_and_go_on", simulation::run),
    ];
    let by_hand = trial("thirty_thousand_garbage_proposals_in_a_slot", hostile::flood);
    let tests = tests.into_iter().map(|(name, test)| trial(name, test));
    tests.chain([by_hand.with_ignored_flag(true)]).collect()
}

fn trial(name: &str, test: Test) -> Trial {
    Trial::ignorable_test(format!("chain::{name}"), move || match anvil() {
        Err(reason) => Ok::<_, Failed>(Completion::ignored_with(reason)),
        Ok(program) => {
            test(&World::new(&program)?)?;
            Ok(Completion::Completed)
        }
    })
}

fn smoke(world: &World) -> Result<()> {
    let anvil = anvil()?;
    let run = world.run(&["smoke", "--json", "--anvil", &anvil.display().to_string()]);
    run.exits(0)?;
    let report = run.json();
    let cases = report["cases"].as_array().ok_or("no cases")?;
    ensure(cases.len() == 14 && cases.iter().all(|case| case["passed"] == true), || {
        run.to_string()
    })?;
    ensure(report["observations"] == 12, || run.to_string())
}

fn new_user(world: &World) -> Result<()> {
    world
        .run(&["generate", "--size", "1", "--entries", "50", "--out", "archive.jsonl"])
        .exits(0)?;
    world.run(&["headers", "archive.jsonl", "--out", "headers.jsonl"]).exits(0)?;
    world.deploy(&["one", "two", "three"], 2)?;
    let submitted = world.on_chain(&["submit", "headers.jsonl", "--json"], "one")?;
    submitted.exits(0)?;
    let count = submitted.json()["done"].as_u64().ok_or("no count")?;
    ensure(count > 20, || submitted.to_string())?;
    world.on_chain(&["attest", "headers.jsonl"], "one")?.exits(0)?;
    let last = world.on_chain(&["attest", "headers.jsonl", "--json"], "two")?;
    last.exits(0)?;
    ensure(last.json()["final"] == count, || last.to_string())?;
    // Again, and by a third one: nothing is left to do.
    for witness in ["two", "three"] {
        let run = world.on_chain(&["attest", "headers.jsonl", "--json"], witness)?;
        ensure(run.json()["transactions"] == 0, || run.to_string())?;
    }
    let status = world.status(&["headers.jsonl"])?;
    let streams = status["streams"].as_array().ok_or("no streams")?;
    ensure(streams.len() == 4, || status.to_string())?;
    for stream in streams {
        ensure(stream["final"] == stream["observations"], || status.to_string())?;
    }

    let proof = world.run(&[
        "prove",
        "archive.jsonl",
        "--headers",
        "headers.jsonl",
        "--stream",
        "ch02.1/video",
        "--epoch",
        "1767225600000",
        "--sequence",
        "7",
    ]);
    proof.exits(0)?;
    world.write("proof.json", &proof.stdout)?;
    let on_chain = ["verify", "proof.json", "--rpc", &world.url, "--ledger", "deployment.json"];
    let run = world.run(&on_chain);
    run.exits(0)?;
    ensure(run.stdout.contains("which is final"), || run.to_string())?;
    let mut tampered = proof.json();
    tampered["entry"]["unixMs"] = json!(1);
    world.write("proof.json", &tampered.to_string())?;
    world.run(&on_chain[..2]).exits(1)?;
    let run = world.run(&[&on_chain[..], &["--json"]].concat());
    run.exits(1)?;
    ensure(run.json()["included"] == false && run.json()["final"] == false, || run.to_string())
}

/// Two honest witnesses, and one whose archive has another chunk.
fn disagreement(world: &World) -> Result<()> {
    world.write("archive.jsonl", &[line("a", 1, 0), line("a", 2, 0)].join("\n"))?;
    world.write(
        "other.jsonl",
        &[line("a", 1, 0), line("a", 2, 0).replace("chunk 2", "junk 2")].join("\n"),
    )?;
    for name in ["archive", "other"] {
        let [from, to] = [format!("{name}.jsonl"), format!("{name}.headers")];
        world.run(&["headers", &from, "--out", &to]).exits(0)?;
    }
    world.deploy(&["one", "two", "three"], 2)?;
    // What nobody has proposed cannot be attested to.
    let early = world.on_chain(&["attest", "archive.headers"], "one")?;
    early.exits(1)?;
    ensure(early.stderr.contains("2 are proposed by nobody"), || early.to_string())?;
    world.on_chain(&["submit", "other.headers"], "three")?.exits(0)?;
    world.on_chain(&["submit", "archive.headers"], "one")?.exits(0)?;
    world.on_chain(&["attest", "other.headers"], "three")?.exits(0)?;
    let run = world.on_chain(&["attest", "archive.headers"], "one")?;
    run.exits(0)?;
    ensure(
        run.stderr.contains(r#"stream "a", epoch "2": "#)
            && run.stderr.contains("differs from ours in dataRoot"),
        || run.to_string(),
    )?;
    world.on_chain(&["attest", "archive.headers"], "two")?.exits(0)?;
    for command in ["attest", "submit"] {
        let run = world.on_chain(&[command, "other.headers", "--json"], "three")?;
        run.exits(1)?;
        let differs = &run.json()["disagreements"];
        ensure(differs.as_array().map(Vec::len) == Some(1) && differs[0]["epoch"] == "2", || {
            run.to_string()
        })?;
    }
    let watched = world.on_chain(&["watch", "other.jsonl", "--once", "--open-epochs"], "three")?;
    watched.exits(1)?;
    ensure(watched.stderr.contains("the others derived from other data"), || watched.to_string())
}

fn watch(world: &World) -> Result<()> {
    world.deploy(&["one", "two", "three"], 2)?;
    let archive =
        |epochs: u64| (1..=epochs).map(|epoch| line("a", epoch, 0)).collect::<Vec<_>>().join("\n");
    world.write("archive.jsonl", &archive(2))?;
    let args = ["watch", "archive.jsonl", "--settle", "0", "--every", "1", "--propose"];
    let mut watchers = [world.spawn(&args, "one")?, world.spawn(&args, "two")?];
    for epochs in 2..5 {
        world.write("archive.jsonl", &archive(epochs))?;
        world
            .run(&[
                "headers",
                "archive.jsonl",
                "--closed-only",
                "--settle",
                "0",
                "--out",
                "headers.jsonl",
            ])
            .exits(0)?;
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let status = world.status(&["headers.jsonl"])?;
            if status["streams"][0]["final"] == epochs - 1 {
                break;
            }
            ensure(Instant::now() < deadline, || status.to_string())?;
            sleep(Duration::from_millis(100));
        }
    }
    for watcher in &mut watchers {
        let status = watcher.terminate()?;
        ensure(status == Some(0), || format!("watch ended with {status:?}"))?;
    }
    Ok(())
}

/// Killed with a transaction that the node has, and with one that it never got.
fn killed_submit(world: &World) -> Result<()> {
    world.run(&["generate", "--size", "1", "--entries", "8", "--out", "archive.jsonl"]).exits(0)?;
    world.run(&["headers", "archive.jsonl", "--out", "headers.jsonl"]).exits(0)?;
    let count = world.read("headers.jsonl")?.lines().count() as u64;
    let batches = count.div_ceil(80);
    ensure(batches > 2, || format!("only {count} observations"))?;
    for mode in [Mode::Lose, Mode::Silence] {
        for at in 1..=batches {
            let deployer = format!("{mode:?}-{at}");
            world.deploy_by(&deployer, &["one"], 1)?;
            let account = format!("submitter-{mode:?}-{at}");
            world.fund(&account)?;
            let proxy = Proxy::start(&world.url, mode, at)?;
            let mut submit = world.spawn_at(&proxy.url, &["submit", "headers.jsonl"], &account)?;
            proxy.wait()?;
            submit.kill()?;
            let run = world.on_chain(&["submit", "headers.jsonl", "--json"], &account)?;
            run.exits(0)?;
            let nonce = world.nonce(&account)?;
            ensure(nonce == batches, || {
                format!("{mode:?} {at}: {nonce} transactions for {batches}\n{run}")
            })?;
            let status = world.status(&["headers.jsonl"])?;
            let proposed = status["streams"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|stream| stream["proposed"].as_u64());
            ensure(proposed.sum::<u64>() == count, || status.to_string())?;
        }
    }
    Ok(())
}

fn killed_deployment(world: &World) -> Result<()> {
    for mode in [Mode::Lose, Mode::Silence] {
        for at in 1..=3 {
            let account = format!("deployer-{mode:?}-{at}");
            world.fund(&account)?;
            world.remove("deployment.json");
            let witness = world.address("one")?;
            let args = ["deploy", "--witness", &witness, "--quorum", "1"];
            let proxy = Proxy::start(&world.url, mode, at)?;
            let mut deploy = world.spawn_at(&proxy.url, &args, &account)?;
            proxy.wait()?;
            deploy.kill()?;
            world.run_at(&world.url, &args, &account)?.exits(0)?;
            ensure(world.nonce(&account)? == 3, || "not three contracts".to_owned())?;
            world.status(&[])?;
        }
    }
    // The file of another account's deployment is left alone.
    world.fund("another")?;
    let witness = world.address("one")?;
    let run =
        world.run_at(&world.url, &["deploy", "--witness", &witness, "--quorum", "1"], "another")?;
    run.exits(2)?;
    ensure(run.stderr.contains("Give --out another name"), || run.to_string())
}

/// The node takes it and the answer gets lost.
fn lost_answer(world: &World) -> Result<()> {
    world.write("archive.jsonl", &line("a", 1, 0))?;
    world.run(&["headers", "archive.jsonl", "--out", "headers.jsonl"]).exits(0)?;
    world.deploy(&["one"], 1)?;
    world.fund("submitter")?;
    let proxy = Proxy::start(&world.url, Mode::Cut, 1)?;
    world.run_with(&proxy.url, &["submit", "headers.jsonl"], "submitter")?.exits(0)?;
    ensure(world.nonce("submitter")? == 1, || "more than one transaction".to_owned())
}

/// A node that takes no transaction, and one that does again.
fn refused(world: &World) -> Result<()> {
    world.write("archive.jsonl", &line("a", 1, 0))?;
    world.run(&["headers", "archive.jsonl", "--out", "headers.jsonl"]).exits(0)?;
    world.deploy(&["one"], 1)?;
    let proxy = Proxy::start(&world.url, Mode::Refuse, 1)?;
    let run = world.run_with(&proxy.url, &["submit", "headers.jsonl"], "one")?;
    run.exits(2)?;
    ensure(run.stderr.contains("does not take 0x") && run.stderr.contains("no room"), || {
        run.to_string()
    })?;
    world.on_chain(&["submit", "headers.jsonl"], "one")?.exits(0)?;
    ensure(world.nonce("one")? == 1, || "more than one transaction".to_owned())
}

/// A witness that watches goes on with what its node did not take.
fn refused_watch(world: &World) -> Result<()> {
    world.write("archive.jsonl", &line("a", 1, 0))?;
    world.run(&["headers", "archive.jsonl", "--out", "headers.jsonl"]).exits(0)?;
    world.deploy(&["one"], 1)?;
    let proxy = Proxy::start(&world.url, Mode::Refuse, 1)?;
    let args = ["watch", "archive.jsonl", "--open-epochs", "--propose", "--every", "1"];
    let mut watcher = world.spawn_at(&proxy.url, &args, "one")?;
    let deadline = Instant::now() + Duration::from_mins(1);
    while world.status(&["headers.jsonl"])?["streams"][0]["final"] != 1 {
        ensure(Instant::now() < deadline, || "it is not final".to_owned())?;
        sleep(Duration::from_millis(100));
    }
    ensure(watcher.terminate()? == Some(0), || "watch did not end well".to_owned())?;
    let nonce = world.nonce("one")?;
    ensure(nonce == 2, || format!("{nonce} transactions to propose and to attest"))
}

/// The second observation has its quorum before the first one has.
fn waiting_child(world: &World) -> Result<()> {
    world.write("archive.jsonl", &[line("a", 1, 0), line("a", 2, 0)].join("\n"))?;
    world.run(&["headers", "archive.jsonl", "--out", "headers.jsonl"]).exits(0)?;
    let headers = world.read("headers.jsonl")?;
    let (first, second) = headers.split_once('\n').ok_or("two lines")?;
    world.write("first.jsonl", first)?;
    world.write("second.jsonl", second)?;
    world.deploy(&["one", "two"], 2)?;
    world.on_chain(&["submit", "headers.jsonl"], "one")?.exits(0)?;
    for witness in ["one", "two"] {
        world.on_chain(&["attest", "second.jsonl"], witness)?.exits(0)?;
    }
    ensure(world.status(&["headers.jsonl"])?["streams"][0]["final"] == 0, || {
        "too early".to_owned()
    })?;
    for witness in ["one", "two"] {
        world.on_chain(&["attest", "headers.jsonl"], witness)?.exits(0)?;
    }
    let status = world.status(&["headers.jsonl"])?;
    ensure(status["streams"][0]["final"] == 2, || status.to_string())
}

fn witnesses(world: &World) -> Result<()> {
    world.deploy(&["one"], 1)?;
    let two = world.address("two")?;
    let add = ["witness", "add", &two, "--quorum", "2"];
    world.on_chain(&add, "owner")?.exits(0)?;
    let again = world.on_chain(&add, "owner")?;
    again.exits(2)?;
    ensure(again.stderr.contains("AlreadyWitness"), || again.to_string())?;
    ensure(world.status(&[])?["registry"]["members"] == 2, || "not two".to_owned())?;
    let remove = ["witness", "remove", &two, "--quorum"];
    let refused = world.on_chain(&[&remove[..], &["2"]].concat(), "owner")?;
    refused.exits(2)?;
    ensure(refused.stderr.contains("QuorumOutOfBounds { quorum: 2, members: 1 }"), || {
        refused.to_string()
    })?;
    let stranger = world.on_chain(&[&remove[..], &["1"]].concat(), "one")?;
    stranger.exits(2)?;
    ensure(stranger.stderr.contains("NotOwner"), || stranger.to_string())?;
    Ok(world.on_chain(&[&remove[..], &["1"]].concat(), "owner")?.exits(0)?)
}

fn errors(world: &World) -> Result<()> {
    world.write("archive.jsonl", &line("a", 1, 0))?;
    world.run(&["headers", "archive.jsonl", "--out", "headers.jsonl"]).exits(0)?;
    world.deploy(&["one"], 1)?;
    let says = |run: &Run, text: &str| {
        run.exits(2)?;
        ensure(run.stderr.contains(text), || format!("{text:?} is not said: {run}"))
    };
    // A key that nothing was sent to, none at all, and one that is no key.
    world.key("poor")?;
    let submit = ["submit", "headers.jsonl"];
    says(&world.on_chain(&submit, "poor")?, "has 0 wei and needs")?;
    says(&world.on_chain(&["attest", "headers.jsonl"], "poor")?, "is no witness of the registry")?;
    let one = ["--key-file", "one.key"];
    let url = ["--rpc", &world.url];
    let rest = |key: &[&'static str], ledger: &'static str| {
        [&submit[..], &url, key, &["--ledger", ledger]].concat()
    };
    says(
        &world.run(&rest(&["--key-file", "none.key"], "deployment.json")),
        "there is no such file",
    )?;
    says(
        &world.run(&rest(&["--key-file", "archive.jsonl"], "deployment.json")),
        "does not hold 32 bytes in hex",
    )?;
    says(
        &world.run(
            &[
                &rest(&one, "0x0000000000000000000000000000000000000001")[..],
                &["--chain-id", "31337"],
            ]
            .concat(),
        ),
        "is no observation ledger on chain 31337",
    )?;
    says(&world.run(&rest(&one, "none.json")), "neither an address nor a deployment")?;
    says(
        &world.run_with("http://127.0.0.1:1", &submit, "one")?,
        "cannot read the chain id from http://127.0.0.1:1",
    )?;
    says(&world.run_with("ftp://127.0.0.1", &submit, "one")?, "only http and https are")?;
    // A header that was changed by hand.
    let headers = world.read("headers.jsonl")?;
    world.write("headers.jsonl", &headers.replace(r#""sequence":0"#, r#""sequence":1"#))?;
    says(&world.on_chain(&submit, "one")?, "headers.jsonl, line 1: observationHash is")?;
    world.write("headers.jsonl", &headers)?;
    // Another process has the account.
    let proxy = Proxy::start(&world.url, Mode::Silence, 1)?;
    let mut first = world.spawn_at(&proxy.url, &submit, "one")?;
    proxy.wait()?;
    says(&world.on_chain(&submit, "one")?, "another ec-observe sends from 0x")?;
    first.kill()?;
    world.on_chain(&submit, "one")?.exits(0)?;
    // No secret in what is shown.
    let secret = fs::read_to_string(world.path("one.key"))?;
    let hidden = world.run_with(&format!("http://127.0.0.1:1/{secret}"), &submit, "one")?;
    ensure(!hidden.to_string().contains(&secret), || "a secret of the URL is shown".to_owned())
}
