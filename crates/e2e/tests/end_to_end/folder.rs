//! The folder of a devnet: whatever happens to the processes, the chain in it goes on, or the next command
//! says what is lost and what to do.

use std::{
    env,
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use e2e::devnet::{self, Devnet, Result, ensure};
use libtest_mimic::Completion;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use test_kit::{Run, http, process::Process, program::op_devnet};

use crate::Outcome;

/// For processes to end, or to come.
const PATIENCE: Duration = Duration::from_mins(5);

/// However a run ends, the next one goes on with the same L1 and the same chain.
pub(crate) fn ten_restarts() -> Outcome {
    let mut devnet = Devnet::up()?;
    let first = devnet.block_hash(0)?;
    let l1 = devnet.l1_block_hash(0)?;
    for restart in 0..10 {
        let before = devnet.status()?;
        if [3, 7].contains(&restart) {
            devnet.kill_supervisor()?;
        } else {
            devnet.down()?;
        }
        devnet.start()?;
        ensure(devnet.block_hash(0)? == first, || format!("restart {restart}: another L2"))?;
        ensure(devnet.l1_block_hash(0)? == l1, || format!("restart {restart}: another L1"))?;
        // It goes on where it was: nothing of what was final is lost.
        devnet.wait("heads that are not lower", |status| {
            let finalized = |status: &Value| {
                status["heads"]["sequencer-node"]["finalized_l2"]["number"].as_u64()
            };
            finalized(status) >= finalized(&before)
        })?;
    }
    devnet.down()?;
    Ok(Completion::Completed)
}

/// A supervisor that is killed takes its services with it, also one that hears no signal: op-node may
/// wait for ever for an engine that is gone.
pub(crate) fn killed_supervisor() -> Outcome {
    let mut devnet = Devnet::up()?;
    let first = devnet.wait("ten blocks", |status| devnet::unsafe_head(status) >= Some(10))?;
    let genesis = devnet.block_hash(0)?;
    let old = devnet.block_hash(5)?;
    let node = devnet.status()?["board"]["services"]["sequencer-node"]["pid"].as_i64();
    let node = node.and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?)).ok_or("no pid")?;
    kill_process(node, Signal::STOP)?;
    devnet.kill_supervisor()?;
    wait_no_process(devnet.dir())?;
    let status = Run::of(Command::new(op_devnet()).args(["status", "--dir"]).arg(devnet.dir()));
    ensure(status.code == Some(1) && status.stdout.contains("no devnet runs"), || {
        status.to_string()
    })?;
    devnet.start()?;
    devnet.wait("all services, and blocks after the old head", |status| {
        devnet::all_running(status) && devnet::unsafe_head(status) > devnet::unsafe_head(&first)
    })?;
    ensure(devnet.block_hash(0)? == genesis, || "the chain began again".to_owned())?;
    ensure(devnet.block_hash(5)? == old, || "block 5 is another one now".to_owned())?;
    devnet.down()?;
    Ok(Completion::Completed)
}

/// Nobody reads what it prints, and then the terminal is closed: it runs on, and then ends in order.
pub(crate) fn lost_terminal() -> Outcome {
    let dir = tempfile::tempdir()?;
    let mut up = up(dir.path(), &[])?;
    let mut reader = BufReader::new(up.stderr.take().ok_or("no pipe")?);
    reader.read_line(&mut String::new())?;
    drop((reader, up.stdout.take()));
    wait_status(dir.path(), "all services", devnet::all_running)?;
    signal(&up, Signal::HUP)?;
    let ended = up.wait()?;
    ensure(ended.success(), || format!("it ended with {ended}"))?;
    devnet::no_process_left(dir.path())?;
    Ok(Completion::Completed)
}

/// Who has just brought a chain up reads what comes next, and the transaction that it shows succeeds.
pub(crate) fn first_transaction() -> Outcome {
    let dir = tempfile::tempdir()?;
    let mut up = up(dir.path(), &[])?;
    let lines = BufReader::new(up.stderr.take().ok_or("no pipe")?).lines();
    let guide: Vec<String> = lines
        .map_while(std::result::Result::ok)
        .skip_while(|line| !line.contains("the chain is up"))
        .take_while(|line| !line.starts_with("Ctrl-C"))
        .collect();
    let value = |name: &str| {
        let line = guide.iter().find_map(|line| line.strip_prefix(name));
        line.map(str::trim).ok_or_else(|| format!("no {name} in {guide:?}"))
    };
    ensure(value("L1 chain id")? == "900" && value("L2 chain id")? == "901", || {
        format!("{guide:?}")
    })?;
    let sent = Run::of(Command::new("sh").args(["-c", value("a transaction")?]));
    let succeeded = |line: &str| line.starts_with("status") && line.contains("success");
    ensure(sent.code == Some(0) && sent.stdout.lines().any(succeeded), || sent.to_string())?;
    signal(&up, Signal::INT)?;
    up.wait()?;
    devnet::no_process_left(dir.path())?;
    Ok(Completion::Completed)
}

