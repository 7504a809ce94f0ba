//! The module's own units on a real systemd with a real podman and the official programs: the whole
//! life of the chain on one host, in the order in which an operator meets it.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use libtest_mimic::{Completion, Trial};

use crate::{
    bench::{
        Bench, CORE, DISPUTE, KEYS, PATIENCE, STATE_DIR, URL_KEY, WITH_KEYS, give_key, head,
        l1_url, nothing_failed, result_of, start, step,
    },
    host::Host,
    incidents,
    l1::{self, L1, NOBODY},
    operator,
    support::{Result, ensure},
    tools::Tools,
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial::ignorable_test("units_run_the_chain", || match Tools::find() {
        Ok(tools) => Ok(whole_life(&tools).map(|()| Completion::Completed)?),
        Err(missing) => Ok(Completion::ignored_with(missing)),
    })]
}

fn whole_life(tools: &Tools) -> Result<()> {
    let work = tempfile::tempdir()?;
    let bench = Bench::prepare(tools, &work)?;
    let off = bench.evaluate("off", "{ }")?;
    let host = Host::boot(tools, &bench.root, &off)?;
    step("an L1 with the contracts");
    let l1 = L1::start(Some(&host), &work.path().join("devnet"))?;
    let module = bench.module(&l1)?;
    let on = bench.evaluate("on", &module)?;
    bench.give_files(&l1)?;

    a_missing_l1_skips_everything(&host, &on)?;
    missing_keys_skip(&host, &l1, &bench.root)?;
    what_repeats_itself_is_not_logged(&host)?;
    a_wrong_key_is_refused(&host, &l1, &bench.root)?;
    right_keys_start_the_chain(&host, &l1, &bench.root)?;
    a_deposit_arrives(&host, &l1)?;
    the_dispute_path_runs_without_a_prestate(&host)?;
    secrets_are_nowhere(&host, &l1, &bench.root)?;
    only_loopback_listens(&host)?;
    health_is_told(&host)?;
    the_judge_sees_every_gate(&host)?;
    a_crash_loop_is_told_with_its_last_error(&host)?;
    a_held_service_stays_stopped(&host)?;
    the_engine_restarts_alone(&host)?;
    an_engine_that_dies_takes_its_node_along(&host)?;
    operator::each_way_to_die_is_started_again(&host)?;
    operator::nixpkgs_restarts_nothing(&host, &bench, &module)?;
    operator::a_new_image_restarts_its_service_alone(&host, &bench, &module)?;
    operator::a_switch_asks_first(&host, &bench, &l1, &on)?;
    operator::a_switch_asks_the_programs(&host, &bench, &module)?;
    operator::while_a_switch_runs_nothing_is_started(&host, &bench, &l1)?;
    operator::a_hold_ends_by_itself(&host)?;
    operator::a_refusal_fails_no_deployment(&host, &bench, &module, &on)?;
    operator::newer_data_are_not_opened(&host, &bench)?;
    incidents::the_l1_is_away(&host, &l1)?;
    incidents::the_batcher_is_rotated(&host, &bench, &l1)?;
    incidents::the_name_servers_change(&host)?;
    incidents::a_disk_is_full(&host, &bench)?;
    an_unpinned_image_is_not_run(&host, &on, &bench, &module)?;
    disabled_leaves_nothing(&host, &off, &bench)?;
    let (code, said) = host.switch(&on)?;
    ensure(code == Some(0), || format!("the switch failed: {code:?}\n{said}"))?;
    host.wait_state(&CORE, "active", PATIENCE)?;
    let host = operator::a_power_cut(host, &bench, &on)?;
    let (code, said) = host.switch(&off)?;
    ensure(code == Some(0), || format!("the switch failed: {code:?}\n{said}"))?;
    operator::unmounted(&host)?;
    purge_removes_what_is_left(&host, &bench)
}

fn a_missing_l1_skips_everything(host: &Host, on: &Path) -> Result<()> {
    step("no URL of the L1: the switch succeeds, everything is skipped with the reason");
    let (code, said) = host.switch(on)?;
    ensure(code == Some(0), || format!("the switch failed: {code:?}\n{said}"))?;
    for service in ["sequencer-engine"].iter().chain(&CORE).chain(&DISPUTE) {
        host.wait(&result_of(service), PATIENCE, |result| result == "exec-condition")?;
        let journal = host.journal(service)?;
        ensure(journal.contains(&format!("no URL in /{KEYS}/l1-rpc")), || journal)?;
    }
    nothing_failed(host)
}

