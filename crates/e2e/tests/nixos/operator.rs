//! What an operator does with a running chain in two years: updates, holds, refusals, power cuts. Each step
//! says what stood still, and for how long.

use std::{fs, path::Path, process::Command, thread::sleep, time::Duration};

use crate::{
    bench::{
        Bench, KEYS, NEXT_BATCHER, PATIENCE, STATE_DIR, give_key, l1_url, nothing_failed,
        result_of, step,
    },
    host::Host,
    l1::L1,
    support::{Result, ensure, run},
};

/// Services that run by now.
pub(crate) const RUNNING: [&str; 8] = [
    "sequencer-engine",
    "sequencer-node",
    "batcher",
    "proposer",
    "challenger",
    "dispute-mon",
    "follower-one-engine",
    "follower-one-node",
];
/// Longer than several retries, which come every two seconds.
const RETRIES: Duration = Duration::from_secs(6);
/// Signals that end a Go program that is the first of its namespace.
const SIGNALS: [&str; 10] =
    ["HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "KILL", "SEGV", "TERM"];
/// The follower's engine on a disk of its own.
const LATE: &str = "var/lib/op-stack/follower-one-engine";
const LATE_UNIT: &str = "var-lib-op\\x2dstack-follower\\x2done\\x2dengine.mount";
const LOCK: &str = "/run/nixos/switch-to-configuration.lock";

pub(crate) fn each_way_to_die_is_started_again(host: &Host) -> Result<()> {
    step("a program may die of any signal: it is started again");
    let unit = "podman-op-stack-dispute-mon.service";
    let substate = format!("systemctl show -P SubState {unit}");
    for signal in SIGNALS {
        host.wait_state(&["dispute-mon"], "active", PATIENCE)?;
        host.sh(&format!("podman kill --signal={signal} op-stack-dispute-mon"))?;
        host.wait(&substate, PATIENCE, |state| state == "auto-restart")
            .map_err(|error| format!("SIG{signal}: {error}"))?;
        host.sh(&format!("systemctl reset-failed {unit}; systemctl start {unit}"))?;
    }
    host.wait_state(&["dispute-mon"], "active", PATIENCE).map(drop)
}

pub(crate) fn nixpkgs_restarts_nothing(host: &Host, bench: &Bench, module: &str) -> Result<()> {
    step("another podman and another tzdata: the switch restarts nothing");
    let before = invocations(host)?;
    let updated = bench.evaluate(
        "updated",
        &beside(
            module,
            "systemd.globalEnvironment.TZDIR = lib.mkForce \"/elsewhere\";
             virtualisation.podman.package = lib.mkForce (pkgs.stub \"newer-podman\");",
        ),
    )?;
    switched(host, &updated)?;
    ensure(before == invocations(host)?, || "a service was restarted".to_owned())?;
    let pending = "curl -s http://127.0.0.1:7399/status.json | jq -r '.conditions[] | \
                   select(.found | contains(\"a restart is pending\")) | .subject'";
    host.wait(pending, PATIENCE, |said| said.lines().count() >= RUNNING.len() - 1).map(drop)
}

pub(crate) fn a_new_image_restarts_its_service_alone(
    host: &Host,
    bench: &Bench,
    module: &str,
) -> Result<()> {
    step("a new image: its service alone is restarted");
    let next = module.replace(bench.digest("op-batcher")?, bench.digest(NEXT_BATCHER)?);
    let next = bench.evaluate("next", &next)?;
    let before = invocations(host)?;
    switched(host, &next)?;
    host.wait_state(&["batcher"], "active", PATIENCE)?;
    let after = invocations(host)?;
    let changed: Vec<_> = RUNNING
        .iter()
        .enumerate()
        .filter(|(index, _)| before[*index] != after[*index])
        .map(|(_, service)| *service)
        .collect();
    ensure(changed == ["batcher"], || format!("restarted: {changed:?}"))?;
    println!("  the batcher stood still for {:.1} s", stood_still(host, "batcher")?);
    Ok(())
}

/// What a switch to an evaluation asks before it stops anything.
pub(crate) fn a_switch_asks_first(host: &Host, bench: &Bench, l1: &L1, to: &Path) -> Result<()> {
    step("L1 is down while switching: nothing is stopped");
    ask(host, bench, to)?;
    let url = l1_url(l1);
    give_key(&bench.root, "l1-rpc", &url.replace(l1.rpc(), "http://127.0.0.1:1"))?;
    let before = invocations(host)?;
    let said = ask(host, bench, to).err().map(|error| error.to_string()).unwrap_or_default();
    ensure(said.contains("batcher would be stopped and could not start again"), || said.clone())?;
    ensure(before == invocations(host)?, || "a service was restarted".to_owned())?;
    give_key(&bench.root, "l1-rpc", &url)
}

/// The gate knows the flags of one release only. The program that is to run knows its own.
pub(crate) fn a_switch_asks_the_programs(host: &Host, bench: &Bench, module: &str) -> Result<()> {
    step("a flag that the new program does not know: nothing is stopped");
    let before = invocations(host)?;
    let wrong = "services.every-channel.op-stack.batcher.settings.unheard-of = true;";
    let said = ask(host, bench, &bench.evaluate("unheard-of", &beside(module, wrong))?)
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    let all = ["batcher does not take its arguments", "unheard-of", "nothing was changed"];
    ensure(all.iter().all(|words| said.contains(words)), || said.clone())?;
    ensure(before == invocations(host)?, || "a service was restarted".to_owned())
}

/// The module's check before a switch to an evaluation.
fn ask(host: &Host, bench: &Bench, to: &Path) -> Result<String> {
    let root = &bench.root;
    let incoming = root.join("srv/incoming");
    fs::create_dir_all(incoming.join("etc/systemd"))?;
    copy(&to.join("units"), &incoming.join("etc/systemd/system"))?;
    copy(&to.join("etc/op-stack"), &incoming.join("etc/op-stack"))?;
    run(Command::new("cp").arg("-an").arg(to.join("stub/.")).arg(root.join("stub")))?;
    let script = fs::read_to_string(to.join("etc/test/pre-switch"))?.trim().replace('\'', "");
    host.sh(&format!("sh -c '{script}' - /srv/incoming switch"))
}

pub(crate) fn while_a_switch_runs_nothing_is_started(
    host: &Host,
    bench: &Bench,
    l1: &L1,
) -> Result<()> {
    step("while a switch is under way the retry starts nothing");
    let key = bench.root.join(KEYS).join("proposer");
    fs::rename(&key, key.with_extension("away"))?;
    host.sh("systemctl restart podman-op-stack-proposer.service")?;
    host.wait(&result_of("proposer"), PATIENCE, |result| result == "exec-condition")?;
    // The process that takes the lock lives, as the switch does.
    host.sh(&format!(
        "mkdir -p /run/nixos; setsid flock -o -x {LOCK} sleep 600 >/dev/null 2>&1 </dev/null & \
         echo $! >/run/switching; sleep 1"
    ))?;
    give_key(&bench.root, "proposer", &l1.key("proposer")?)?;
    sleep(RETRIES);
    let state = host.state("proposer")?;
    ensure(state == "inactive", || format!("during the switch the proposer is {state}"))?;
    host.sh("kill $(cat /run/switching)")?;
    host.wait_state(&["proposer"], "active", PATIENCE).map(drop)
}

pub(crate) fn a_hold_ends_by_itself(host: &Host) -> Result<()> {
    step("a held service stays stopped until its time is over");
    host.sh("/etc/op-stack/bin/op-warden hold proposer --why rotation --until 40s")?;
    host.sh("systemctl start op-stack.target podman-op-stack-proposer.service")?;
    let state = host.state("proposer")?;
    ensure(state == "inactive", || format!("the held proposer is {state}"))?;
    let told =
        "curl -s http://127.0.0.1:7399/status.json | jq -r '.. | .found? // empty | strings'";
    host.wait(told, PATIENCE, |said| said.contains("held on purpose: rotation, until "))?;
    host.wait_state(&["proposer"], "active", PATIENCE).map(drop)
}

pub(crate) fn a_refusal_fails_no_deployment(
    host: &Host,
    bench: &Bench,
    module: &str,
    on: &Path,
) -> Result<()> {
    step("dispute-mon is refused after a deployment: the switch succeeds, and the unit says why");
    let wrong = "services.every-channel.op-stack.dispute-mon.settings.\"pprof.enabled\" = true;";
    switched(host, &bench.evaluate("wrong", &beside(module, wrong))?)?;
    host.wait(&result_of("dispute-mon"), PATIENCE, |result| result == "exec-condition")?;
    let status = "systemctl show -P StatusText podman-op-stack-dispute-mon.service";
    host.wait(status, PATIENCE, |status| status.starts_with("refuse ("))?;
    nothing_failed(host)?;
    switched(host, on)?;
    host.wait_state(&["dispute-mon"], "active", PATIENCE).map(drop)
}

pub(crate) fn newer_data_are_not_opened(host: &Host, bench: &Bench) -> Result<()> {
    step(
        "a rollback does not open what a later release wrote, and no engine begins anew by itself",
    );
    let engine = "follower-one-engine";
    let unit = format!("podman-op-stack-{engine}.service");
    let state = bench.root.join(STATE_DIR);
    let (ran, data) = (state.join("ran").join(engine), state.join(engine));
    let last = fs::read_to_string(&ran)?;
    let newer = format!("{} v9.9.9", bench.engine.component);
    fs::write(&ran, format!("{newer}\n"))?;
    refused(host, engine, &unit, &format!("{newer} or later"))?;
    fs::write(&ran, &last)?;
    fs::rename(&data, data.with_extension("away"))?;
    refused(host, engine, &unit, "an empty folder")?;
    let _ = fs::remove_dir(&data);
    fs::rename(data.with_extension("away"), &data)?;
    host.wait_state(&[engine], "active", PATIENCE)?;
    nothing_failed(host)
}

fn refused(host: &Host, engine: &str, unit: &str, why: &str) -> Result<()> {
    host.sh(&format!("systemctl restart {unit}"))?;
    host.wait(&result_of(engine), PATIENCE, |result| result == "exec-condition")?;
    let journal = host.journal(engine)?;
    ensure(journal.contains(why), || journal)
}

/// The host goes down and comes back without its L1, with a held sequencer and a disk that comes late.
pub(crate) fn a_power_cut<'a>(host: Host<'_>, bench: &Bench<'a>, on: &Path) -> Result<Host<'a>> {
    step("the host is shut down: services stop in the order in which a switch stops them");
    host.sh("/etc/op-stack/bin/op-warden hold sequencer-node --why 'moved elsewhere'")?;
    // The journal is in memory, and gone with the host.
    host.sh(
        "setsid journalctl -q -f -n 0 -o cat _PID=1 >/srv/said 2>/dev/null </dev/null & sleep 1",
    )?;
    let (root, folder) = (&bench.root, bench.root.join(LATE));
    drop(host);
    fs::rename(&folder, root.join("srv/disk-that-is-late"))?;
    // systemd makes the folder that is bound, so it is asked for.
    fs::write(
        root.join("etc/systemd/system").join(LATE_UNIT),
        format!(
            "[Unit]\nAssertPathExists=/srv/disk\n[Mount]\nWhat=/srv/disk\nWhere=/{LATE}\nOptions=bind\n"
        ),
    )?;
    let host = Host::boot(bench.tools, root, on)?;
    let said = host.sh("cat /srv/said")?;
    let at = |begin: &str| said.lines().position(|line| line.starts_with(begin));
    let batcher = at("Stopped podman-op-stack-batcher.service");
    let engine = at("Stopping podman-op-stack-sequencer-engine.service");
    // The last lines of a host that goes down are not always written: what is not there came later.
    let in_order = batcher.is_some() && engine.is_none_or(|engine| batcher < Some(engine));
    ensure(in_order, || said.clone())?;

    step(
        "a held sequencer survives the power cut, and an engine whose disk is late does not begin anew",
    );
    host.wait(&result_of("batcher"), PATIENCE, |result| result == "exec-condition")?;
    let held = host.show("sequencer-node", "ConditionResult")?;
    ensure(held == "no", || format!("the held sequencer: {held}"))?;
    sleep(RETRIES);
    let begun = host.sh(&format!("ls -A /{LATE}"))?;
    ensure(begun.is_empty(), || format!("the engine has begun anew: {begun}"))?;
    let tried =
        "systemctl show -P ConditionTimestampMonotonic podman-op-stack-follower-one-engine.service";
    let waiting = host.sh(tried)?;
    ensure(waiting == "0", || format!("the engine was tried without its disk: {waiting}"))?;
    fs::rename(root.join("srv/disk-that-is-late"), root.join("srv/disk"))?;
    host.wait(tried, PATIENCE, |at| at != "0")?;
    host.sh("/etc/op-stack/bin/op-warden release sequencer-node")?;
    host.wait(&result_of("sequencer-node"), PATIENCE, |result| result == "exec-condition")?;
    Ok(host)
}

/// Takes that disk away again: purge leaves what is mounted.
pub(crate) fn unmounted(host: &Host) -> Result<()> {
    host.sh(&format!("systemctl stop '{LATE_UNIT}'")).map(drop)
}

pub(crate) fn invocations(host: &Host) -> Result<Vec<String>> {
    RUNNING.iter().map(|service| host.show(service, "InvocationID")).collect()
}

/// Seconds between the end of a service's last run and its present one.
pub(crate) fn stood_still(host: &Host, service: &str) -> Result<f64> {
    let at =
        |property: &str| -> Result<f64> { Ok(host.show(service, property)?.parse::<f64>()? / 1e6) };
    Ok(at("ActiveEnterTimestampMonotonic")? - at("ActiveExitTimestampMonotonic")?)
}

fn switched(host: &Host, to: &Path) -> Result<()> {
    let (code, said) = host.switch(to)?;
    ensure(code == Some(0), || format!("the switch failed: {code:?}\n{said}"))
}

/// The module with more beside it.
fn beside(module: &str, more: &str) -> String {
    format!("{{ lib, pkgs, ... }}: {{ imports = [ ({module}) ]; {more} }}")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    run(Command::new("cp").args(["-aT"]).arg(from).arg(to)).map(drop)
}
