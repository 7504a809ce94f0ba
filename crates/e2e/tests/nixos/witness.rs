//! A witness' own units on a real systemd: on the devnet's L2, with two other witnesses.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use eth_rpc::key::SecretKey;
use libtest_mimic::{Completion, Trial};
use serde_json::{Value, json};
use test_kit::{program, workspace};

use crate::{
    bench::step,
    host::Host,
    l1::cast,
    support::{Result, ensure, run},
    tools::Tools,
};

const PATIENCE: Duration = Duration::from_secs(50);
/// For a devnet to come up on a busy machine.
const START: Duration = Duration::from_mins(5);
/// Account 7 of Foundry's published test mnemonic, which has no part in the devnet.
const PAYER: &str = "4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356";
const KEY: &str = "etc/witness.key";
const ARCHIVE: &str = "srv/archive.jsonl";
const UNITS: &str = "ec-observation.target ec-observe.timer ec-observe.service ec-witness.service";

pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial::ignorable_test("units_run_a_witness", || match Tools::find() {
        Ok(tools) => Ok(life(&tools).map(|()| Completion::Completed)?),
        Err(missing) => Ok(Completion::ignored_with(missing)),
    })]
}

/// A devnet in the host's network.
struct Devnet(Child, PathBuf);

impl Devnet {
    fn start(host: &Host, folder: PathBuf) -> Result<Self> {
        let process = Command::new("nsenter")
            .args(["--net", "--target", host.pid()])
            .arg(program::op_devnet())
            .args(["up", "--followers", "0", "--dir"])
            .arg(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.with_extension("log"))?)
            .spawn()?;
        Ok(Self(process, folder))
    }

    /// The L2's JSON-RPC, once it makes blocks.
    fn url(&self, host: &Host) -> Result<String> {
        let begin = Instant::now();
        loop {
            let said = Command::new(program::op_devnet())
                .args(["status", "--json", "--dir"])
                .arg(&self.1)
                .output()?;
            let status: Value = serde_json::from_slice(&said.stdout).unwrap_or_default();
            if let Some(url) = status["board"]["endpoints"]["sequencer-engine"].as_str()
                && self.1.join("op-warden.json").exists()
                && cast(host, &["block-number", "--rpc-url", url]).is_ok_and(|it| it.trim() != "0")
            {
                return Ok(url.to_owned());
            }
            let log = || fs::read_to_string(self.1.with_extension("log")).unwrap_or_default();
            ensure(begin.elapsed() < START, log)?;
            sleep(Duration::from_millis(500));
        }
    }
}

impl Drop for Devnet {
    fn drop(&mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        if asked.is_ok_and(|status| status.success()) {
            let _ = self.0.wait();
        }
    }
}

/// Who observes, and with what.
struct Bench<'a> {
    host: &'a Host<'a>,
    folder: PathBuf,
    url: String,
}

impl Bench<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Runs a program of the project in the host's network.
    fn run(&self, program: &str, args: &[&str]) -> Result<String> {
        run(Command::new("nsenter")
            .args(["--net", "--target", self.host.pid()])
            .arg(program_path(program))
            .args(args)
            .env("EC_OBSERVE_RPC", &self.url)
            .env("XDG_STATE_HOME", &self.folder)
            .current_dir(&self.folder))
    }

    fn observe(&self, args: &[&str], who: &str) -> Result<String> {
        let key = format!("{who}.key");
        self.run("ec-observe", &[args, &["--key-file", &key]].concat())
    }

    /// A key file; its address.
    fn key(&self, name: &str, hex: &str) -> Result<String> {
        let file = self.path(name).with_extension("key");
        fs::write(&file, hex)?;
        fs::set_permissions(&file, Permissions::from_mode(0o600))?;
        Ok(SecretKey::from_hex(hex.as_bytes())?.address().to_string())
    }

    fn finals(&self, headers: &str) -> Result<u64> {
        let ledger = ["--ledger", "deployment.json", "--json"];
        let said = self.run("ec-observe", &[&["status", headers][..], &ledger].concat())?;
        let status: Value = serde_json::from_str(&said)?;
        let streams = status["streams"].as_array().ok_or("no streams")?;
        Ok(streams.iter().filter_map(|stream| stream["final"].as_u64()).sum())
    }

    fn status(&self) -> Result<Value> {
        let said = self.host.sh("curl -s http://127.0.0.1:7398/status.json")?;
        Ok(serde_json::from_str(&said).unwrap_or_default())
    }

    /// Waits until a condition holds, or does not.
    fn condition(&self, name: &str, holds: bool) -> Result<String> {
        let begin = Instant::now();
        loop {
            let status = self.status()?;
            let conditions = status["conditions"].as_array().cloned().unwrap_or_default();
            let found = conditions.into_iter().find(|it| it["name"] == name);
            if let Some(found) = found.filter(|it| it["holds"] == holds) {
                return Ok(found["alert"].as_str().unwrap_or_default().to_owned());
            }
            let units = self.host.sh(&format!(
                "systemctl status --no-pager {UNITS} || true; journalctl --no-pager -o cat -n 40 -u ec-observe.service"
            ))?;
            ensure(begin.elapsed() < PATIENCE, || {
                format!("{name} is not {holds}: {status}\n{units}")
            })?;
            sleep(Duration::from_millis(500));
        }
    }
}

