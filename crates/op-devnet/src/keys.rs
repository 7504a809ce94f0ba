//! The keys of a devnet: those that it makes, and those that its operator brought. A key that is there
//! is never overwritten, and what the operator brought is never removed.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::path::{Path, PathBuf};
use std::{io::Write as _, os::unix::fs::PermissionsExt as _};

use alloy_primitives::{Address, B256, hex, keccak256};
use anyhow::{Context, Result};
use eth_rpc::key::SecretKey;
use op_util::file::replace_with;

use crate::accounts;
use crate::home::{self, Home};

/// Names of the files that a devnet made, with the hashes of what it wrote.
const MADE: &str = "made.json";

/// Writes the keys of batcher, proposer, challenger and sequencer. A file that is there already is left
/// alone, so that an operator can bring keys of a deployment of their own.
pub(crate) fn write_roles(home: &Home, signers: [Address; 4]) -> Result<()> {
    for (role, address) in ["batcher", "proposer", "challenger", "sequencer"].iter().zip(signers) {
        let path = home.keys().join(format!("{role}.key"));
        if path.exists() {
            continue;
        }
        let key = accounts::key_of(address).with_context(|| {
            format!(
                "the deployment's {role} is {address}, none of anvil's accounts: put its key into {}",
                path.display()
            )
        })?;
        write(&path, &key.to_hex())?;
    }
    Ok(())
}

/// The P2P identity of an op-node or an engine, made when it is not there.
pub(crate) fn p2p_identity(home: &Home, node: &str) -> Result<SecretKey> {
    let path = home.keys().join(format!("p2p-{node}.key"));
    if !path.exists() {
        // Any 32 random bytes are a key but for a chance of 2^-128.
        write(&path, &hex::encode(B256::random()))?;
    }
    SecretKey::from_file(&path).with_context(|| format!("{} is not a key", path.display()))
}

/// The secret that an engine and its op-node share, made when it is not there.
pub(crate) fn jwt_secret(home: &Home, engine: &str) -> Result<()> {
    let path = home.keys().join(format!("{engine}.jwt"));
    if path.exists() { Ok(()) } else { write(&path, &hex::encode(B256::random())) }
}

/// Writes a key that only its owner can read, and remembers that a devnet made it.
///
/// In this order: where only the key was written, it counts as the operator's, and stays.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    let only_owner = Some(Permissions::from_mode(0o600));
    replace_with(path, only_owner, |file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write {}", path.display()))?;
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
    let mut made = made(folder)?;
    made.insert(name.to_string_lossy().into_owned(), keccak256(text));
    home::write(&folder.join(MADE), &serde_json::to_vec_pretty(&made)?)
}

/// The names in a folder of keys that its operator put there.
pub(crate) fn brought(folder: &Path) -> Result<Vec<String>> {
    let made = made(folder)?;
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let is_ours = |name: &String| {
        name == MADE
            || name.strip_prefix('.').and_then(|rest| rest.strip_suffix(".new")).is_some()
            || made.get(name).is_some_and(|hash| {
                // One that was put in the place of ours is not ours.
                fs::read(folder.join(name)).is_ok_and(|content| keccak256(content) == *hash)
            })
    };
    names.filter(|name| !name.as_ref().is_ok_and(is_ours)).collect()
}

/// The keys in a folder that a devnet made.
pub(crate) fn made_here(folder: &Path) -> Result<Vec<PathBuf>> {
    let brought = brought(folder)?;
    let names = made(folder)?.into_keys().filter(|name| !brought.contains(name));
    Ok(names.map(|name| folder.join(name)).filter(|path| path.exists()).collect())
}

/// Removes what a devnet made, and the folder if nothing else is in it.
pub(crate) fn remove_made(folder: &Path) -> Result<()> {
    let removed = match brought(folder)? {
        brought if brought.is_empty() => match fs::remove_dir_all(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        },
        brought => made(folder)?
            .keys()
            .filter(|name| !brought.contains(name))
            .map(|name| folder.join(name))
            .filter(|path| path.exists())
            .chain([folder.join(MADE)].into_iter().filter(|path| path.exists()))
            .try_for_each(fs::remove_file),
    };
    removed.with_context(|| format!("cannot remove what is in {}", folder.display()))
}

fn made(folder: &Path) -> Result<BTreeMap<String, B256>> {
    let path = folder.join(MADE);
    match fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        text => text
            .map_err(anyhow::Error::from)
            .and_then(|text| Ok(serde_json::from_slice(&text)?))
            .with_context(|| format!("cannot read {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_operator_brought_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("keys");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("batcher.key"), "brought").unwrap();
        for name in ["proposer.key", "p2p-sequencer-node.key", "challenger.key"] {
            write(&folder.join(name), "made").unwrap();
        }
        fs::write(folder.join("challenger.key"), "put in the place of ours").unwrap();
        remove_made(&folder).unwrap();
        let mut left: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["batcher.key", "challenger.key"]);
        remove_made(&folder).unwrap();
        assert_eq!(brought(&folder).unwrap().len(), 2);
    }

    #[test]
    fn a_folder_of_ours_alone_goes_as_a_whole() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("keys");
        fs::create_dir(&folder).unwrap();
        write(&folder.join("proposer.key"), "made").unwrap();
        remove_made(&folder).unwrap();
        assert!(!folder.exists());
        remove_made(&folder).unwrap();
    }
}