fn missing_keys_skip(host: &Host, l1: &L1, root: &Path) -> Result<()> {
    step("missing keys: what needs one is skipped with the reason; with its own the engine starts");
    give_key(root, "l1-rpc", &l1_url(l1))?;
    let gone = format!("there is no /{KEYS}/p2p");
    for service in ["sequencer-engine", "sequencer-node"] {
        let journal = format!("journalctl -o cat --no-pager -u podman-op-stack-{service}.service");
        host.wait(&journal, PATIENCE, |said| said.contains(&gone))?;
    }
    give_key(root, "p2p", &l1.key("p2p-sequencer-node")?)?;
    host.wait_state(&["sequencer-engine"], "active", PATIENCE)?;
    for service in WITH_KEYS {
        let journal = format!("journalctl -o cat --no-pager -u podman-op-stack-{service}.service");
        let journal =
            host.wait(&journal, PATIENCE, |said| said.contains("there is no such file"))?;
        ensure(journal.contains(&format!("key file /{KEYS}/")), || journal)?;
        host.wait(&result_of(service), PATIENCE, |result| result == "exec-condition")?;
        // The retry, every two seconds, begins with none.
        let status = format!("systemctl show -P StatusText podman-op-stack-{service}.service");
        host.wait(&status, PATIENCE, |status| {
            let says = ["there is no", "No such file"].iter().any(|why| status.contains(why));
            status.starts_with("wait (") && says
        })?;
    }
    nothing_failed(host)
}

fn what_repeats_itself_is_not_logged(host: &Host) -> Result<()> {
    step("while keys are missing, the journal is quiet");
    // What needs no key is up by then.
    host.wait_state(&["follower-one-engine", "follower-one-node"], "active", PATIENCE)?;
    // The retry and the judge come every two seconds; the identity above is news for both.
    std::thread::sleep(Duration::from_secs(6));
    host.sh("journalctl -q -n 1 --show-cursor | sed -n 's/-- cursor: //p' > /run/cursor")?;
    std::thread::sleep(Duration::from_secs(10));
    let lines = host.sh(
        "journalctl -q -o cat --after-cursor=\"$(cat /run/cursor)\" SYSLOG_IDENTIFIER=op-warden + \
           SYSLOG_IDENTIFIER=systemd _PID=1",
    )?;
    ensure(lines.is_empty(), || lines)
}

fn a_wrong_key_is_refused(host: &Host, l1: &L1, root: &Path) -> Result<()> {
    step("a wrong key: refused at once, visibly, and not asked again and again");
    give_key(root, "sequencer", &l1.key("batcher")?)?;
    host.wait_state(&["sequencer-node"], "failed", PATIENCE)?;
    let journal = host.journal("sequencer-node")?;
    ensure(journal.contains("refuse  sequencer-key"), || journal.clone())?;
    let judged = || -> Result<usize> {
        Ok(host.journal("sequencer-node")?.matches("sequencer-node: refuse").count())
    };
    let before = judged()?;
    std::thread::sleep(Duration::from_secs(6));
    let after = judged()?;
    ensure(before == after, || format!("judged {} times more in 6 s", after - before))?;
    let running = host.sh("systemctl is-system-running || true")?;
    ensure(running == "degraded", || format!("the host is {running}"))
}

fn right_keys_start_the_chain(host: &Host, l1: &L1, root: &Path) -> Result<()> {
    step("the right keys: everything starts");
    for role in ["batcher", "proposer", "challenger"] {
        give_key(root, role, &l1.key(role)?)?;
    }
    give_key(root, "sequencer", &l1.key("sequencer")?)?;
    let begin = Instant::now();
    // A refused service is for the operator to start again, once mended.
    start(host, "sequencer-node")?;
    host.wait(&head(9545), PATIENCE, |head| head.parse::<u64>().is_ok_and(|head| head > 0))?;
    println!("  first block {:.1} s after the keys", begin.elapsed().as_secs_f64());
    host.wait_state(&CORE, "active", PATIENCE)?;
    println!("  the core rollup {:.1} s after the keys", begin.elapsed().as_secs_f64());
    nothing_failed(host)
}

