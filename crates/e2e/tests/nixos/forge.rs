//! What a forge runs: `.ci/flake` with a Nix that only notes what it is asked.

use std::{env, fs, os::unix::fs::PermissionsExt as _, process::Command};

use libtest_mimic::{Completion, Trial};
use test_kit::workspace;

use crate::support::{Outcome, Result, ensure, run};

const NIX: &str = r#"#!/bin/sh
echo "$*" >> "$SAID"
case "$*" in
*attrNames*) echo "eval-units format vm" ;;
*currentSystem*) echo x86_64-linux ;;
*"images lock --check") echo "$IMAGES"; exit "$IMAGES_CODE" ;;
esac"#;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::ignorable_test("the_forge_checks_the_flake_with_kvm_and_without", flake),
        Trial::ignorable_test("the_workflow_runs_both_scripts", workflow),
    ]
}

/// What `.ci/flake` asks of Nix, and what it says, where `images lock --check` says and ends so.
fn asked(kvm: &str, (images, code): (&str, u8)) -> Result<(String, String)> {
    let folder = tempfile::tempdir()?;
    let nix = folder.path().join("nix");
    fs::write(&nix, NIX)?;
    fs::set_permissions(&nix, fs::Permissions::from_mode(0o755))?;
    let said = folder.path().join("said");
    let path = format!("{}:{}", folder.path().display(), env::var("PATH")?);
    // The file was written by a process that may fork meanwhile: a shell of its own runs it.
    let printed = run(Command::new("bash")
        .arg(workspace().join(".ci/flake"))
        .env("PATH", path)
        .env("SAID", &said)
        .env("KVM", kvm)
        .env("IMAGES", images)
        .env("IMAGES_CODE", code.to_string()))?;
    Ok((fs::read_to_string(said)?, printed))
}

fn flake() -> Outcome {
    let (with, _) = asked("/dev/null", ("op-node: ok", 0))?;
    ensure(with.lines().last().is_some_and(|last| last.contains("flake check --print")), || with)?;
    let (without, said) = asked("/no/kvm", ("op-node: unpinned", 1))?;
    let builds = without.lines().filter(|line| line.contains(" build ")).collect::<Vec<_>>();
    ensure(builds.len() == 2 && !builds.iter().any(|line| line.contains("linux.vm")), || {
        without.clone()
    })?;
    ensure(without.contains("--no-build --all-systems"), || without.clone())?;
    ensure(said.contains("NOT RUN") && !said.contains("NOT CHECKED"), || said)?;
    let (_, offline) = asked("/dev/null", ("", 255))?;
    ensure(offline.contains("NOT CHECKED"), || offline)?;
    let gone = asked("/dev/null", ("op-node: gone: no longer served", 1));
    ensure(gone.is_err(), || "a pinned image that is gone fails nothing".to_owned())?;
    Ok(Completion::Completed)
}

fn workflow() -> Outcome {
    let file = workspace().join(".github/workflows/check.yml");
    let Ok(text) = fs::read_to_string(&file) else {
        return Ok(Completion::ignored_with(format!("no {}", file.display())));
    };
    for script in [".ci/flake", ".ci/run"] {
        ensure(text.contains(&format!("- run: {script}\n")), || format!("{script} is not run"))?;
        let mode = fs::metadata(workspace().join(script))?.permissions().mode();
        ensure(mode & 0o111 != 0, || format!("{script} is no program"))?;
        let check = Command::new("bash").arg("-n").arg(workspace().join(script)).status()?;
        ensure(check.success(), || format!("{script} is no script"))?;
    }
    Ok(Completion::Completed)
}
