//! What the tests of several crates share: programs of this workspace, what a run of one leaves, Nix as
//! an evaluator.
//!
//! Everything here ends a test where it cannot do its work, so that no test passes by accident.

#![allow(clippy::missing_panics_doc, reason = "a panic is a test's failure")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic is a test's failure")]

pub mod nix;
pub mod program;
mod run;

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