fn a_deposit_arrives(host: &Host, l1: &L1) -> Result<()> {
    step("a deposit arrives on the sequencer and on the follower");
    let recipient = "0x00000000000000000000000000000000de905170";
    let portal = l1.chain["optimismPortal"].as_str().ok_or("no portal")?;
    let begin = Instant::now();
    l1.send(
        host,
        &[
            "--from",
            NOBODY,
            "--value",
            "12345",
            portal,
            "depositTransaction(address,uint256,uint64,bool,bytes)",
            recipient,
            "12345",
            "100000",
            "false",
            "0x",
        ],
    )?;
    for port in [8545, 8645] {
        let url = format!("http://127.0.0.1:{port}");
        let deadline = Instant::now() + PATIENCE;
        while l1::cast(host, &["balance", "--rpc-url", &url, recipient])?.trim() != "12345" {
            ensure(Instant::now() < deadline, || format!("no deposit on {url}"))?;
            std::thread::sleep(Duration::from_millis(200));
        }
        println!("  on {url} after {:.1} s", begin.elapsed().as_secs_f64());
    }
    Ok(())
}

fn the_dispute_path_runs_without_a_prestate(host: &Host) -> Result<()> {
    step(
        "challenger and dispute-mon run without a prestate, and the challenger's gate says what it is for",
    );
    host.wait_state(&DISPUTE, "active", PATIENCE)?;
    let journal = host.journal("challenger")?;
    ensure(journal.contains("warn    prestate"), || journal)
}

fn secrets_are_nowhere(host: &Host, l1: &L1, root: &Path) -> Result<()> {
    step("keys and the L1's URL are in no unit, store path, command line or container database");
    let found = search(host, root, URL_KEY)?;
    // What the official programs say themselves is not the module's to change.
    let said =
        |line: &&str| line.contains("op-stack-dispute-mon") && line.contains("RPC endpoints");
    let elsewhere: Vec<&str> = found.lines().filter(|line| !said(line)).collect();
    ensure(elsewhere.is_empty(), || format!("the L1's URL is in: {elsewhere:?}"))?;
    for (role, copy) in [
        ("sequencer", ""),
        ("batcher", ""),
        ("proposer", ""),
        ("challenger", ""),
        // It signs nothing; the engine takes its digits alone.
        ("p2p-sequencer-node", "/run/op-stack/identities/sequencer-engine"),
    ] {
        let found = search(host, root, l1.key(role)?.trim_start_matches("0x"))?;
        ensure(found.trim() == copy, || format!("the {role}'s key is in: {found}"))?;
    }
    // Where it has to be: else the search above would find nothing anywhere.
    let payload = host.sh("podman inspect -f '{{.State.Pid}}' op-stack-batcher")?;
    let environment = host.sh(&format!("tr '\\0' '\\n' < /proc/{payload}/environ"))?;
    let key = l1.key("batcher")?;
    ensure(environment.contains(&format!("OP_BATCHER_PRIVATE_KEY={}", key.trim())), || {
        environment.clone()
    })?;
    ensure(
        environment.contains(&format!("OP_BATCHER_L1_ETH_RPC={}/?key={URL_KEY}", l1.rpc())),
        || environment.clone(),
    )?;
    let user = host.sh(&format!("stat -c %U /proc/{payload}"))?;
    ensure(user == "op-stack", || format!("the batcher runs as {user}"))
}

/// Where a secret is, in what others than root may come to see; the journal's lines in full.
fn search(host: &Host, root: &Path, secret: &str) -> Result<String> {
    // In a file, for the search's own command line is searched too.
    fs::write(root.join("srv/secret"), secret)?;
    host.sh(
        "grep -rlsFf /srv/secret -D skip --exclude-dir=credentials --exclude-dir=journal \
           /stub /nix /etc/systemd \
           /etc/op-stack/op-warden.json /var/lib/containers /var/log /run
         for process in /proc/[0-9]*; do tr '\\0' ' ' < $process/cmdline; done | grep -Ff /srv/secret
         journalctl --no-pager | grep -Ff /srv/secret
         podman inspect $(podman ps -aq) | grep -Ff /srv/secret
         true",
    )
}

fn only_loopback_listens(host: &Host) -> Result<()> {
    step("nothing listens beyond loopback");
    let sockets = host.sh("ss -Hltun | awk '{print $5}' | sort -u")?;
    let beyond: Vec<&str> =
        sockets.lines().filter(|socket| !socket.starts_with("127.0.0.1")).collect();
    ensure(beyond.is_empty(), || format!("{beyond:?}"))?;
    ensure(sockets.lines().count() > 10, || sockets)
}

fn health_is_told(host: &Host) -> Result<()> {
    step("op-warden says ready, and is well confined");
    host.wait("curl -s http://127.0.0.1:7399/readyz", PATIENCE, |said| said == "ready")?;
    let exposure = host.sh(
        "systemd-analyze security --no-pager op-warden.service | sed -n 's/.*exposure level.*: \\([0-9.]*\\).*/\\1/p'",
    )?;
    println!("  systemd-analyze security op-warden.service: {exposure}");
    ensure(exposure.parse::<f64>().is_ok_and(|exposure| exposure <= 2.0), || exposure)
}

