//! Finds op-warden, the agent of this workspace.

use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context, bail};
use rustix::process::Signal;
use serde_json::Value;
use tokio::process::Command;

use super::build_log::BuildLog;
use super::environment::{Environment, Workspace};
use crate::child;

const NAME: &str = "op-warden";

/// The op-warden of `OP_DEVNET_BIN_DIR`, else the workspace's, freshly built, else the one
/// beside this program.
pub async fn locate_or_build(environment: &Environment) -> anyhow::Result<PathBuf> {
    if let Some(path) = environment.provided_file(NAME) {
        return Ok(path);
    }
    let cargo = environment.cargo.clone().or_else(|| environment.tool("cargo"));
    if let (Some(cargo), Some(workspace)) = (cargo, &environment.workspace) {
        return build(environment, child::command(cargo, Signal::TERM), workspace).await;
    }
    beside_this_program()
}

async fn build(
    environment: &Environment,
    mut cargo: Command,
    workspace: &Workspace,
) -> anyhow::Result<PathBuf> {
    // `cargo run` sets these for op-devnet itself; build scripts that watch them would run again.
    let of_this_package = env::vars_os().map(|(name, _)| name).filter(|name| {
        name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        })
    });
    for name in of_this_package {
        cargo.env_remove(name);
    }
    cargo
        .args(["build", "--quiet", "--release", "--bin", NAME])
        .arg("--message-format=json-render-diagnostics")
        .arg("--manifest-path")
        .arg(&workspace.manifest)
        .arg("--target-dir")
        .arg(&workspace.target_dir);
    let log = environment.cache_dir.join("log").join(NAME);
    let messages = log.with_extension(format!("{}.json", std::process::id()));
    BuildLog::create(log.with_extension("log"))?
        .run(cargo.env("PATH", &environment.search_path), Some(&messages))
        .await
        .context("cannot build op-warden")?;
    let text = fs::read_to_string(&messages)
        .with_context(|| format!("cannot read {}", messages.display()))?;
    let _ = fs::remove_file(&messages);
    executable(&text).context("cargo does not say where it put op-warden")
}

/// Where cargo put the program: the user's configuration may say another folder than `target/release`.
fn executable(messages: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages
        .filter(|message| message["target"]["name"] == NAME)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

fn beside_this_program() -> anyhow::Result<PathBuf> {
    let path = env::current_exe()
        .context("cannot find out where op-devnet itself is")?
        .with_file_name(NAME);
    if !path.is_file() {
        bail!(
            "op-warden is neither in OP_DEVNET_BIN_DIR nor at {}, and there is no workspace with \
             cargo to build it in",
            path.display()
        );
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::test_environment;

    #[tokio::test]
    async fn a_given_warden_is_used() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(NAME), "").unwrap();
        let mut environment = test_environment(dir.path(), "");
        environment.bin_dir = Some(dir.path().to_owned());
        let path = locate_or_build(&environment).await.unwrap();
        assert_eq!(path, dir.path().join(NAME));
    }

    #[test]
    fn cargo_says_where_it_put_the_program() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"op_warden"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"op-warden"},"executable":"/x/aarch64/release/op-warden"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages), Some(PathBuf::from("/x/aarch64/release/op-warden")));
        assert_eq!(executable(""), None);
    }

    #[tokio::test]
    async fn says_where_it_was_looked_for() {
        let dir = tempfile::tempdir().unwrap();
        let environment = test_environment(dir.path(), "");
        let error = locate_or_build(&environment).await.unwrap_err().to_string();
        assert!(error.starts_with("op-warden is neither in OP_DEVNET_BIN_DIR nor at /"), "{error}");
    }
}
