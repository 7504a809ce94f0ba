//! The scripts of the module, as a host has them: what shellcheck says of all, and what they do with podman.

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime},
};

use libtest_mimic::{Completion, Trial};
use serde_json::json;
use tempfile::TempDir;
use test_kit::{nix, program::op_warden, workspace};

use crate::support::{Outcome, Result, ensure, nixos_tree, run, tools};

/// As little as a host can have, and one of each kind of script: with an archive, with files, with what op-geth
/// needs, with an op-reth that keeps a history.
const HOSTS: [&str; 4] = [
    "",
    "chain.gameType = 8;",
    "batcher.enable = false; proposer.enable = false; challenger.enable = false; dispute-mon.enable = false;",
    MUCH,
];
const MUCH: &str = r#"
    engine = "geth";
    l1.rpcFile = "/keys/l1-rpc";
    batcher.image = { repository = "registry.example/op-batcher"; digest = "sha256:@DIGEST@"; };
    proposer.image.file = "/images/op-proposer.tar";
    followers.one.index = 1;
    p2p.sequencerPeerId = "16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY";
    p2p.sequencerEnodeId = "7777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca991b41b30efa52b659e9db235c31f9975578a17e2b356a6b84837b5b45c555cfb1";
    sequencer.node.identityFile = "/keys/p2p";"#;
const HOST: &str = r#"
{ config, lib, pkgs, ... }: {
  imports = [
    @MODULE@
    # An option of present NixOS.
    { options.system.preSwitchChecks = lib.mkOption { type = lib.types.attrsOf lib.types.str; }; }
  ];
  environment.etc."test/pre-switch".text = config.system.preSwitchChecks.op-stack;
  services.every-channel.op-stack = {
    enable = true;
    package = pkgs.stub "op-warden";
    stateDir = "@STATE@";
    chain = { id = 20260619; disputeGameFactory = "0x00000000000000000000000000000000000000d1"; };
    @SETTINGS@
  };
}"#;

/// What the batcher of that host runs.
const IMAGE: &str = "registry.example/op-batcher@sha256:";

/// Has every image but the one that it is asked for first; one that a container uses is not removed.
const PODMAN: &str = r#"#!/bin/sh
echo "$*" >> "$SAID"
case "$*" in
"image exists registry.example/gone:v1") exit 1 ;;
"rmi registry.example/used:v1") exit 2 ;;
esac"#;

/// A host that was evaluated, with a folder for its state.
struct Scripts {
    folder: TempDir,
}

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::ignorable_test("scripts_pass_shellcheck", shellcheck),
        Trial::ignorable_test("images_of_long_ago_are_removed", images),
        Trial::ignorable_test("a_switch_asks_as_nobody", asked_as_nobody),
        Trial::ignorable_test("a_killed_program_is_told_as_such", killed),
    ]
}

fn shellcheck() -> Outcome {
    if Command::new("shellcheck").arg("--version").output().is_err() {
        return Ok(Completion::ignored_with("no shellcheck (Debian: apt install shellcheck)"));
    }
    // Nix builds no script of which shellcheck has anything to say, and so no host.
    for settings in HOSTS {
        let Some(scripts) = Scripts::of(settings)? else { return Ok(missing()) };
        let all = scripts.all()?;
        for name in ["op-stack-setup", "op-stack-sequencer-node-runner", "op-stack-pre-switch"] {
            ensure(all.iter().any(|file| file.ends_with(name)), || format!("no {name}: {all:?}"))?;
        }
        run(Command::new("shellcheck").arg("--shell=bash").args(&all))?;
    }
    Ok(Completion::Completed)
}

/// The images of the configuration that is, and of the one before it, stay.
fn images() -> Outcome {
    let Some(scripts) = Scripts::of(MUCH)? else { return Ok(missing()) };
    scripts.inventory("now", 0, &["registry.example/now:v3", "registry.example/same:v1"])?;
    scripts.inventory("before", 10, &["registry.example/before:v2", "registry.example/same:v1"])?;
    scripts.inventory(
        "old",
        20,
        &[
            "registry.example/gone:v1",
            "registry.example/old:v1",
            "registry.example/same:v1",
            "registry.example/used:v1",
        ],
    )?;
    scripts.inventory("older", 30, &["registry.example/before:v2", "registry.example/older:v0"])?;
    let said = scripts.tidy()?;
    let pulled = format!("image exists {IMAGE}");
    ensure(said.starts_with(&pulled), || format!("it looks after no pinned image:\n{said}"))?;
    let removed: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("rmi ")).collect();
    let expected =
        ["registry.example/old:v1", "registry.example/older:v0", "registry.example/used:v1"];
    ensure(removed == expected, || format!("removed: {removed:?}\n{said}"))?;
    Ok(Completion::Completed)
}

