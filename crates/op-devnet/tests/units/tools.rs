//! The tools that evaluate and boot a NixOS host, and what they need.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Result, ensure};

/// Where the tools and their inputs are.
pub(crate) struct Tools {
    folder: PathBuf,
    tree: PathBuf,
    root: PathBuf,
}

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a command to its end; its output, or everything it said as the error.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure(output.status.success(), || {
        let stderr = String::from_utf8_lossy(&output.stderr);
        format!("{command:?}: {}\n{stdout}\n{stderr}", output.status)
    })?;
    Ok(stdout)
}

impl Tools {
    /// What is missing is the error.
    pub(crate) fn find() -> std::result::Result<Self, String> {
        let place = |variable: &str, default: Option<PathBuf>| {
            env::var_os(variable)
                .map(PathBuf::from)
                .or(default)
                .filter(|path| path.exists())
                .ok_or_else(|| format!("no {variable}"))
        };
        let cached = |name: &str| {
            let home = env::var_os("HOME")?;
            Some(Path::new(&home).join(".cache/op-stack-tests").join(name))
        };
        let tools = Self {
            folder: place("OP_STACK_TEST_TOOLS", Some(workspace().join("../shared/tools")))?,
            tree: place("NIXOS_TREE", cached("nixos-tree"))?,
            root: place("HOST_ROOT", cached("host-root"))?,
        };
        if !rustix::process::geteuid().is_root() {
            return Err("not root".to_owned());
        }
        if Command::new("nix-instantiate").arg("--version").output().is_err() {
            return Err("no nix-instantiate".to_owned());
        }
        Ok(tools)
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
        let file = out.with_extension("nix");
        fs::write(&file, module)?;
        run(self
            .script("eval-host.sh")
            .arg("--pkg")
            .arg(format!("op-warden={}", op_warden.display()))
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
        environment: &[&str],
        files: &[String],
    ) -> Result<String> {
        let mut script = self.script("host-image.sh");
        for variable in environment {
            script.args(["--env", variable]);
        }
        let said = run(script.arg(root).arg(reference).args(files))?;
        let digest = said.trim().rsplit_once('@').ok_or_else(|| format!("no digest: {said}"))?.1;
        Ok(digest.to_owned())
    }
}

/// op-warden linked statically: it runs in the containers too.
pub(crate) fn static_op_warden() -> Result<PathBuf> {
    let version = run(Command::new("rustc").arg("-vV"))?;
    let target = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .ok_or("rustc does not tell its host")?;
    let folder = workspace().join("target/static");
    run(Command::new("cargo")
        .args(["build", "--quiet", "--release", "--package=op-warden", "--target", target])
        .arg("--target-dir")
        .arg(&folder)
        .current_dir(workspace())
        .env("RUSTFLAGS", "-C target-feature=+crt-static"))?;
    Ok(folder.join(target).join("release/op-warden"))
}