/// One Ctrl-C ends a proof in order: what it had shown is printed, and its chain can go on.
pub(crate) fn interrupted_proof() -> Outcome {
    let dir = tempfile::tempdir()?;
    let mut proof = up(dir.path(), &["--prove"])?;
    let reader = BufReader::new(proof.stderr.take().ok_or("no pipe")?);
    let mut lines = reader.lines();
    let begun = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("first unsafe")));
    ensure(begun.is_some(), || "no block came".to_owned())?;
    signal(&proof, Signal::INT)?;
    lines.for_each(drop);
    let mut table = String::new();
    proof.stdout.take().ok_or("no pipe")?.read_to_string(&mut table)?;
    let code = proof.wait()?.code();
    ensure(code == Some(1) && table.contains("✓ first unsafe block"), || table.clone())?;
    ensure(table.contains("interrupted") && table.ends_with("NOT PROVEN\n"), || table.clone())?;
    devnet::no_process_left(dir.path())?;

    let again = Run::of(Command::new(op_devnet()).args(["up", "--prove", "--dir"]).arg(dir.path()));
    ensure(again.code == Some(1) && again.stderr.contains("holds a chain"), || again.to_string())?;
    let begins = rollup(dir.path())?["genesis"]["l1"]["hash"].clone();
    break_off_an_initialisation(dir.path())?;
    let mut devnet = Devnet::in_folder(dir)?;
    ensure(json!(devnet.l1_block_hash(0)?) == begins, || "another L1".to_owned())?;
    devnet.down()?;

    // Of two saved states the newer one is torn: the other one is taken.
    let saved = devnet.dir().join("l1/l1.json");
    let text = fs::read(&saved)?;
    fs::write(&saved, &text[..text.len() / 2])?;
    devnet.start()?;
    ensure(json!(devnet.l1_block_hash(0)?) == begins, || "another L1".to_owned())?;
    devnet.down()?;
    lost_l1(&devnet)?;
    Ok(Completion::Completed)
}

/// What `op-geth init` has of its database when it is ended early.
fn break_off_an_initialisation(dir: &Path) -> Result<()> {
    let engine = dir.join("data/follower-1-engine");
    if engine.exists() {
        fs::remove_dir_all(&engine)?;
    }
    let broken = engine.join(".initialising/geth/chaindata");
    fs::create_dir_all(&broken)?;
    fs::write(broken.join("CURRENT"), "MANIFEST-000001\n")?;
    Ok(())
}

/// A chain whose L1 is gone is not started, and what to do is said.
fn lost_l1(devnet: &Devnet) -> Result<()> {
    fs::remove_dir_all(devnet.dir().join("l1"))?;
    let logs = devnet.dir().join("logs");
    fs::remove_dir_all(&logs)?;
    let run = Run::of(Command::new(op_devnet()).args(["up", "--dir"]).arg(devnet.dir()));
    let told = ["the L1 of this chain is lost", "op-devnet reset"];
    ensure(run.code == Some(1) && told.iter().all(|words| run.stderr.contains(words)), || {
        run.to_string()
    })?;
    ensure(!logs.join("sequencer-engine.log").exists(), || "a service was started".to_owned())?;
    devnet::no_process_left(devnet.dir())
}