/// What reads L1 before a switch has the rights of a service's gate, and no more.
fn asked_as_nobody() -> Outcome {
    if !rustix::process::geteuid().is_root() {
        return Ok(Completion::ignored_with("not root"));
    }
    let Some(scripts) = Scripts::of(MUCH)? else { return Ok(missing()) };
    let bin = scripts.folder.path().join("bin");
    for (name, text) in [
        ("podman", "#!/bin/sh"),
        ("systemctl", "#!/bin/sh\ncase \"$*\" in *batcher*) exit 0 ;; *) exit 3 ;; esac"),
        ("id", "#!/bin/sh\necho 65534"),
    ] {
        program(&bin.join(name), text)?;
    }
    let new = scripts.folder.path().join("new");
    let asked =
        "#!/bin/sh\necho \"$2\"\nexec grep -E '^(Uid|Groups|Cap|NoNewPrivs)' /proc/self/status";
    program(&new.join("etc/op-stack/bin/op-warden"), asked)?;
    run(Command::new("chmod").args(["-R", "a+rX"]).arg(scripts.folder.path()))?;
    let said =
        scripts.run("op-stack-pre-switch", &[&new.display().to_string(), "switch"], "2>&1")?;
    let expected = [
        "batcher",
        "Uid: 65534 65534 65534 65534",
        "Groups:",
        "CapInh: 0000000000000004",
        "CapPrm: 0000000000000004",
        "CapEff: 0000000000000004",
        "CapBnd: 0000000000000004",
        "CapAmb: 0000000000000004",
        "NoNewPrivs: 1",
    ];
    let lines: Vec<_> =
        said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    ensure(lines == expected, || said)?;
    Ok(Completion::Completed)
}

/// A journal with the kernel's line of the batcher's end, and with what the batcher said before.
const JOURNAL: &str = r#"#!/bin/sh
case "$*" in
*--dmesg*) echo "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/opstack.slice/podman-op-stack-batcher.service/libpod-payload-2f5c,task_memcg=/opstack.slice/podman-op-stack-batcher.service/libpod-payload-2f5c,task=op-batcher,pid=1346,uid=0" ;;
*MESSAGE_ID=*INVOCATION_ID=killed) echo "podman-op-stack-batcher.service: A process of this unit has been killed by the OOM killer." ;;
*MESSAGE_ID=*) ;;
*) echo 'lvl=crit msg="no key"' ;;
esac"#;

/// What the batcher's end is told as.
const BY_LIMIT: &str = "killed by the kernel: it used more than its memory limit of 2g; give \
                        `batcher.resources.memory` more, or the program less to keep";
const ITS_OWN: &str = "lvl=crit msg=\"no key\"";

/// As systemd tells what a unit's end was: by its result, or by the code of podman's conmon.
fn killed() -> Outcome {
    let Some(scripts) = Scripts::of(MUCH)? else { return Ok(missing()) };
    let folder = scripts.folder.path();
    program(&folder.join("bin/journalctl"), JOURNAL)?;
    program(&folder.join("bin/id"), "#!/bin/sh\necho 65534")?;
    fs::create_dir_all(folder.join("run/last-errors"))?;
    let op_warden = op_warden();
    for (result, status, invocation, expected) in [
        ("oom-kill", "137", "another", BY_LIMIT),
        ("exit-code", "137", "killed", BY_LIMIT),
        // By somebody else, and by itself after one of its processes was killed.
        ("exit-code", "137", "another", ITS_OWN),
        ("exit-code", "1", "killed", ITS_OWN),
    ] {
        let ended = [
            ("EXIT_CODE", "exited"),
            ("SERVICE_RESULT", result),
            ("EXIT_STATUS", status),
            ("INVOCATION_ID", invocation),
        ];
        let exports = ended.map(|(name, value)| format!("export {name}={value}\n")).concat();
        scripts.run_as("op-stack-batcher-runner", &["last-error"], "", |text| {
            let text = text
                .replace("/etc/op-stack/bin/op-warden", &op_warden.display().to_string())
                .replace("/run/op-stack/", &format!("{}/", folder.join("run").display()));
            format!("{exports}{text}")
        })?;
        let told = fs::read_to_string(folder.join("run/last-errors/batcher"))?;
        ensure(told.trim() == expected, || format!("{result} {status} {invocation}: {told}"))?;
    }
    Ok(Completion::Completed)
}

