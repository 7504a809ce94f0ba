//! What the tests of several crates share: see README.md.
//!
//! Everything here ends a test where it cannot do its work, so that no test passes by accident.

#![allow(clippy::missing_panics_doc, reason = "a panic is a test's failure")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic is a test's failure")]

pub mod hostile;
pub mod http;
pub mod nix;
pub mod node;
pub mod process;
pub mod program;
mod run;
pub mod watched;

use std::path::PathBuf;

pub use self::run::Run;

/// The workspace's root.
#[must_use]
pub fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folder that data for tests is read from: `OP_STACK_TEST_DATA`, or beside the workspace.
#[must_use]
pub fn data() -> PathBuf {
    std::env::var_os("OP_STACK_TEST_DATA")
        .map_or_else(|| workspace().join("../shared/data"), PathBuf::from)
}

/// The folder in which op-devnet builds the official programs: `OP_DEVNET_CACHE`, or in the target folder.
#[must_use]
pub fn components() -> PathBuf {
    let target = || {
        std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| workspace().join("target"), PathBuf::from)
    };
    std::env::var_os("OP_DEVNET_CACHE").map_or_else(|| target().join("op-devnet"), PathBuf::from)
}