fn the_judge_sees_every_gate(host: &Host) -> Result<()> {
    step("the judge, confined, judges what the gates judge");
    let unseen = host.sh(
        "jq -r '.services[] | .service as $service | .findings[] | \
           select(.answer == \"skip\" and (.found | test(\"see\"))) | \"\\($service) \\(.gate): \\(.found)\"' \
           /run/op-stack/judgements.json",
    )?;
    ensure(unseen.is_empty(), || unseen)
}

fn a_crash_loop_is_told_with_its_last_error(host: &Host) -> Result<()> {
    step("a program that dies again and again is a condition, with its last words");
    for _ in 0..3 {
        host.wait_state(&["dispute-mon"], "active", PATIENCE)?;
        host.sh("podman kill --signal=ABRT op-stack-dispute-mon")?;
        host.wait(
            "systemctl show -P ActiveState podman-op-stack-dispute-mon.service",
            PATIENCE,
            |state| state != "active",
        )?;
    }
    let told =
        "curl -s http://127.0.0.1:7399/status.json | jq -r '.. | .found? // empty | strings'";
    let told = host.wait(told, PATIENCE, |said| said.contains("3 restarts recently"))?;
    let told = told.lines().find(|line| line.contains("3 restarts recently")).unwrap_or_default();
    println!("  {told}");
    ensure(told.contains("SIGABRT"), || told.to_owned())?;
    host.wait_state(&["dispute-mon"], "active", PATIENCE).map(drop)
}

fn a_held_service_stays_stopped(host: &Host) -> Result<()> {
    step("a stopped service stays stopped, a held one whatever starts it, and neither is a fault");
    let unit = "podman-op-stack-proposer.service";
    let hold = format!("/{STATE_DIR}/hold/proposer");
    host.sh(&format!("echo rotation > {hold} && systemctl stop {unit}"))?;
    std::thread::sleep(Duration::from_secs(6));
    host.sh(&format!("systemctl start op-stack.target {unit}"))?;
    let state = host.state("proposer")?;
    ensure(state == "inactive", || format!("the proposer is {state}"))?;
    let told =
        "curl -s http://127.0.0.1:7399/status.json | jq -r '.. | .found? // empty | strings'";
    host.wait(told, PATIENCE, |said| said.contains("held on purpose: rotation"))?;
    // What died three times before is told for ten minutes.
    host.wait("curl -s http://127.0.0.1:7399/readyz", PATIENCE, |said| {
        !said.is_empty() && said.lines().all(|line| line.starts_with("dispute-mon restarts: "))
    })?;
    host.sh(&format!("rm {hold}"))?;
    std::thread::sleep(Duration::from_secs(6));
    let state = host.state("proposer")?;
    ensure(state == "inactive", || format!("the proposer, stopped by hand, is {state}"))?;
    start(host, "proposer")?;
    host.wait_state(&["proposer"], "active", PATIENCE).map(drop)
}

fn the_engine_restarts_alone(host: &Host) -> Result<()> {
    step("a restart of the engine restarts nothing else, and the chain goes on");
    let others = ["sequencer-node", "batcher", "proposer", "challenger", "dispute-mon"];
    let invocations = || -> Result<Vec<String>> {
        others.iter().map(|service| host.show(service, "InvocationID")).collect()
    };
    let before = invocations()?;
    host.sh("systemctl restart podman-op-stack-sequencer-engine.service")?;
    let block: u64 =
        host.wait(&head(9545), PATIENCE, |head| head.parse::<u64>().is_ok())?.parse()?;
    host.wait(&head(9545), PATIENCE, |head| {
        head.parse::<u64>().is_ok_and(|head| head > block + 1)
    })?;
    ensure(before == invocations()?, || "another service was restarted".to_owned())
}