/// What is shown of a run is of that run, from its first moment on.
pub(crate) fn status_of_this_run() -> Outcome {
    let mut devnet = Devnet::up()?;
    devnet.kill_supervisor()?;
    wait_no_process(devnet.dir())?;
    let left = devnet.dir().join(".status.json.4294967295-x1.new");
    fs::write(&left, "half")?;
    let second = up(devnet.dir(), &[])?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        let run = Run::of(
            Command::new(op_devnet()).args(["status", "--json", "--dir"]).arg(devnet.dir()),
        );
        let status: Value = serde_json::from_str(&run.stdout).map_err(|_| run.to_string())?;
        let pid = &status["board"]["pid"];
        ensure(pid.is_null() || *pid == second.id(), || format!("of another run: {status:#}"))?;
        let all = devnet::all_running(&status);
        ensure(all == (run.code == Some(0)), || format!("{:?}: {status:#}", run.code))?;
        if all {
            break;
        }
        ensure(Instant::now() < deadline, || format!("it does not come up: {status:#}"))?;
        sleep(Duration::from_millis(20));
    }
    ensure(!left.exists(), || "what a killed run was writing is still there".to_owned())?;
    devnet.down()?;
    Ok(Completion::Completed)
}

/// Without a yes, and with nobody to ask, everything stays and is listed.
fn unasked(dir: &Path) -> Result<()> {
    let asked = Command::new(op_devnet())
        .args(["reset", "--dir"])
        .arg(dir)
        .stdin(Stdio::null())
        .output()?;
    let run = Run::from(asked);
    let lists = ["goes", "chain", "proposer.key", "stays", "batcher.key"];
    ensure(run.code == Some(1) && lists.iter().all(|word| run.stdout.contains(word)), || {
        run.to_string()
    })?;
    ensure(
        run.stderr.contains("Nothing was stopped or removed") && run.stderr.contains("--yes"),
        || run.to_string(),
    )?;
    let stays = dir.join("chain").exists() && dir.join("keys/proposer.key").exists();
    ensure(stays, || "what was only to be listed is gone".to_owned())
}

/// What an operator brought stays; what a devnet made goes.
pub(crate) fn reset_keeps_brought_keys() -> Outcome {
    let dir = tempfile::tempdir()?;
    let keys = dir.path().join("keys");
    fs::create_dir(&keys)?;
    // The batcher of the contracts, account 1 of Foundry's test mnemonic.
    let brought = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d\n";
    fs::write(keys.join("batcher.key"), brought)?;
    let devnet = Devnet::in_folder_with(dir, &["--l1-only"])?;
    ensure(keys.join("proposer.key").exists(), || "no key was made".to_owned())?;
    devnet.down()?;
    unasked(devnet.dir())?;
    let reset =
        Run::of(Command::new(op_devnet()).args(["reset", "--yes", "--dir"]).arg(devnet.dir()));
    ensure(reset.code == Some(0) && reset.stderr.contains("batcher.key"), || reset.to_string())?;
    let left: Vec<_> = fs::read_dir(&keys)?
        .map(|entry| entry.map(|it| it.file_name()))
        .collect::<std::io::Result<_>>()?;
    ensure(left == ["batcher.key"], || format!("{left:?}"))?;
    ensure(fs::read_to_string(keys.join("batcher.key"))? == brought, || "changed".to_owned())?;
    let planted = Run::of(
        Command::new(op_devnet()).args(["up", "--break", "batcher-key", "--dir"]).arg(devnet.dir()),
    );
    ensure(planted.code == Some(1) && planted.stderr.contains("holds a chain or keys"), || {
        planted.to_string()
    })?;
    ensure(fs::read_to_string(keys.join("batcher.key"))? == brought, || "changed".to_owned())?;
    Ok(Completion::Completed)
}

/// A process that an earlier run left and that does not want to end is killed by `down`, which holds the
/// folder's lock meanwhile: no later run can be taken for what was left.
pub(crate) fn down_ends_what_is_left() -> Outcome {
    let dir = tempfile::tempdir()?;
    File::create(dir.path().join("lock"))?;
    let mut left = Process::spawn(
        Command::new("sh")
            .args(["-c", "trap '' TERM; echo; while :; do sleep 1; done"])
            .env("OP_DEVNET_HOME", dir.path().canonicalize()?)
            .stdout(Stdio::piped()),
    )?;
    let mut ready = [0];
    left.stdout.take().ok_or("no pipe")?.read_exact(&mut ready)?;
    let status = Run::of(Command::new(op_devnet()).args(["status", "--dir"]).arg(dir.path()));
    ensure(status.stdout.contains(&left.id().to_string()), || status.to_string())?;
    let mut down = Process::spawn(
        Command::new(op_devnet()).args(["down", "--dir"]).arg(dir.path()).stderr(Stdio::null()),
    )?;
    let deadline = Instant::now() + PATIENCE;
    let holder = format!("(pid {})", down.id());
    loop {
        let status = Run::of(Command::new(op_devnet()).args(["status", "--dir"]).arg(dir.path()));
        if status.stdout.contains(&holder) {
            break;
        }
        ensure(Instant::now() < deadline, || format!("`down` has no lock: {status}"))?;
    }
    let second = Run::of(Command::new(op_devnet()).args(["up", "--dir"]).arg(dir.path()));
    ensure(second.code == Some(1) && second.stderr.contains(&holder), || second.to_string())?;
    let ended = down.wait()?;
    ensure(ended.success(), || format!("down ended with {ended}"))?;
    ensure(left.try_wait()?.is_some(), || "it still runs".to_owned())?;
    Ok(Completion::Completed)
}

