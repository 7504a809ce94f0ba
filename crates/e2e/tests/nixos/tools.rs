//! The tools that evaluate and boot a NixOS host, and what they need.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use test_kit::{nix, workspace};

use crate::support::{Result, cached, find, nixos_tree, run, tools};

/// Where the tools and their inputs are.
pub(crate) struct Tools {
    folder: PathBuf,
    tree: PathBuf,
    root: PathBuf,
}

impl Tools {
    /// What is missing is the error.
    pub(crate) fn find() -> std::result::Result<Self, String> {
        let root = find("HOST_ROOT", cached("host-root"))?;
        let found = Self { folder: tools()?, tree: nixos_tree()?, root };
        nix::is_there()?;
        if !rustix::process::geteuid().is_root() {
            return Err("not root".to_owned());
        }
        Ok(found)
    }

    pub(crate) fn tree(&self) -> &Path {
        &self.tree
    }

    pub(crate) fn script(&self, name: &str) -> Command {
        let mut command = Command::new("bash");
        command.arg(self.folder.join(name));
        command
    }

    /// A copy of the host's root, to boot and spoil.
    pub(crate) fn copy_root(&self, to: &Path) -> Result<()> {
        run(Command::new("cp").args(["-a", "--reflink=auto"]).arg(&self.root).arg(to)).map(drop)
    }

    /// Evaluates a host into a folder of units and files.
    pub(crate) fn evaluate(&self, module: &str, op_warden: &Path, out: &Path) -> Result<()> {
        self.evaluate_with(module, ("op-warden", op_warden), out)
    }

    /// The same with another package.
    pub(crate) fn evaluate_with(
        &self,
        module: &str,
        (name, package): (&str, &Path),
        out: &Path,
    ) -> Result<()> {
        let file = out.with_extension("nix");
        fs::write(&file, module)?;
        run(self
            .script("eval-host.sh")
            .arg("--pkg")
            .arg(format!("{name}={}", package.display()))
            .arg(&self.tree)
            .arg(&file)
            .arg(out))
        .map(drop)
    }

    /// Makes an image from program files in the host's podman; the digest to pin it by.
    pub(crate) fn image(
        &self,
        root: &Path,
        reference: &str,
        environment: &[String],
        files: &[String],
    ) -> Result<String> {
        let mut script = self.script("host-image.sh");
        for variable in environment {
            script.args(["--env", variable.as_str()]);
        }
        let said = run(script.arg(root).arg(reference).args(files))?;
        let digest = said.trim().rsplit_once('@').ok_or_else(|| format!("no digest: {said}"))?.1;
        Ok(digest.to_owned())
    }
}

/// What the module's package holds, linked statically: op-exec runs in the containers, op-warden on a
/// host with other libraries.
pub(crate) fn static_programs() -> Result<[PathBuf; 2]> {
    let version = run(Command::new("rustc").arg("-vV"))?;
    let target = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .ok_or("rustc does not say its host")?;
    let folder = workspace().join("target/static");
    run(Command::new("cargo")
        .args(["build", "--quiet", "--release", "--package=op-warden", "--package=op-exec"])
        .args(["--target", target])
        .arg("--target-dir")
        .arg(&folder)
        .current_dir(workspace())
        .env("RUSTFLAGS", "-C target-feature=+crt-static"))?;
    Ok(["op-warden", "op-exec"].map(|program| folder.join(target).join("release").join(program)))
}
