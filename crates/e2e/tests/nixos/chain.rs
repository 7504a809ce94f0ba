//! The module's own units on a real systemd with a real podman and the official programs: the whole
//! life of the chain on one host, in the order in which an operator meets it.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use libtest_mimic::{Completion, Trial};
use serde_json::{Value, json};
use tempfile::TempDir;
use test_kit::workspace;

use crate::{
    host::Host,
    l1::L1,
    support::{Result, ensure, run},
    tools::{Tools, static_programs},
};

const PATIENCE: Duration = Duration::from_mins(1);
const STATE_DIR: &str = "var/lib/op-stack";
const KEYS: &str = "etc/op-stack/keys";
const REGISTRY: &str = "us-docker.pkg.dev/oplabs-tools-artifacts/images";

/// What stands in the URL of the L1 for the key of one's own endpoint.
const URL_KEY: &str = "0b5e55edf00dcafe";

/// Services that sign, and so wait for a key.
const WITH_KEYS: [&str; 4] = ["sequencer-node", "batcher", "proposer", "challenger"];
/// The core rollup, beside the sequencer's engine.
const CORE: [&str; 5] =
    ["sequencer-node", "batcher", "proposer", "follower-one-engine", "follower-one-node"];
/// Services of the dispute path. Permissioned games need no prestate.
const DISPUTE: [&str; 2] = ["challenger", "dispute-mon"];

/// Component, options of the module that run it, programs in its image.
const IMAGES: [(&str, &[&str], &[&str]); 6] = [
    ("op-geth", &["sequencer.engine", "followers.one.engine"], &["op-geth"]),
    ("op-node", &["sequencer.node", "followers.one.node"], &["op-node"]),
    ("op-batcher", &["batcher"], &["op-batcher"]),
    ("op-proposer", &["proposer"], &["op-proposer"]),
    ("op-challenger", &["challenger"], &["op-challenger", "cannon"]),
    ("op-dispute-mon", &["dispute-mon"], &["op-dispute-mon"]),
];

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
    an_unpinned_image_is_not_run(&host, &on, &bench, &module)?;
    disabled_leaves_nothing(&host, &off, &bench)
}

fn step(name: &str) {
    println!("{name}");
}

/// What every step works on.
struct Bench<'a> {
    tools: &'a Tools,
    folder: PathBuf,
    root: PathBuf,
    op_warden: PathBuf,
    /// Component -> digest of its image in the host's podman.
    digests: Vec<(&'static str, String)>,
}

impl<'a> Bench<'a> {
    fn prepare(tools: &'a Tools, work: &TempDir) -> Result<Self> {
        step("op-warden and op-exec, statically linked");
        let folder = work.path().to_owned();
        let bin = folder.join("op-warden/bin");
        fs::create_dir_all(&bin)?;
        for program in static_programs()? {
            let name = program.file_name().ok_or("a program without a name")?;
            fs::copy(&program, bin.join(name))?;
        }
        step("the official programs");
        run(Command::new(test_kit::program::op_devnet()).arg("build"))?;
        step("images of the official programs");
        let root = folder.join("root");
        tools.copy_root(&root)?;
        let mut digests = Vec::new();
        for (component, _, programs) in IMAGES {
            digests.push((component, image(tools, &root, component, programs)?));
        }
        let op_warden = folder.join("op-warden");
        Ok(Self { tools, folder, root, op_warden, digests })
    }

    fn digest(&self, component: &str) -> Result<&str> {
        let found = self.digests.iter().find(|(name, _)| *name == component);
        Ok(&found.ok_or_else(|| format!("no image of {component}"))?.1)
    }

    fn evaluate(&self, name: &str, module: &str) -> Result<PathBuf> {
        let out = self.folder.join(name);
        self.tools.evaluate(module, &self.op_warden, &out)?;
        Ok(out)
    }

    /// What the operator puts on the host before the first switch.
    fn give_files(&self, l1: &L1) -> Result<()> {
        let chain = self.root.join(STATE_DIR).join("chain");
        fs::create_dir_all(&chain)?;
        for file in ["genesis.json", "rollup.json", "l1-chain-config.json"] {
            fs::copy(l1.files().join(file), chain.join(file))?;
        }
        Ok(())
    }

    /// What followers dial the sequencer by.
    fn peer_id(&self, l1: &L1) -> Result<Value> {
        let said = run(Command::new(self.op_warden.join("bin/op-warden"))
            .args(["keys", "address", "--json"])
            .arg(l1.key_file("p2p-sequencer-node")))?;
        Ok(serde_json::from_str::<Value>(&said)?["peerId"].clone())
    }

