//! The compiled contracts of the npm package: creation code and storage layout.

use std::path::{Path, PathBuf};
use std::{collections::BTreeMap, fs};

use alloy_primitives::{B256, Bytes, U256};
use anyhow::{Context as _, Result};
use serde::Deserialize;

/// An unpacked `@eth-optimism/contracts-bedrock`.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    root: PathBuf,
}

impl Package {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Reads a contract's forge artifact.
    pub(crate) fn artifact(&self, contract: &str) -> Result<Artifact> {
        let path = self.root.join(format!("forge-artifacts/{contract}.sol/{contract}.json"));
        let json = read(&path)?;
        serde_json::from_slice(&json).with_context(|| {
            format!("{} is not a forge artifact with a storage layout", path.display())
        })
    }

    /// Reads a Solidity source below `src/`.
    pub(crate) fn source(&self, name: &str) -> Result<String> {
        let path = self.root.join("src").join(name);
        String::from_utf8(read(&path)?).with_context(|| format!("{} is not text", path.display()))
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| {
        format!(
            "cannot read {}: is @eth-optimism/contracts-bedrock 0.17.3 installed there?",
            path.display()
        )
    })
}

/// What a deployment needs of a forge artifact. The rest, nine tenths of the file, is skipped.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Artifact {
    bytecode: Bytecode,
    storage_layout: StorageLayout,
}

#[derive(Debug, Deserialize)]
struct Bytecode {
    object: Bytes,
}

#[derive(Debug, Deserialize)]
struct StorageLayout {
    storage: Vec<Variable>,
}

/// A state variable and where it lies.
#[derive(Debug, Deserialize)]
struct Variable {
    label: String,
    slot: U256,
    /// Bytes from the slot's least significant end.
    offset: usize,
}

impl Artifact {
    /// Creation code followed by the constructor's ABI-encoded arguments.
    pub(crate) fn creation_code(&self, arguments: &[u8]) -> Bytes {
        [&self.bytecode.object, arguments].concat().into()
    }

    /// Storage words in which the named state variables have the given values.
    pub(crate) fn storage<'a>(
        &self,
        values: impl IntoIterator<Item = &'a (&'static str, U256)>,
    ) -> Result<BTreeMap<B256, B256>> {
        let mut words = BTreeMap::<B256, B256>::new();
        for (label, value) in values {
            let variable = self
                .storage_layout
                .storage
                .iter()
                .find(|variable| variable.label == *label)
                .with_context(|| format!("the contract has no state variable {label}"))?;
            *words.entry(variable.slot.into()).or_default() |=
                B256::from(*value << (8 * variable.offset));
        }
        Ok(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn messenger() -> Artifact {
        serde_json::from_value(json!({
            "abi": [], "bytecode": {"object": "0x6001", "sourceMap": ""}, "ast": {"nodes": []},
            "storageLayout": {"types": {}, "storage": [
                {"label": "spacer_0_0_20", "slot": "0", "offset": 0, "type": "t_address"},
                {"label": "_initialized", "slot": "0", "offset": 20, "type": "t_uint8"},
                {"label": "_initializing", "slot": "0", "offset": 21, "type": "t_bool"},
                {"label": "otherMessenger", "slot": "207", "offset": 0, "type": "t_address"},
            ]}
        }))
        .unwrap()
    }

    #[test]
    fn variables_of_one_slot_share_a_word() {
        let values = [
            ("_initialized", U256::from(2)),
            ("_initializing", U256::ONE),
            ("otherMessenger", U256::from(9)),
        ];
        let words = messenger().storage(&values).unwrap();
        let first: U256 = U256::from(0x0102) << 160;
        assert_eq!(
            words,
            BTreeMap::from([
                (B256::ZERO, first.into()),
                (B256::with_last_byte(207), B256::with_last_byte(9))
            ])
        );
    }

    #[test]
    fn an_unknown_variable_is_named() {
        let error = messenger().storage(&[("owner", U256::ONE)]).unwrap_err();
        assert_eq!(error.to_string(), "the contract has no state variable owner");
    }

    #[test]
    fn errors_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let package = Package::new(folder.path());
        let path = folder.path().join("forge-artifacts/Proxy.sol/Proxy.json");
        let absent = package.artifact("Proxy").unwrap_err().to_string();
        assert!(absent.contains(path.to_str().unwrap()), "{absent}");

        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, br#"{"bytecode": {"object": "0x__$unlinked$__"}}"#).unwrap();
        let malformed = package.artifact("Proxy").unwrap_err().to_string();
        assert!(malformed.contains(path.to_str().unwrap()), "{malformed}");
    }
}
