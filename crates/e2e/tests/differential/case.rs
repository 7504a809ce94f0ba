//! A case: a world that is spoilt in a place or two, or in none.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt as _, path::Path};

use e2e::devnet::Result;
use test_kit::workspace;

use crate::{base::Base, component::Component, nodes::Nodes};

/// A key that nobody publishes.
pub(crate) const KEY: &str = "7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e";

/// A secret of op-node and its engine.
pub(crate) const JWT: &str = "5ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7";

const L1: &str = r#"{
    "chainId": 900, "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0, "eip158Block": 0,
    "byzantiumBlock": 0, "constantinopleBlock": 0, "petersburgBlock": 0, "istanbulBlock": 0,
    "berlinBlock": 0, "londonBlock": 0, "terminalTotalDifficulty": 0, "shanghaiTime": 0,
    "cancunTime": 0, "pragueTime": 0, "blobSchedule": {
        "cancun": {"target": 3, "max": 6, "baseFeeUpdateFraction": 3338477},
        "prague": {"target": 6, "max": 9, "baseFeeUpdateFraction": 5007716}
    }
}"#;

/// What op-warden and the program are both given.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) component: Component,
    pub(crate) base: Base,
    /// The files by their names.
    pub(crate) files: BTreeMap<&'static str, Vec<u8>>,
    pub(crate) args: Vec<String>,
    pub(crate) environment: BTreeMap<String, String>,
    /// What was done to it, by kinds.
    pub(crate) kinds: Vec<&'static str>,
    /// The same in words.
    pub(crate) changes: Vec<String>,
}

impl Case {
    pub(crate) fn right(component: Component, base: Base) -> Self {
        let files = BTreeMap::from([
            ("rollup.json", base.rollup.to_string().into_bytes()),
            ("genesis.json", base.genesis.to_string().into_bytes()),
            ("l1.json", L1.as_bytes().to_owned()),
            ("jwt.hex", JWT.as_bytes().to_owned()),
            ("p2p.key", KEY.as_bytes().to_owned()),
            ("service.key", KEY.as_bytes().to_owned()),
        ]);
        let (args, environment) = (component.command(), BTreeMap::new());
        Self { component, base, files, args, environment, kinds: Vec::new(), changes: Vec::new() }
    }

    pub(crate) fn text(&self, file: &str) -> String {
        String::from_utf8_lossy(&self.files[file]).into_owned()
    }

    pub(crate) fn note(&mut self, kind: &'static str, change: impl Into<String>) {
        self.kinds.push(kind);
        self.changes.push(change.into());
    }

    pub(crate) fn write(&self, dir: &Path) -> Result<()> {
        for (name, content) in &self.files {
            let path = dir.join(name);
            fs::write(&path, content)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        }
        let prestate = workspace().join("crates/op-chain/tests/data/prestate.bin.gz");
        fs::copy(prestate, dir.join("prestate.bin.gz"))?;
        Ok(())
    }

    /// The arguments with what stands for the nodes and folders put in.
    pub(crate) fn arguments(&self, dir: &Path, bin: &Path, nodes: &Nodes) -> Vec<String> {
        self.args.iter().map(|arg| placed(arg, dir, bin, nodes)).collect()
    }

    pub(crate) fn variables(
        &self,
        dir: &Path,
        bin: &Path,
        nodes: &Nodes,
    ) -> BTreeMap<String, String> {
        let placed =
            |(name, value): (&String, &String)| (name.clone(), placed(value, dir, bin, nodes));
        self.environment.iter().map(placed).collect()
    }
}

fn placed(text: &str, dir: &Path, bin: &Path, nodes: &Nodes) -> String {
    text.replace("@L1@", &nodes.l1.url())
        .replace("@L2@", &nodes.l2.url())
        .replace("@DIR@", &dir.display().to_string())
        .replace("@BIN@", &bin.display().to_string())
}