fn missing() -> Completion {
    Completion::ignored_with("no Nix, NIXOS_TREE or OP_STACK_TEST_TOOLS")
}

impl Scripts {
    fn of(settings: &str) -> Result<Option<Self>> {
        let (Ok(()), Ok(tree), Ok(tools)) = (nix::is_there(), nixos_tree(), tools()) else {
            return Ok(None);
        };
        let folder = tempfile::tempdir()?;
        let own = Self { folder };
        let module = workspace().join("nix/modules/ec-op-stack.nix").canonicalize()?;
        let host = HOST
            .replace("@MODULE@", &module.display().to_string())
            .replace("@SETTINGS@", settings)
            .replace("@STATE@", &own.state().display().to_string())
            .replace("@DIGEST@", &"d1".repeat(32));
        let file = own.folder.path().join("host.nix");
        fs::write(&file, host)?;
        run(Command::new("bash")
            .arg(tools.join("eval-host.sh"))
            .arg(tree)
            .arg(file)
            .arg(own.folder.path().join("out")))?;
        Ok(Some(own))
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The scripts that the module made: their folders begin with a hash.
    fn all(&self) -> Result<Vec<PathBuf>> {
        let is_made = |name: &str| {
            name.split_once('-').is_some_and(|(hash, _)| {
                hash.len() == 20 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        };
        let mut all = Vec::new();
        for made in fs::read_dir(self.folder.path().join("out/stub"))? {
            let made = made?;
            if is_made(&made.file_name().to_string_lossy()) && made.path().join("bin").is_dir() {
                for script in fs::read_dir(made.path().join("bin"))? {
                    all.push(script?.path());
                }
            }
        }
        all.sort();
        Ok(all)
    }

    /// What a configuration named, which was activated so many seconds ago.
    fn inventory(&self, name: &str, seconds: u64, images: &[&str]) -> Result<()> {
        let folder = self.state().join("inventory.d");
        fs::create_dir_all(&folder)?;
        let path = folder.join(name).with_extension("json");
        fs::write(&path, json!({"version": 2, "images": images}).to_string())?;
        let at = SystemTime::now() - Duration::from_secs(seconds);
        File::options().write(true).open(path)?.set_modified(at)?;
        Ok(())
    }

    /// Runs the script of op-stack-images; what podman was asked for.
    fn tidy(&self) -> Result<String> {
        program(&self.folder.path().join("bin/podman"), PODMAN)?;
        self.run("op-stack-images", &[], "")?;
        Ok(fs::read_to_string(self.folder.path().join("said"))?)
    }

    /// Runs a script with the programs that the test has put into `bin`; its output.
    fn run(&self, name: &str, arguments: &[&str], redirected: &str) -> Result<String> {
        self.run_as(name, arguments, redirected, |text| text)
    }

    /// The same, with the script's text changed.
    fn run_as(
        &self,
        name: &str,
        arguments: &[&str],
        redirected: &str,
        change: impl Fn(String) -> String,
    ) -> Result<String> {
        let script = self.all()?.into_iter().find(|file| file.ends_with(name));
        let script = script.ok_or_else(|| format!("no {name}"))?;
        // Of the paths of the host's store, those on PATH are not there, and the programs are those above.
        let store = self.folder.path().join("out/stub");
        let text = fs::read_to_string(&script)?
            .replace("\n/stub/", &format!("\nbash {}/", store.display()))
            .replace("! /stub/", &format!("! bash {}/", store.display()));
        let text = change(text);
        let path =
            format!("{}:{}", self.folder.path().join("bin").display(), std::env::var("PATH")?);
        run(Command::new("bash")
            .arg("-c")
            .arg(format!("{{ {text}\n}} {redirected}"))
            .arg(name)
            .args(arguments)
            .env("PATH", path)
            .env("SAID", self.folder.path().join("said")))
    }
}

fn program(file: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(file.parent().ok_or("no folder")?)?;
    fs::write(file, text)?;
    Ok(fs::set_permissions(file, fs::Permissions::from_mode(0o755))?)
}
