//! The first switch of a host whose keys come from sops, on a real systemd with the real sops: nothing there,
//! then a file that is not for the host, then one that is.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use libtest_mimic::{Completion, Trial};
use test_kit::{program, workspace};

use crate::{
    bench::step,
    host::Host,
    support::{Result, cached, ensure, find, run, sops_nix},
    tools::Tools,
};

const PATIENCE: Duration = Duration::from_secs(50);
const SECRET: &str = "/run/secrets/op-stack-batcher";
const INSTALL: &str = "sops-install-secrets.service";

/// The programs of sops, which no package of this machine has.
fn programs() -> std::result::Result<PathBuf, String> {
    let folder = find("SOPS_TOOLS", cached("sops-tools"))?;
    let all = ["sops", "ssh-to-age", "sops-install-secrets"];
    match all.iter().find(|name| !folder.join(name).is_file()) {
        Some(name) => Err(format!("no {name} in {} (SOPS_TOOLS)", folder.display())),
        None => Ok(folder),
    }
}

pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial::ignorable_test("units_take_their_keys_from_sops", || {
        match Tools::find().and_then(|tools| Ok((tools, programs()?, sops_nix()?))) {
            Ok((tools, programs, module)) => {
                Ok(first_switch(&tools, &programs, &module).map(|()| Completion::Completed)?)
            }
            Err(missing) => Ok(Completion::ignored_with(missing)),
        }
    })]
}

struct Bench<'a> {
    tools: &'a Tools,
    programs: &'a Path,
    module: &'a Path,
    folder: PathBuf,
}

impl Bench<'_> {
    /// The host with the files of its repository as they are now.
    fn evaluate(&self, name: &str) -> Result<PathBuf> {
        let out = self.folder.join(name);
        let entry = workspace().join("nix/modules/ec-op-stack.nix").canonicalize()?;
        let module = format!(
            r#"{{ pkgs, ... }}: {{
              imports = [ {} {}/modules/sops ];
              networking.hostName = "forge";
              sops = {{
                age.sshKeyPaths = [ "/etc/ssh/ssh_host_ed25519_key" ];
                gnupg.sshKeyPaths = [ ];
                package = pkgs.stub "sops-install-secrets";
                validateSopsFiles = false;
              }};
              services.every-channel.op-stack = {{
                enable = true;
                engine = "geth";
                gate.retryInterval = "2s";
                package = pkgs.stub "op-warden";
                l1.rpc = "http://127.0.0.1:1";
                chain = {{ id = 901; disputeGameFactory = "0x00000000000000000000000000000000000000d1"; }};
                secrets.sopsDirectory = {}/secrets;
              }};
            }}"#,
            entry.display(),
            self.module.display(),
            self.folder.join("repository").display(),
        );
        let file = self.folder.join(format!("{name}.nix"));
        fs::write(&file, module)?;
        let package = |name: &str| format!("{name}={}", self.folder.join(name).display());
        run(self
            .tools
            .script("eval-host.sh")
            .args(["--select", "podman-.*", "--select", "op-.*", "--select", "sops-.*"])
            .args(["--pkg", &package("op-warden"), "--pkg", &package("sops-install-secrets")])
            .arg(self.tools.tree())
            .args([&file, &out]))?;
        Ok(out)
    }

    /// A program of sops, in the repository.
    fn sops(&self, program: &str, args: &[&str]) -> Result<String> {
        run(Command::new(self.programs.join(program))
            .args(args)
            .current_dir(self.folder.join("repository"))
            .env("SOPS_AGE_KEY_FILE", workspace().join("secrets/throw-away.age")))
    }

    /// `.sops.yaml` with these recipients.
    fn rule(&self, recipients: &[&str]) -> Result<()> {
        let rule = format!(
            "creation_rules:\n  - path_regex: ^secrets/[^/]+\\.forge$\n    age: {}\n",
            recipients.join(",")
        );
        Ok(fs::write(self.folder.join("repository/.sops.yaml"), rule)?)
    }
}

fn first_switch(tools: &Tools, programs: &Path, module: &Path) -> Result<()> {
    let work = tempfile::tempdir()?;
    let folder = work.path().to_owned();
    let root = folder.join("root");
    tools.copy_root(&root)?;
    for (package, program) in [
        ("op-warden", program::op_warden()),
        ("op-warden", program::op_warden().with_file_name("op-exec")),
        ("sops-install-secrets", programs.join("sops-install-secrets")),
    ] {
        let bin = folder.join(package).join("bin");
        fs::create_dir_all(&bin)?;
        fs::copy(&program, bin.join(program.file_name().ok_or("a program without a name")?))?;
    }
    fs::create_dir_all(folder.join("repository/secrets"))?;
    let bench = Bench { tools, programs, module, folder: folder.clone() };

    step("a host with nothing switches; each service waits for its key");
    let bare = bench.evaluate("bare")?;
    let host = Host::boot(tools, &root, &bare)?;
    host.wait("systemctl show -P Result podman-op-stack-batcher", PATIENCE, |it| {
        it == "exec-condition"
    })?;
    let failed = host.sh("systemctl --failed --no-legend --plain")?;
    ensure(failed.is_empty(), || format!("failed: {failed}"))?;

    step("a file that is not for the host: the unit of sops fails, and says so");
    let throw_away = "age157u65ugzmkxw9nd0dqhrev76j574x9e539dga8ezml4vsnapz40sqmakh0";
    bench.rule(&[throw_away])?;
    run(Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(root.join("etc/ssh/ssh_host_ed25519_key")))?;
    let plain = folder.join("plain");
    fs::write(&plain, format!("{}1\n", "7e57ab1".repeat(9)))?;
    let encrypted = bench.sops(
        "sops",
        &[
            "encrypt",
            "--input-type",
            "binary",
            "--output-type",
            "binary",
            "--filename-override",
            "secrets/batcher.forge",
            &plain.display().to_string(),
        ],
    )?;
    fs::write(folder.join("repository/secrets/batcher.forge"), encrypted)?;
    host.switch(&bench.evaluate("early")?)?;
    host.sh(&format!("systemctl start {INSTALL} || true"))?;
    let journal = host.sh(&format!("journalctl --no-pager -o cat -u {INSTALL}"))?;
    ensure(journal.contains("0 successful groups required, got 0"), || journal.clone())?;
    ensure(host.sh(&format!("test ! -e {SECRET}")).is_ok(), || "the secret is there".to_owned())?;

    step(
        "`sops updatekeys` with the host among the recipients, and the key is there, for root alone",
    );
    let public = root.join("etc/ssh/ssh_host_ed25519_key.pub").display().to_string();
    let recipient = bench.sops("ssh-to-age", &["-i", &public])?;
    bench.rule(&[throw_away, recipient.trim()])?;
    bench.sops("sops", &["updatekeys", "--yes", "secrets/batcher.forge"])?;
    let (code, said) = host.switch(&bench.evaluate("right")?)?;
    ensure(code == Some(0) || code == Some(4), || format!("the switch failed: {code:?}\n{said}"))?;
    host.sh(&format!("systemctl reset-failed {INSTALL}; systemctl restart {INSTALL}"))?;
    let mode = host.sh(&format!("stat -Lc '%a %U' {SECRET}"))?;
    ensure(mode == "400 root", || mode)?;
    let address = host.sh(&format!("/etc/op-stack/bin/op-warden keys address {SECRET}"))?;
    ensure(address.contains("0x"), || address)
}
