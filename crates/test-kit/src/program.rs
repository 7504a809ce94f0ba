//! Programs of this workspace, for tests outside the crate that a program is of.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    sync::OnceLock,
};

use serde_json::Value;

use crate::workspace;

/// op-devnet, built as the tests are.
#[must_use]
pub fn op_devnet() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("op-devnet")).clone()
}

/// op-warden, built as the tests are.
#[must_use]
pub fn op_warden() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("op-warden")).clone()
}

/// Cargo says where it puts the program. It is there already where `cargo devnet build` ran before.
fn build(program: &str) -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    // What `cargo test` sets for this package would build others again.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_")) {
        cargo.env_remove(name);
    }
    cargo.env_remove("CARGO_MANIFEST_DIR").env_remove("CARGO_MANIFEST_PATH");
    cargo
        .args(["build", "--quiet", "--release", "--message-format=json", "--bin", program])
        .current_dir(workspace())
        .stderr(Stdio::inherit());
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "cannot build {program}");
    let executable = |line: &[u8]| {
        let message: Value = serde_json::from_slice(line).ok()?;
        let named = message["target"]["name"] == program;
        Some(PathBuf::from(message["executable"].as_str().filter(|_| named)?))
    };
    let path = output.stdout.split(|&byte| byte == b'\n').find_map(executable);
    path.unwrap_or_else(|| panic!("cargo does not say where {program} is"))
}