    /// The host's configuration: the module with this chain.
    fn module(&self, l1: &L1) -> Result<String> {
        let entry = workspace().join("nix/modules/ec-op-stack.nix").canonicalize()?;
        let mut settings = json!({
            "enable": true,
            "engine": "geth",
            "gate": {"retryInterval": "2s"},
            "minFree": {"engine": 1},
            "warden": {"interval": 2},
            "chain": {
                "id": l1.config["chain"]["l2ChainId"],
                "disputeGameFactory": l1.config["chain"]["disputeGameFactory"],
                "proposer": l1.chain["proposer"],
                "challenger": l1.chain["challenger"],
            },
            "l1": {
                "chainId": l1.config["l1"]["chainId"], "rpcFile": format!("/{KEYS}/l1-rpc"), "beacon": null,
                "chainConfigFile": format!("/{STATE_DIR}/chain/l1-chain-config.json"),
            },
            "p2p": {"sequencerPeerId": self.peer_id(l1)?},
            "sequencer": {"node": {
                "identityFile": format!("/{KEYS}/p2p"),
                "settings": {"sequencer.l1-confs": 0},
            }},
            "batcher": {"settings": {
                "max-channel-duration": 2, "poll-interval": "1s", "sub-safety-margin": 4,
                "txmgr.receipt-query-interval": "1s",
            }},
            "proposer": {"settings": {
                "proposal-interval": "20s", "poll-interval": "1s", "allow-non-finalized": true,
                "txmgr.receipt-query-interval": "1s",
            }},
            // op-challenger before v1.9.4 wants one, and reads none for permissioned games.
            "challenger": {"settings": {"cannon-prestate": "none"}},
            "followers": {"one": {}},
        });
        for node in ["/sequencer/node", "/followers/one/node"] {
            for (flag, value) in [
                ("l1.trustrpc", json!(true)),
                ("l1.http-poll-interval", json!("500ms")),
                ("l1.epoch-poll-interval", json!("4s")),
                ("verifier.l1-confs", json!(0)),
            ] {
                insert(&mut settings, &format!("{node}/settings/{flag}"), value);
            }
        }
        for (component, options, _) in IMAGES {
            let digest = self.digest(component)?;
            for option in options {
                let option = format!("/{}", option.replace('.', "/"));
                insert(&mut settings, &format!("{option}/image/digest"), json!(digest));
                // The kernel that runs the tests has no limits to give.
                insert(&mut settings, &format!("{option}/resources/memory"), Value::Null);
                insert(&mut settings, &format!("{option}/resources/pids"), Value::Null);
            }
        }
        Ok(format!(
            "{{ pkgs, ... }}: {{
  imports = [ {} ];
  services.every-channel.op-stack = builtins.fromJSON ''{settings}'' // {{ package = pkgs.stub \"op-warden\"; }};
}}",
            entry.display()
        ))
    }
}

/// Sets a value at a path of folders that may not be there yet.
fn insert(tree: &mut Value, path: &str, value: Value) {
    let mut place = tree;
    for name in path.split('/').skip(1) {
        place = &mut place[name];
    }
    *place = value;
}

/// What the official image of op-challenger sets for the programs that it brings.
pub(crate) fn image_environment(
    component: &str,
    folder: &str,
) -> impl Iterator<Item = (&'static str, String)> {
    let programs: &[_] = match component {
        "op-challenger" => {
            &[("OP_CHALLENGER_CANNON_BIN", "cannon"), ("OP_CHALLENGER_CANNON_SERVER", "cannon")]
        }
        _ => &[],
    };
    programs.iter().map(move |(variable, program)| (*variable, format!("{folder}/{program}")))
}

fn image(tools: &Tools, root: &Path, component: &str, programs: &[&str]) -> Result<String> {
    let pins: Value =
        serde_json::from_slice(&fs::read(workspace().join("nix/stack/images.json"))?)?;
    let tag = pins[component]["tag"].as_str().ok_or("images.json has no tag")?;
    let files: Vec<String> = programs
        .iter()
        .map(|program| {
            let inside = if *program == "op-geth" { "geth" } else { program };
            format!(
                "{}:/usr/local/bin/{inside}",
                test_kit::components().join("bin").join(program).display()
            )
        })
        .collect();
    let variables: Vec<String> = image_environment(component, "/usr/local/bin")
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    tools.image(root, &format!("{REGISTRY}/{component}:{tag}"), &variables, &files)
}

