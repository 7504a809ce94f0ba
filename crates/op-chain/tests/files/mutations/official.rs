//! The official op-geth, if op-devnet has built it.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use alloy_primitives::B256;

/// Changed files of either sort that op-geth is asked about, a fraction of a second each.
pub(crate) const SAMPLE: usize = 8;

pub(crate) struct OpGeth(PathBuf);

impl OpGeth {
    pub(crate) fn find() -> Option<Self> {
        let cache = test_kit::components();
        let program = cache.join("bin/op-geth");
        if !program.exists() {
            eprintln!(
                "SKIPPED: op_geth_agrees: no bin/op-geth; OP_DEVNET_CACHE names the folder in which op-devnet builds it"
            );
            return None;
        }
        Some(Self(program))
    }

    /// The hash that `init` logs for a genesis.json; nothing if it refuses the file.
    pub(crate) fn hash(&self, file: &[u8]) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let genesis = folder.path().join("genesis.json");
        fs::write(&genesis, file).unwrap();
        let output = Command::new(&self.0)
            .args(["init", "--state.scheme=hash", "--datadir"])
            .args([&folder.path().join("data"), &genesis])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        let hash = log.lines().find_map(|line| {
            line.contains("Successfully wrote genesis state").then(|| line.split_once("hash="))?
        });
        hash.map(|(_, hash)| hash.trim().to_owned()).filter(|_| output.status.success())
    }
}

/// As op-geth writes a hash into its log.
pub(crate) fn shortened(hash: &B256) -> String {
    let hex = hash.to_string();
    format!("{}..{}", &hex[2..8], &hex[60..])
}
