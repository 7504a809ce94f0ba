//! What happens around a chain that runs right: its L1 goes away, the batcher's key is rotated, a disk
//! fills. Each step says what an operator sees, and after how long.

use std::{
    fs,
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::process::{Signal, kill_process};
use serde_json::Value;

use crate::{
    bench::{Bench, PATIENCE, STATE_DIR, give_key, head, nothing_failed, result_of, step},
    host::Host,
    l1::{self, L1, NOBODY},
    operator::{invocations, stood_still},
    support::{Result, ensure},
};

const AWAY: Duration = Duration::from_mins(3);
/// op-geth looks at its disk every 30 s; op-node's safe head follows within a few blocks of L1.
const SLOW: Duration = Duration::from_mins(3);

/// anvil's first account, which owns the contracts.
const OWNER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const NEXT_KEY: &str = "0x7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e";

const WRONG: &str = r#"curl -s http://127.0.0.1:7399/status.json | jq -r '
    .conditions[] | select(.state == ("failed", "unknown")) | "\(.name) \(.subject): \(.found)"'"#;

pub(crate) fn the_l1_is_away(host: &Host, l1: &L1) -> Result<()> {
    step("the L1 is away for three minutes: nothing is restarted, and the chain goes on");
    let l1_state = state_of("l1", "l1");
    host.wait(&l1_state, SLOW, |said| said == "ok")?;
    let before = invocations(host)?;
    let sequencer = head(9545);
    let built = host.sh(&sequencer)?;
    let anvil = l1.pid()?;
    kill_process(anvil, Signal::STOP)?;
    let begin = Instant::now();
    let away = host.wait(&l1_state, PATIENCE, |said| said != "ok");
    let noticed = begin.elapsed();
    if away.is_ok() {
        sleep(AWAY.saturating_sub(begin.elapsed()));
    }
    let failed = host.sh(WRONG);
    let builds = host.sh(&sequencer);
    // Whatever was seen, it goes on.
    kill_process(anvil, Signal::CONT)?;
    println!("  l1 is {} after {:.1} s", away?, noticed.as_secs_f64());
    println!("  after three minutes:\n    {}", failed?.replace('\n', "\n    "));
    println!("  the sequencer's head: {built}, then {}", builds?);
    let begin = Instant::now();
    host.wait(&l1_state, SLOW, |said| said == "ok")?;
    println!("  l1 is ok {:.1} s after it was back", begin.elapsed().as_secs_f64());
    let built = host.sh(&sequencer)?;
    host.wait(&sequencer, SLOW, |now| now.parse::<u64>().ok() > built.parse().ok())?;
    ensure(before == invocations(host)?, || "a service was restarted".to_owned())
}

pub(crate) fn the_batcher_is_rotated(host: &Host, bench: &Bench, l1: &L1) -> Result<()> {
    step("another batcher stands on L1: health says so, and with its key the chain goes on");
    let rollup: Value = serde_json::from_slice(&fs::read(l1.files().join("rollup.json"))?)?;
    let contract = rollup["l1_system_config_address"].as_str().ok_or("no SystemConfig")?;
    let next = l1::cast(host, &["wallet", "address", "--private-key", NEXT_KEY])?;
    let next = next.trim();
    l1.send(host, &["--from", NOBODY, "--value", "10ether", next])?;
    let begin = Instant::now();
    let hash = format!("0x{:0>64}", next.trim_start_matches("0x"));
    l1.send(host, &["--from", OWNER, contract, "setBatcherHash(bytes32)", &hash])?;
    let said = host.wait(WRONG, PATIENCE, |said| said.contains("role batcher"))?;
    println!(
        "  after {:.1} s:\n    {}",
        begin.elapsed().as_secs_f64(),
        said.replace('\n', "\n    ")
    );
    give_key(&bench.root, "batcher", NEXT_KEY)?;
    let safe = head(9545).replace("unsafe_l2", "safe_l2");
    let before = host.sh(&safe)?;
    host.sh("systemctl restart podman-op-stack-batcher.service")?;
    host.wait_state(&["batcher"], "active", PATIENCE)?;
    println!("  the batcher stood still for {:.1} s", stood_still(host, "batcher")?);
    host.wait(&safe, SLOW, |now| now.parse::<u64>().ok() > before.parse().ok())?;
    host.wait(&state_of("role", "batcher"), SLOW, |said| said == "ok")?;
    println!("  right again {:.1} s after the rotation", begin.elapsed().as_secs_f64());
    Ok(())
}

pub(crate) fn the_name_servers_change(host: &Host) -> Result<()> {
    step("the host gets other name servers: a running program has them too");
    let before = invocations(host)?;
    // What the program sees: its image has nothing to look with.
    let seen = "cd /proc/$(podman inspect --format '{{.State.Pid}}' op-stack-batcher)/root && cat etc/resolv.conf";
    let next = "nameserver 192.0.2.53";
    // As resolvconf does it.
    host.sh(&format!(
        "echo '{next}' >/etc/resolv.conf.new && mv /etc/resolv.conf.new /etc/resolv.conf"
    ))?;
    host.wait(seen, PATIENCE, |said| said == next)?;
    ensure(before == invocations(host)?, || "a service was restarted".to_owned())
}

pub(crate) fn a_disk_is_full(host: &Host, bench: &Bench) -> Result<()> {
    step("a follower's disk is full: it stops whole, says why, and goes on when there is room");
    let data = format!("/{STATE_DIR}/follower-one-engine");
    let both = "podman-op-stack-follower-one-engine podman-op-stack-follower-one-node";
    let alone = ["follower-one-engine", "follower-one-node"];
    host.sh(&format!(
        "systemctl stop {both} && cp -aT {data} /srv/copy && mount -t tmpfs -o size=3g tmpfs {data} && \
         cp -aT /srv/copy {data} && systemctl start {both}"
    ))?;
    host.wait_state(&alone, "active", PATIENCE)?;
    // It may write between the two looks at the disk.
    host.sh(&format!(
        "for _ in 1 2 3 4 5; do fallocate -l $(($(df --output=avail -B1 {data} | tail -n 1) - {})) \
         {data}/filled && exit; sleep 1; done; exit 1",
        bench.engine.stops_at
    ))?;
    let begin = Instant::now();
    host.wait(&result_of("follower-one-engine"), SLOW, |result| result == "exec-condition")?;
    let status = "systemctl show -P StatusText podman-op-stack-follower-one-engine.service";
    println!("  after {:.1} s: {}", begin.elapsed().as_secs_f64(), host.sh(status)?);
    println!("    {}", host.wait(WRONG, PATIENCE, |said| said.contains("free"))?);
    host.sh(&format!("rm {data}/filled"))?;
    let took = host.wait_state(&alone, "active", PATIENCE)?;
    println!("  it runs again {:.1} s after there was room", took.as_secs_f64());
    let before = host.sh(&head(9645))?;
    host.wait(&head(9645), SLOW, |now| now.parse::<u64>().ok() > before.parse().ok())?;
    host.sh(&format!("systemctl stop {both} && umount {data} && systemctl start {both}"))?;
    host.wait_state(&alone, "active", PATIENCE)?;
    nothing_failed(host)
}

/// A shell command for the state of a condition.
fn state_of(name: &str, subject: &str) -> String {
    format!(
        "curl -s http://127.0.0.1:7399/status.json | jq -r '.conditions[] | \
         select(.name == \"{name}\" and .subject == \"{subject}\") | .state'"
    )
}