/// A program that does not hear that it is to end is named.
pub(crate) fn down_names_what_it_waits_for() -> Outcome {
    let devnet = Devnet::up()?;
    let batcher = devnet.status()?["board"]["services"]["batcher"]["pid"].as_u64();
    let batcher = Pid::from_raw(batcher.ok_or("the batcher has no pid")?.try_into()?);
    let batcher = batcher.ok_or("the batcher has no pid")?;
    kill_process(batcher, Signal::STOP)?;
    let mut down = Process::spawn(
        Command::new(op_devnet()).args(["down", "--dir"]).arg(devnet.dir()).stderr(Stdio::piped()),
    )?;
    let mut told = String::new();
    BufReader::new(down.stderr.take().ok_or("no pipe")?).read_line(&mut told)?;
    kill_process(batcher, Signal::CONT)?;
    let named = format!("op-batcher (pid {batcher})");
    ensure(told.starts_with("waits for ") && told.contains(&named), || told.clone())?;
    let ended = down.wait()?;
    ensure(ended.success(), || format!("down ended with {ended}"))?;
    devnet::no_process_left(devnet.dir())?;
    Ok(Completion::Completed)
}

/// A gate that does not pass in the end is one step that does not hold; the proof is printed.
pub(crate) fn a_proof_of_what_does_not_hold() -> Outcome {
    // The challenger's gate has passed; its account is asked again at the end.
    let failed = disturbed_proof(|dir| {
        let challenger = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
        http::call(&endpoint(dir, "l1")?, "anvil_setBalance", &json!([challenger, "0x0"]))?;
        Ok(())
    })?;
    shows(&failed, "all gates pass on the live chain", "funding")
}

/// A service that ends is the end of the proof: it is not waited for again.
pub(crate) fn a_proof_that_loses_a_service() -> Outcome {
    let failed = disturbed_proof(|dir| {
        let status = fs::read_to_string(dir.join("status.json"))?;
        let status: Value = serde_json::from_str(&status)?;
        let pid = &status["services"]["batcher"]["pid"];
        devnet::kill(pid.as_u64().ok_or("the batcher has no pid")?)
    })?;
    shows(&failed, "the services run", "batcher ended (signal: 9")
}

/// A proof whose services run when they are disturbed: the one step that does not hold.
fn disturbed_proof(disturb: impl Fn(&Path) -> Result<()>) -> Result<Value> {
    let dir = tempfile::tempdir()?;
    let mut proof = up(dir.path(), &["--prove", "--json"])?;
    for line in BufReader::new(proof.stderr.take().ok_or("no pipe")?).lines() {
        if line?.contains("all services running") {
            disturb(dir.path())?;
        }
    }
    let mut text = String::new();
    proof.stdout.take().ok_or("no pipe")?.read_to_string(&mut text)?;
    ensure(proof.wait()?.code() == Some(1), || text.clone())?;
    let proof: Value = serde_json::from_str(&text)?;
    let steps = proof["steps"].as_array().into_iter().flatten();
    let failed: Vec<&Value> = steps.filter(|step| step["passed"] == false).collect();
    ensure(failed.len() == 1 && proof["passed"] == false, || format!("{proof:#}"))?;
    devnet::no_process_left(dir.path())?;
    Ok(failed[0].clone())
}

fn shows(step: &Value, name: &str, detail: &str) -> Outcome {
    let told = step["detail"].as_str().is_some_and(|text| text.contains(detail));
    ensure(step["name"] == name && told, || format!("{step:#}"))?;
    Ok(Completion::Completed)
}