fn an_engine_that_dies_takes_its_node_along(host: &Host) -> Result<()> {
    step(
        "an engine that dies may have lost blocks: its op-node begins anew, and the chain goes on",
    );
    let nodes = ["sequencer-node", "follower-one-node"];
    let before = nodes.map(|node| host.show(node, "InvocationID")).into_iter();
    let before = before.collect::<Result<Vec<_>>>()?;
    host.sh("podman kill --signal=KILL op-stack-sequencer-engine")?;
    let node = "systemctl show -P InvocationID podman-op-stack-sequencer-node.service";
    host.wait(node, PATIENCE, |id| !id.is_empty() && id != before[0])?;
    host.wait_state(&["sequencer-engine", "sequencer-node"], "active", PATIENCE)?;
    let head: u64 =
        host.wait(&head(9545), PATIENCE, |head| head.parse::<u64>().is_ok())?.parse()?;
    host.wait(&self::head(9545), PATIENCE, |now| now.parse::<u64>().is_ok_and(|now| now > head))?;
    let other = host.show("follower-one-node", "InvocationID")?;
    ensure(other == before[1], || "the other engine's node was restarted".to_owned())
}

fn an_unpinned_image_is_not_run(host: &Host, on: &Path, bench: &Bench, module: &str) -> Result<()> {
    step("an image without a digest is not run, and the gate says what to do");
    let digest = bench.digest("op-batcher")?;
    let unpinned = module.replace(&format!("\"{digest}\""), "null");
    let (code, said) = host.switch(&bench.evaluate("unpinned", &unpinned)?)?;
    ensure(code == Some(0), || format!("the switch failed: {code:?}\n{said}"))?;
    host.wait_state(&["batcher"], "inactive", PATIENCE)?;
    let journal = host.journal("batcher")?;
    ensure(journal.contains("op-warden images lock nix/stack/images.json"), || journal)?;
    let container = host.sh("podman ps -aq --filter name=op-stack-batcher")?;
    ensure(container.is_empty(), || "the batcher's container is there".to_owned())?;
    let (code, said) = host.switch(on)?;
    ensure(code == Some(0), || format!("the switch failed: {code:?}\n{said}"))?;
    host.wait_state(&["batcher"], "active", PATIENCE).map(drop)
}

fn disabled_leaves_nothing(host: &Host, off: &Path, bench: &Bench) -> Result<()> {
    step("disabled: nothing of it runs or is installed, the chain's data stays");
    let begin = Instant::now();
    let (code, said) = host.switch(off)?;
    println!("  switched in {:.1} s", begin.elapsed().as_secs_f64());
    ensure(code == Some(0), || format!("the switch failed: {code:?}\n{said}"))?;
    for (what, command) in [
        ("containers", "podman ps -aq"),
        ("units", "systemctl list-units --all --plain --no-legend '*op-stack*' 'op-warden*'"),
        (
            "unit files",
            "ls -d /etc/systemd/system/*op-stack* /etc/systemd/system/op-warden* 2>/dev/null || true",
        ),
        ("networks", "podman network ls --format '{{.Name}}' | grep -v '^podman$' || true"),
        ("files in /etc", "ls /etc/op-stack | grep -v '^keys$' || true"),
        (
            "runtime folders",
            "ls -d /run/op-stack-* /run/credentials/podman-op-stack* 2>/dev/null || true",
        ),
        ("listeners", "ss -Hltn 'sport = :8545 or sport = :9545 or sport = :7399'"),
    ] {
        let left = host.sh(command)?;
        ensure(left.is_empty(), || format!("{what} are left: {left}"))?;
    }
    let data = bench.root.join(STATE_DIR).join("sequencer-engine").join(bench.engine.database);
    ensure(data.is_dir(), || "the chain's data is gone".to_owned())
}

fn purge_removes_what_is_left(host: &Host, bench: &Bench) -> Result<()> {
    let data = bench.root.join(STATE_DIR).join("sequencer-engine").join(bench.engine.database);
    step("purge lists what is left, and removes it only with --yes");
    let purge = |args: &str| host.sh(&format!("/stub/op-warden/bin/op-warden purge {args}"));
    let listed = purge("")?;
    for left in ["sequencer-engine", "op-node@sha256:", "/var/lib/private/op-warden"] {
        ensure(listed.contains(left), || format!("{left} is not listed: {listed}"))?;
    }
    ensure(data.is_dir(), || "the list removed the chain's data".to_owned())?;
    purge("--yes")?;
    let images = host.sh("podman images -q")?;
    ensure(images.is_empty(), || format!("images are left: {images}"))?;
    ensure(!bench.root.join(STATE_DIR).exists(), || "the state folder is left".to_owned())?;
    let own = host.sh("ls -d /var/lib/op-warden /var/lib/private/op-warden 2>/dev/null || true")?;
    ensure(own.is_empty(), || format!("op-warden's folder is left: {own}"))?;
    ensure(bench.root.join(KEYS).join("batcher").exists(), || {
        "the operator's keys are gone".to_owned()
    })
}
