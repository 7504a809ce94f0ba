//! op-deployer as a process, and what it says when it fails.

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use op_util::file;
use op_util::foreign::clean;
use tokio::process::Command;

/// Lines of its output that an error shows.
const SHOWN_LINES: usize = 8;
/// Its last message begins with this.
const FAILED: &str = "Application failed: ";
/// What it says of scripts and contracts that are of another release than it is. They stand in the logs of
/// what succeeds as well.
const OF_ANOTHER_RELEASE: [&str; 4] = [
    "unrecognized 4 byte signature",
    "does not have a method",
    "doesn't match Go type",
    "failed to load OPCM script",
];

/// Runs it in the work directory `dir`, where its cache is too: it has nothing of the shell's, as a private key
/// there would make it another deployer. All that it says is put into `log`, if one is named.
pub(super) async fn run(
    op_deployer: &Path,
    dir: &Path,
    args: impl IntoIterator<Item = impl AsRef<OsStr>>,
    log: Option<&Path>,
) -> Result<()> {
    let mut command = Command::new(op_deployer);
    // By default it makes a cache in the home folder.
    command.arg("--cache-dir").arg(dir.join("cache")).args(args);
    command.env_clear().env("HOME", dir).envs(env::var_os("TMPDIR").map(|tmp| ("TMPDIR", tmp)));
    let output = command
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .with_context(|| format!("cannot start {}", op_deployer.display()))?;
    let said = [output.stdout, output.stderr].concat();
    let kept = match log {
        Some(log) => {
            file::replace(log, &said).with_context(|| format!("cannot write {}", log.display()))?;
            format!("; all that it said is in {}", log.display())
        }
        None => String::new(),
    };
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&said);
    let (name, status) = (op_deployer.display(), output.status);
    bail!("{}{name} failed ({status}){kept}:\n{}", advice(&said), last_lines(&said))
}

fn advice(said: &str) -> &'static str {
    let last = said.rfind(FAILED).map_or("", |begin| &said[begin..]);
    if OF_ANOTHER_RELEASE.iter().any(|sign| last.contains(sign)) {
        "the artifacts and op-deployer are of two releases: take the artifacts of op-deployer's, or put the \
         op-deployer of theirs into OP_DEVNET_BIN_DIR. "
    } else {
        ""
    }
}

fn last_lines(said: &str) -> String {
    let lines: Vec<String> = said
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| clean(&without_data(line)))
        .collect();
    lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
}

/// Without calldata, which hides the reason behind it.
fn without_data(line: &str) -> String {
    /// An address and a word are shown.
    const WORD: usize = 64;
    let hex = |text: &str| text.bytes().take_while(u8::is_ascii_hexdigit).count();
    let (mut shown, mut rest) = (String::new(), line);
    while let Some(begin) = rest.find("0x") {
        let (before, data) = rest.split_at(begin + 2);
        let digits = hex(data);
        shown.push_str(before);
        shown.push_str(if digits > WORD { "…" } else { &data[..digits] });
        rest = &data[digits..];
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;

    use super::*;

    fn script(dir: &Path, text: &str) -> PathBuf {
        let path = dir.join("op-deployer");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    async fn failure(text: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        let program = script(dir.path(), text);
        run(&program, dir.path(), ["apply"], None).await.unwrap_err().to_string()
    }

    #[tokio::test]
    async fn a_failure_shows_the_end_without_calldata() {
        let data = format!("0x{}", "ab".repeat(500));
        let error = failure(&format!(
            "seq 1 20; echo 'Application failed: data {data}: no artifact 0x12 \u{1b}[31m' >&2; exit 3"
        ))
        .await;
        assert!(error.contains("op-deployer failed (exit status: 3):\n"), "{error}");
        assert!(
            error.ends_with("\n20\nApplication failed: data 0x…: no artifact 0x12 \\u{1b}[31m"),
            "{error}"
        );
        assert!(!error.contains("two releases"), "{error}");
        assert_eq!(error.lines().count(), 1 + SHOWN_LINES, "{error}");
    }

    #[tokio::test]
    async fn artifacts_of_another_release_are_named() {
        for said in [
            "failed to run script: unrecognized 4 byte signature: 64af255d",
            "script DeployImplementations does not have a method run that accepts an argument",
        ] {
            let error = failure(&format!("echo '{FAILED}{said}' >&2; exit 1")).await;
            assert!(
                error.starts_with("the artifacts and op-deployer are of two releases: "),
                "{error}"
            );
            // What succeeds warns of it too.
            let error =
                failure(&format!("echo 'lvl=warn {said}'; echo '{FAILED}no room'; exit 1")).await;
            assert!(!error.contains("two releases"), "{error}");
        }
    }

    #[tokio::test]
    async fn it_has_nothing_of_the_shell_and_all_it_says_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let program = script(dir.path(), "echo \"$@\"; env >&2");
        let log = dir.path().join("said.log");
        run(&program, dir.path(), ["apply"], Some(&log)).await.unwrap();
        let said = fs::read_to_string(&log).unwrap();
        assert!(
            said.starts_with(&format!("--cache-dir {}/cache apply\n", dir.path().display())),
            "{said}"
        );
        assert!(said.contains(&format!("HOME={}\n", dir.path().display())), "{said}");
        assert!(!said.contains("CARGO"), "{said}");
    }
}