/// What Go builds does not depend on the shell.
pub(crate) fn builds_do_not_inherit_the_shell() -> Outcome {
    let dir = tempfile::tempdir()?;
    let path = |name: &str| dir.path().join(name);
    fs::create_dir(path("tools"))?;
    let go = "#!/bin/sh\n[ \"$1\" = env ] && echo go1.26.8 && exit\n\
              env > \"$TOLD.$$\" && mv \"$TOLD.$$\" \"$TOLD\"\nexit 1\n";
    // Both build at a time, and the first to fail ends the other.
    let npm = "#!/bin/sh\n[ \"$1\" = ci ] || exit 1\nn=0\n\
               while [ ! -e \"$TOLD\" ] && [ $n -lt 600 ]; do n=$((n + 1)); sleep 0.1; done\nexit 1\n";
    for (tool, script) in [("go", go), ("npm", npm), ("node", npm)] {
        fs::write(path("tools").join(tool), script)?;
        fs::set_permissions(path("tools").join(tool), fs::Permissions::from_mode(0o755))?;
    }
    let mut command = Command::new(op_devnet());
    // What this machine needs to reach its modules is none of ours.
    for (name, _) in env::vars_os().filter(|(name, _)| is_of_go(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    let run = Run::of(
        command
            .arg("build")
            .env("PATH", format!("{}:/usr/bin:/bin", path("tools").display()))
            .env("OP_DEVNET_CACHE", path("cache"))
            .env("TOLD", path("told"))
            .envs([
                ("GOFLAGS", "-mod=vendor"),
                ("GOWORK", "/somewhere/go.work"),
                ("GOOS", "plan9"),
                ("GOARCH", "386"),
                ("GOEXPERIMENT", "rangefunc"),
                ("CGO_CFLAGS", "-O0"),
                ("GOPROXY", "https://proxy.example"),
            ]),
    );
    ensure(run.code == Some(1), || run.to_string())?;
    let told = fs::read_to_string(path("told"))?;
    let mut of_go: Vec<&str> = told.lines().filter(|line| is_of_go(line)).collect();
    of_go.sort_unstable();
    let arch = if cfg!(target_arch = "aarch64") { "GOARCH=arm64" } else { "GOARCH=amd64" };
    let expected = [
        "CGO_ENABLED=0",
        arch,
        "GOFLAGS=-mod=readonly",
        "GOOS=linux",
        "GOPROXY=https://proxy.example",
        "GOWORK=off",
    ];
    ensure(of_go == expected, || format!("{of_go:?}"))?;
    Ok(Completion::Completed)
}

/// Where modules and objects lie is the machine's.
fn is_of_go(variable: &str) -> bool {
    let of_go = variable.starts_with("GO") || variable.starts_with("CGO_");
    of_go && !variable.starts_with("GOPATH") && !variable.starts_with("GOCACHE")
}

/// It ends with the test.
fn up(dir: &Path, args: &[&str]) -> Result<Process> {
    let mut command = Command::new(op_devnet());
    command.args(["up", "--dir"]).arg(dir).args(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Ok(Process::spawn(&mut command)?)
}

fn signal(process: &Process, signal: Signal) -> Result<()> {
    let pid = Pid::from_raw(process.id().cast_signed()).ok_or("no pid")?;
    Ok(kill_process(pid, signal)?)
}

fn rollup(dir: &Path) -> Result<Value> {
    Ok(serde_json::from_slice(&fs::read(dir.join("chain/rollup.json"))?)?)
}

fn endpoint(dir: &Path, service: &str) -> Result<String> {
    let status: Value = serde_json::from_slice(&fs::read(dir.join("status.json"))?)?;
    Ok(status["endpoints"][service].as_str().ok_or("no endpoint")?.to_owned())
}

fn wait_status(dir: &Path, what: &str, expected: impl Fn(&Value) -> bool) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let run = Run::of(Command::new(op_devnet()).args(["status", "--json", "--dir"]).arg(dir));
        if serde_json::from_str(&run.stdout).is_ok_and(|status| expected(&status)) {
            return Ok(());
        }
        ensure(Instant::now() < deadline, || format!("waited in vain for {what}: {run}"))?;
        sleep(Duration::from_millis(100));
    }
}

fn wait_no_process(dir: &Path) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while devnet::no_process_left(dir).is_err() && Instant::now() < deadline {
        sleep(Duration::from_millis(100));
    }
    devnet::no_process_left(dir)
}