fn program_path(name: &str) -> PathBuf {
    program::op_warden().with_file_name(name)
}

fn life(tools: &Tools) -> Result<()> {
    let work = tempfile::tempdir()?;
    let root = work.path().join("root");
    tools.copy_root(&root)?;
    let bin = work.path().join("programs/bin");
    fs::create_dir_all(&bin)?;
    for name in ["ec-observe", "ec-witness"] {
        fs::copy(program_path(name), bin.join(name))?;
    }
    fs::create_dir_all(root.join("usr/local/bin"))?;
    fs::copy(program::op_warden(), root.join("usr/local/bin/op-warden"))?;
    let evaluate = |name: &str, module: &str| -> Result<PathBuf> {
        let out = work.path().join(name);
        tools.evaluate_with(module, ("ec-witness", &work.path().join("programs")), &out)?;
        Ok(out)
    };
    let off = evaluate("off", "{ }")?;
    let host = Host::boot(tools, &root, &off)?;
    step("a devnet, an account with funds on its L2, a ledger of three witnesses");
    let devnet = Devnet::start(&host, work.path().join("devnet"))?;
    let url = devnet.url(&host)?;
    let bench = Bench { host: &host, folder: work.path().to_owned(), url };
    let witness = prepare(&bench, &devnet.1)?;
    let deployment: Value = serde_json::from_slice(&fs::read(bench.path("deployment.json"))?)?;
    let on = evaluate("on", &module(&bench.url, &deployment, &witness)?)?;

    nothing_is_there(&bench, &on, &root)?;
    step("with its key and its archive it starts by itself, and a slot comes to its end");
    fs::copy(bench.path("half.jsonl"), root.join(ARCHIVE))?;
    fs::copy(bench.path("one.key"), root.join(KEY))?;
    bench.condition("program", true)?;
    let ledger = ["--ledger", "deployment.json"];
    let attest = |headers: &str, who: &str| -> Result<String> {
        bench.observe(&[&["attest", headers][..], &ledger].concat(), who)
    };
    host.wait("journalctl -o cat --no-pager -u ec-observe", PATIENCE, |it| {
        it.contains("attested to")
    })?;
    attest("half.headers", "two")?;
    ensure(bench.finals("half.headers")? >= 2, || "nothing became final".to_owned())?;
    attest("half.headers", "three").ok();
    for name in ["program", "node", "member", "funds", "silent", "final", "equivocation"] {
        bench.condition(name, true)?;
    }
    let ready =
        host.sh("curl -s http://127.0.0.1:7398/readyz; curl -s http://127.0.0.1:7398/metrics")?;
    ensure(ready.contains("ec_witness_condition{condition=\"silent\"} 1"), || ready)?;
    secret_is_nowhere(&host)?;
    it_is_stopped(&bench, &attest)?;
    step("disabled, it leaves its journal, which purge lists");
    let (code, said) = host.switch(&off)?;
    ensure(code == Some(0), || format!("the switch failed: {code:?}\n{said}"))?;
    let inventory = "--inventory /var/lib/ec-observation/inventory.json";
    let listed = host.sh(&format!("/usr/local/bin/op-warden purge {inventory}"))?;
    ensure(listed.contains("ec-observe") && listed.contains("Nothing was removed"), || listed)?;
    host.sh(&format!("/usr/local/bin/op-warden purge --yes {inventory}"))?;
    let gone = format!("test ! -e /var/lib/private/ec-observe && test -e /{KEY} && echo gone");
    ensure(host.sh(&gone)? == "gone", || {
        "the journal is there still, or the key is gone".to_owned()
    })?;
    let left =
        host.sh("systemctl list-units --all --no-legend 'ec-*' | grep -v not-found || true")?;
    ensure(left.is_empty(), || format!("units are left: {left}"))
}