/// Puts a key file on the host, for root alone: a gate refuses one that others may read.
fn give_key(root: &Path, name: &str, key: &str) -> Result<()> {
    let folder = root.join(KEYS);
    fs::create_dir_all(&folder)?;
    // In one step, for a gate may look at any moment.
    let new = folder.join(format!(".{name}"));
    fs::write(&new, key)?;
    fs::set_permissions(&new, Permissions::from_mode(0o400))?;
    fs::rename(&new, folder.join(name))?;
    Ok(())
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

/// A shell command for what became of a service's last start.
fn result_of(service: &str) -> String {
    format!("systemctl show -P Result podman-op-stack-{service}.service")
}

fn nothing_failed(host: &Host) -> Result<()> {
    let failed = host.sh("systemctl --failed --plain --no-legend")?;
    ensure(failed.is_empty(), || failed)
}

fn missing_keys_skip(host: &Host, l1: &L1, root: &Path) -> Result<()> {
    step("missing keys: the engine starts, what signs is skipped with the reason");
    give_key(root, "l1-rpc", &format!("{}/?key={URL_KEY}\n", l1.rpc()))?;
    host.wait_state(&["sequencer-engine"], "active", PATIENCE)?;
    for service in WITH_KEYS {
        let journal = format!("journalctl -o cat --no-pager -u podman-op-stack-{service}.service");
        let journal =
            host.wait(&journal, PATIENCE, |said| said.contains("there is no such file"))?;
        ensure(journal.contains(&format!("key file /{KEYS}/")), || journal)?;
        host.wait(&result_of(service), PATIENCE, |result| result == "exec-condition")?;
        let status = host.show(service, "StatusText")?;
        ensure(status.starts_with("wait (") && status.contains("there is no"), || status.clone())?;
    }
    let journal = host.journal("sequencer-node")?;
    ensure(journal.contains(&format!("there is no /{KEYS}/p2p")), || journal)?;
    give_key(root, "p2p", &l1.key("p2p-sequencer-node")?)?;
    nothing_failed(host)
}

fn what_repeats_itself_is_not_logged(host: &Host) -> Result<()> {
    step("while keys are missing, the journal is quiet");
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

/// What it says where it fails is in its journal.
fn start(host: &Host, service: &str) -> Result<()> {
    let said = host.sh(&format!("systemctl start podman-op-stack-{service}.service"));
    said.map(drop).or_else(|error| Err(format!("{error}\n{}", host.journal(service)?).into()))
}

/// A shell command for the unsafe head of an op-node.
fn head(port: u16) -> String {
    format!(
        "curl -s --json '{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"optimism_syncStatus\",\"params\":[]}}' \
         http://127.0.0.1:{port} | jq -r .result.unsafe_l2.number"
    )
}

fn a_deposit_arrives(host: &Host, l1: &L1) -> Result<()> {
    step("a deposit arrives on the sequencer and on the follower");
    let recipient = "0x00000000000000000000000000000000de905170";
    let portal = l1.chain["optimismPortal"].as_str().ok_or("no portal")?;
    let cast = |args: &[&str]| -> Result<String> {
        let program =
            test_kit::components().join("node_modules/@foundry-rs/cast-linux-amd64/bin/cast");
        run(Command::new("nsenter").args(["--net", "--target", host.pid()]).arg(program).args(args))
    };
    let begin = Instant::now();
    cast(&[
        "send",
        "--rpc-url",
        l1.rpc(),
        // An account without a role, for the services send with theirs.
        "--unlocked",
        "--from",
        "0x976EA74026E726554dB657fA54763abd0C3a0aa9",
        "--value",
        "12345",
        portal,
        "depositTransaction(address,uint256,uint64,bool,bytes)",
        recipient,
        "12345",
        "100000",
        "false",
        "0x",
    ])?;
    for port in [8545, 8645] {
        let url = format!("http://127.0.0.1:{port}");
        let deadline = Instant::now() + PATIENCE;
        while cast(&["balance", "--rpc-url", &url, recipient])?.trim() != "12345" {
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
    for role in ["sequencer", "batcher", "proposer", "challenger", "p2p-sequencer-node"] {
        let found = search(host, root, l1.key(role)?.trim_start_matches("0x"))?;
        ensure(found.is_empty(), || format!("the {role}'s key is in: {found}"))?;
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
    let user = host.sh(&format!("stat -c %u /proc/{payload}"))?;
    ensure(user == "60700", || format!("the batcher runs as {user}"))
}

/// Where a secret is, in what others than root may come to see; the journal's lines in full.
fn search(host: &Host, root: &Path, secret: &str) -> Result<String> {
    // In a file, for the search's own command line is searched too.
    fs::write(root.join("srv/secret"), secret)?;
    host.sh(
        "grep -rlsFf /srv/secret /stub /nix /etc/systemd /etc/op-stack/op-warden.json /var/lib/containers \
           /var/log /run/systemd /run/op-stack
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
    let told = "curl -s http://127.0.0.1:7399/status.json | jq -r '.. | .found? // empty | strings' | \
                grep 'its last error'";
    let told = host.wait(told, PATIENCE, |said| said.contains("its last error"))?;
    println!("  {told}");
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
    host.wait("curl -s http://127.0.0.1:7399/readyz", PATIENCE, |said| said == "ready")?;
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
    let data = bench.root.join(STATE_DIR).join("sequencer-engine/geth/chaindata");
    ensure(data.is_dir(), || "the chain's data is gone".to_owned())?;

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
