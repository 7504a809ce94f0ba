//! Runs op-warden and looks at what it leaves.

use std::{
    ffi::OsStr,
    fs,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Output},
    sync::LazyLock,
};

use tempfile::TempDir;
use test_kit::Run;

use crate::world::names::{JWT, ROLES};

/// What the URL of the L1 holds and no output may: user, password, path, query.
pub(crate) const URL_SECRETS: [&str; 4] = ["someuser", "hunter2", "SECRETKEY", "token9"];

pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_op-warden"));
    // A proxy of the environment would be asked instead of the test's nodes.
    command.env_clear();
    command
}

/// Runs with the programs of a folder, and no others.
pub(crate) fn run_with(programs: &Path, args: &[impl AsRef<OsStr>]) -> Run {
    finished(command().env("PATH", programs).args(args).output().unwrap())
}

pub(crate) fn run(args: &[impl AsRef<OsStr>]) -> Run {
    finished(command().args(args).output().unwrap())
}

/// No run shows a secret, whatever the test is about.
pub(crate) fn finished(output: Output) -> Run {
    assert!(str::from_utf8(&output.stdout).is_ok() && str::from_utf8(&output.stderr).is_ok());
    let run = Run::from(output);
    for output in [&run.stdout, &run.stderr] {
        for secret in URL_SECRETS {
            assert!(!output.contains(secret), "{secret} of the URL is shown: {output}");
        }
        for (role, key, _) in ROLES {
            assert!(!output.contains(&key[8..24]), "the {role}'s key is shown: {output}");
        }
        assert!(!output.contains(&JWT[8..24]), "the engine's secret is shown: {output}");
    }
    run
}

/// A script that runs the text beside it. Another process writes it: while this one has it open, a
/// thread may fork, and a program that somebody may still write to cannot be run.
static LAUNCHER: LazyLock<TempDir> = LazyLock::new(|| {
    let dir = TempDir::new().unwrap();
    let write = r#"printf '#!/bin/sh\n. "$0.sh"\n' > "$0" && chmod 755 "$0""#;
    let status = Command::new("sh").args(["-c", write]).arg(dir.path().join("run")).status();
    assert!(status.unwrap().success());
    dir
});

/// Makes a program of a shell script.
pub(crate) fn script(path: &Path, text: &str) {
    symlink(LAUNCHER.path().join("run"), path).unwrap();
    fs::write(path.with_added_extension("sh"), text).unwrap();
}