/// Keys, archives and the ledger; the address of the witness of the unit.
fn prepare(bench: &Bench, devnet: &Path) -> Result<String> {
    let payer = bench.key("payer", PAYER)?;
    let config = devnet.join("op-warden.json").display().to_string();
    let deposit = ["prove", "deposit", "--config", &config, "--key", "payer.key", "--amount", "1"];
    bench.run("op-warden", &deposit)?;
    let mut deploy = vec!["deploy".to_owned()];
    let mut witnesses = Vec::new();
    for (name, digit) in [("one", "1"), ("two", "2"), ("three", "3")] {
        let address = bench.key(name, &format!("{}{digit}", "7e57ab1".repeat(9)))?;
        let send = ["send", "--rpc-url", &bench.url, "--private-key", PAYER, "--value", "0.1ether"];
        cast(bench.host, &[&send[..], &[&address]].concat())?;
        deploy.extend(["--witness".to_owned(), address.clone()]);
        witnesses.push(address);
    }
    deploy.extend(["--quorum", "2", "--change-delay", "0"].map(str::to_owned));
    let deploy: Vec<&str> = deploy.iter().map(String::as_str).collect();
    bench.observe(&deploy, "payer").map_err(|error| format!("{payer}: {error}"))?;
    let generate = [
        "generate",
        "--streams",
        "1",
        "--entries",
        "60",
        "--epochs",
        "8",
        "--gaps",
        "0",
        "--duplicates",
        "0",
        "--late",
        "0",
        "--out",
        "whole.jsonl",
    ];
    bench.run("ec-observe", &generate)?;
    let whole = fs::read_to_string(bench.path("whole.jsonl"))?;
    let lines: Vec<&str> = whole.lines().collect();
    fs::write(bench.path("half.jsonl"), lines[..lines.len() / 2].join("\n") + "\n")?;
    for name in ["half", "whole"] {
        let (archive, headers) = (format!("{name}.jsonl"), format!("{name}.headers"));
        bench.run("ec-observe", &["headers", &archive, "--closed-only", "--out", &headers])?;
    }
    witnesses.into_iter().next().ok_or_else(|| "no witness".into())
}

/// The bus of a bare Debian cannot look a dynamic user up, so that the health service could not ask for units.
fn module(url: &str, deployment: &Value, witness: &str) -> Result<String> {
    let entry = workspace().join("nix/modules/ec-observation.nix").canonicalize()?;
    let settings = json!({
        "enable": true,
        "chain": {"id": deployment["chainId"], "rpc": url},
        "ledger": deployment["ledger"],
        "witness": witness,
        "keyFile": format!("/{KEY}"),
        "archives": [format!("/{ARCHIVE}")],
        "propose": true,
        "health": {"interval": 1, "silent": 5, "notFinal": 30},
    });
    Ok(format!(
        "{{ lib, pkgs, ... }}: {{ imports = [ {} ]; services.every-channel.observation = builtins.fromJSON \
         ''{settings}'' // {{ package = pkgs.stub \"ec-witness\"; }}; \
         systemd.services.ec-witness.serviceConfig.DynamicUser = lib.mkForce false; }}",
        entry.display()
    ))
}

fn nothing_is_there(bench: &Bench, on: &Path, root: &Path) -> Result<()> {
    step("without key and archive the switch succeeds; the gate waits, and says what for");
    let host = bench.host;
    let (code, said) = host.switch(on)?;
    ensure(code == Some(0), || format!("the switch failed: {code:?}\n{said}"))?;
    let journal = "journalctl -o cat --no-pager -u ec-observe.service";
    host.wait(journal, PATIENCE, |it| it.contains(&format!("ConditionPathExists=/{KEY}")))?;
    bench.condition("program", false)?;
    step("a wrong key is refused");
    fs::create_dir_all(root.join("srv"))?;
    fs::copy(bench.path("half.jsonl"), root.join(ARCHIVE))?;
    fs::copy(bench.path("two.key"), root.join(KEY))?;
    host.wait(journal, PATIENCE, |it| {
        it.contains("witness: refuse") && it.contains("the key of 0x")
    })?;
    step("without an archive it waits");
    fs::remove_file(root.join(ARCHIVE))?;
    host.wait(journal, PATIENCE, |it| it.contains("witness: wait") && it.contains("No such file"))
        .map(drop)
}

fn secret_is_nowhere(host: &Host) -> Result<()> {
    let key = "7e57ab1".repeat(3);
    let find = "grep -rlF --exclude-dir=credentials";
    let found = host.sh(&format!(
        "journalctl --no-pager -o cat | grep -cF {key} ; {find} {key} /run /var/lib /etc/ec-observation \
         /etc/systemd 2>/dev/null; tr '\\0' ' ' < /proc/$(systemctl show -P MainPID ec-observe.service)/cmdline \
         | grep -F {key}; true"
    ))?;
    ensure(found == "0", || format!("the key is in: {found}"))
}

fn it_is_stopped(bench: &Bench, attest: &dyn Fn(&str, &str) -> Result<String>) -> Result<()> {
    step("stopped, its alerts come: it does not run, and it is silent beside the others");
    bench.host.sh("systemctl stop ec-observe.timer ec-observe.service")?;
    ensure(bench.condition("program", false)? == "EcWitnessStopped", || {
        "another alert".to_owned()
    })?;
    bench.observe(&["submit", "whole.headers", "--ledger", "deployment.json"], "two")?;
    for who in ["two", "three"] {
        attest("whole.headers", who)?;
    }
    ensure(bench.condition("silent", false)? == "EcWitnessSilent", || "another alert".to_owned())?;
    let metrics = bench.host.sh("curl -s http://127.0.0.1:7398/metrics")?;
    ensure(metrics.contains("ec_witness_condition{condition=\"silent\"} 0"), || metrics)?;
    step("started again, it catches up");
    fs::copy(bench.path("whole.jsonl"), bench.path("root").join(ARCHIVE))?;
    bench.host.sh("systemctl start ec-observe.timer")?;
    bench.condition("program", true).map(drop)
}
