//! Finding what the layers need, and Nix as an evaluator.

use std::{
    env,
    path::PathBuf,
    process::{Command, Stdio},
};

use libtest_mimic::{Completion, Failed, Trial};
use test_kit::workspace;

pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What a trial comes to.
pub(crate) type Outcome = std::result::Result<Completion, Failed>;

/// What is needed, or why it is not there.
pub(crate) type Found = std::result::Result<PathBuf, String>;

/// A tree shaped like nixpkgs: `lib`, the NixOS modules, names of packages.
pub(crate) fn nixos_tree() -> Found {
    find("NIXOS_TREE", cached("nixos-tree"))
}

/// sops-nix, of which its modules are enough.
pub(crate) fn sops_nix() -> Found {
    find("SOPS_NIX", cached("sops-nix"))
}

/// Stub packages for evaluation, and a machine to run units on.
pub(crate) fn tools() -> Found {
    find("OP_STACK_TEST_TOOLS", Some(workspace().join("../shared/tools")))
}

/// The folder that an environment variable names, else the default.
pub(crate) fn find(variable: &str, default: Option<PathBuf>) -> Found {
    env::var_os(variable)
        .map(PathBuf::from)
        .or(default)
        .filter(|dir| dir.is_dir())
        .and_then(|dir| dir.canonicalize().ok())
        .ok_or_else(|| {
            format!(
                "no folder {variable} (nix/README.md says what is in it; where Nix can fetch, `nix flake \
                 check --no-build` evaluates the same tests)"
            )
        })
}

/// Where the tests' tools leave what takes long to make.
pub(crate) fn cached(name: &str) -> Option<PathBuf> {
    Some(env::home_dir()?.join(".cache/op-stack-tests").join(name))
}

/// A layer that cannot run, by its name.
pub(crate) fn ignored(layer: &str, reason: String) -> Vec<Trial> {
    vec![Trial::ignorable_test(layer, move || Ok(Completion::ignored_with(reason)))]
}

/// Runs a command to its end; its output, or everything it said as the error.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure(output.status.success(), || {
        let stderr = String::from_utf8_lossy(&output.stderr);
        format!("{command:?}: {}\n{stdout}\n{stderr}", output.status)
    })?;
    Ok(stdout)
}

pub(crate) fn ensure(holds: bool, message: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { Err(message().into()) }
}
