//! The manifest of a chain's published files: what an operator gives to those who follow the chain.

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use alloy_primitives::B256;
use op_util::file;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The manifest's name in the bundle's folder.
pub const MANIFEST: &str = "manifest.json";
/// The version of the format that this program knows.
pub const VERSION: u64 = 1;
/// A manifest has a few hundred bytes; more than this is none.
const MAX_MANIFEST: u64 = 1 << 20;

/// What a bundle holds, by hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Version of the format: [`VERSION`].
    pub version: u64,
    /// Chain id of the L2.
    pub l2_chain_id: u64,
    /// Hash of its genesis block.
    pub l2_genesis_hash: B256,
    /// Which publication of the chain it is: each has a higher number than the one before. 0 has none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub serial: u64,
    /// When the bundle was made, seconds since the Unix epoch.
    pub created_at: u64,
    /// The files by name.
    pub files: BTreeMap<String, FileEntry>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A file of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// SHA-256 of its content, 64 hex digits.
    #[serde(with = "digits")]
    pub sha256: B256,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Why there is no manifest.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It is not there, or cannot be read.
    #[error("it cannot be read: {0}")]
    Read(#[from] io::Error),
    /// Not JSON, or a field is missing.
    #[error("it is not a bundle's manifest: {0}")]
    Format(#[from] serde_json::Error),
    /// Of a later format.
    #[error("it is of version {0}, this program knows version {VERSION}")]
    Version(u64),
}

impl Manifest {
    /// The path of a bundle's manifest: the path itself, or the manifest in that folder.
    #[must_use]
    pub fn path(bundle: &Path) -> PathBuf {
        if bundle.is_dir() { bundle.join(MANIFEST) } else { bundle.to_owned() }
    }

    /// Reads a manifest.
    pub fn from_file(path: &Path) -> Result<Self, BundleError> {
        let mut text = Vec::new();
        file::open(path)?.take(MAX_MANIFEST).read_to_end(&mut text)?;
        Self::from_json(&text)
    }

    /// Reads a manifest's text.
    pub fn from_json(text: &[u8]) -> Result<Self, BundleError> {
        #[derive(Deserialize)]
        struct Version {
            version: u64,
        }
        // First, as a later format may have other fields.
        let Version { version } = serde_json::from_slice(text)?;
        if version != VERSION {
            return Err(BundleError::Version(version));
        }
        Ok(serde_json::from_slice(text)?)
    }
}

impl FileEntry {
    /// The entry of a content.
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        Self { sha256: B256::from_slice(&Sha256::digest(content)), bytes: content.len() as u64 }
    }

    /// The entry of a file as it is now.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        let mut hash = Sha256::new();
        let bytes = io::copy(&mut file::open(path)?, &mut hash)?;
        Ok(Self { sha256: B256::from_slice(&hash.finalize()), bytes })
    }
}

/// A hash as `sha256sum` writes it.
mod digits {
    use alloy_primitives::{B256, hex};
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(hash: &B256, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(hash))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(text: D) -> Result<B256, D::Error> {
        let text = String::deserialize(text)?;
        let error =
            || de::Error::invalid_value(de::Unexpected::Str(&text), &"64 hex digits of a SHA-256");
        if text.len() != 64 {
            return Err(error());
        }
        text.parse().map_err(|_| error())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn manifest() -> Value {
        json!({
            "version": 1, "l2ChainId": 901, "l2GenesisHash": format!("0x{}", "11".repeat(32)),
            "serial": 7, "createdAt": 1_781_926_452_u64,
            "files": {"genesis.json": {"sha256": "ab".repeat(32), "bytes": 3}}
        })
    }

    #[test]
    fn a_manifest_survives_a_round_trip() {
        let read = Manifest::from_json(manifest().to_string().as_bytes()).unwrap();
        assert_eq!(read.files["genesis.json"].sha256, B256::repeat_byte(0xab));
        assert_eq!(serde_json::to_value(&read).unwrap(), manifest());
    }

    #[test]
    fn what_is_no_manifest_is_an_error() {
        for field in ["version", "l2ChainId", "l2GenesisHash", "createdAt", "files"] {
            let mut without = manifest();
            without.as_object_mut().unwrap().remove(field);
            let error = Manifest::from_json(without.to_string().as_bytes()).unwrap_err();
            assert!(matches!(error, BundleError::Format(_)), "{field}: {error}");
        }
        for digest in ["", "ab", &format!("0x{}", "a".repeat(62)), &"g".repeat(64)] {
            let mut wrong = manifest();
            wrong["files"]["genesis.json"]["sha256"] = json!(digest);
            assert!(Manifest::from_json(wrong.to_string().as_bytes()).is_err(), "{digest}");
        }
        let later = Manifest::from_json(br#"{"version": 2}"#).unwrap_err();
        assert!(matches!(later, BundleError::Version(2)), "{later}");
    }

    #[test]
    fn an_entry_is_of_the_whole_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, "abc").unwrap();
        let entry = FileEntry::of_file(&path).unwrap();
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((entry.sha256, entry.bytes), (expected.parse().unwrap(), 3));
        assert!(FileEntry::of_file(folder.path()).is_err());
        assert_eq!(Manifest::path(folder.path()), folder.path().join(MANIFEST));
        assert_eq!(Manifest::path(&path), path);
    }
}
