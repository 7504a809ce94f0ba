//! Everything of a bundle proven, or why not.

use alloy_primitives::B256;
use op_chain::bundle::{BundleError, FileEntry, MANIFEST, Manifest};
use op_chain::genesis::{Fallback, GenesisBlock, GenesisError};
use op_chain::rollup::RollupConfig;

use crate::about::{About, AboutError};
use crate::rotation::{self, RotationError, Signed};
use crate::source::{Files, Source, SourceError};
use crate::ssh::{PublicKey, Signature, SignatureError};
use crate::{ABOUT, GENESIS, GENESIS_UNPACKED, NAMESPACE, ROLLUP, SIGNATURE, genesis};

/// A manifest that a trusted key has signed.
#[derive(Debug)]
pub struct Head {
    /// What is signed.
    pub manifest: Manifest,
    /// The key that signed, which the trusted one is or leads to.
    pub signed_by: PublicKey,
}

/// A bundle whose every byte is proven.
#[derive(Debug)]
pub struct Verified {
    /// What is signed, and by whom.
    pub head: Head,
    /// The key that was trusted before.
    pub trusted: PublicKey,
    /// What a follower must know.
    pub about: About,
    /// The chain's rules.
    pub rollup: RollupConfig,
    /// All files by name, genesis.json unpacked beside the packed one.
    pub files: Files,
}

/// Why a bundle is not to be used.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A file could not be had.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// No manifest.
    #[error("{MANIFEST}: {0}")]
    Manifest(#[from] BundleError),
    /// Not as signed.
    #[error("the signature of {MANIFEST}: {0}")]
    Signature(#[from] SignatureError),
    /// Signed by somebody else.
    #[error(transparent)]
    Rotation(#[from] RotationError),
    /// A file that must be there is not named.
    #[error(
        "the bundle has no {0}: it was not made by op-warden bundle create, or by another release"
    )]
    Absent(&'static str),
    /// A file was changed, or is of another publication.
    #[error(
        "{name} is not the one that is signed: expected sha256 {:x}, {} bytes; found sha256 {:x}, {} bytes. Fetch the \
         bundle again; if it stays so, tell the chain's operator",
        expected.sha256, expected.bytes, found.sha256, found.bytes
    )]
    Changed {
        /// Which.
        name: String,
        /// What is signed.
        expected: FileEntry,
        /// What is there.
        found: FileEntry,
    },
    /// Not unpacked to what is signed.
    #[error("{GENESIS} does not hold the genesis.json that is signed")]
    Packed,
    /// A file that cannot be read.
    #[error("{name}: {source}")]
    Json {
        /// Which.
        name: &'static str,
        /// Why.
        source: serde_json::Error,
    },
    /// A genesis without a hash.
    #[error("{GENESIS_UNPACKED}: {0}")]
    Genesis(#[from] GenesisError),
    /// A field that must not be passed on.
    #[error(transparent)]
    About(#[from] AboutError),
    /// Files of different chains.
    #[error(
        "the bundle is not of one chain: {what} is {expected} in {MANIFEST}, {found} in {name}. Its operator has to \
         make it again"
    )]
    NotOne {
        /// What differs.
        what: &'static str,
        /// What is signed.
        expected: String,
        /// What the file has.
        found: String,
        /// Which file.
        name: &'static str,
    },
}

impl VerifyError {
    /// Whether the next attempt may find something else: nothing was proven wrong.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Source(error) if error.is_passing())
    }
}

/// Reads a bundle and proves it whole, for who trusts this key.
pub async fn verify(source: &Source, trusted: PublicKey) -> Result<Verified, VerifyError> {
    let mut files = source.head().await?;
    let head = self::head(&files, trusted)?;
    source.rest(&head.manifest, &mut files).await?;
    content(head, trusted, files)
}

/// Who signed a manifest, if it is somebody that the trusted key is, or leads to.
pub fn head(files: &Files, trusted: PublicKey) -> Result<Head, VerifyError> {
    let text = files.get(MANIFEST).ok_or(VerifyError::Absent(MANIFEST))?;
    let signature = files.get(SIGNATURE).ok_or(VerifyError::Absent(SIGNATURE))?;
    let manifest = Manifest::from_json(text)?;
    let signature = std::str::from_utf8(signature).map_err(|_| SignatureError::Format)?;
    let signature = Signature::parse(signature)?;
    let expected = rotation::current(trusted, &statements(&manifest, files)?, manifest.serial);
    if signature.key != expected {
        return Err(RotationError::NotTrusted { expected, found: signature.key }.into());
    }
    signature.verify(NAMESPACE, text)?;
    Ok(Head { manifest, signed_by: expected })
}

/// The statements of a bundle's head, each proven.
pub fn statements(manifest: &Manifest, files: &Files) -> Result<Vec<Signed>, VerifyError> {
    let content = |name: &str| files.get(name).map(Vec::as_slice).unwrap_or_default();
    let read = |number| {
        let [text, signature] = rotation::names(number);
        Signed::read(&text, manifest.l2_chain_id, content(&text), content(&signature))
    };
    (1..=rotation::count(manifest)).map(|number| Ok(read(number)?)).collect()
}

fn content(head: Head, trusted: PublicKey, mut files: Files) -> Result<Verified, VerifyError> {
    let manifest = &head.manifest;
    for name in [GENESIS, GENESIS_UNPACKED, ROLLUP, ABOUT] {
        if !manifest.files.contains_key(name) {
            return Err(VerifyError::Absent(name));
        }
    }
    // First, so that nothing is unpacked that was not signed.
    for (name, expected) in manifest.files.iter().filter(|(name, _)| *name != GENESIS_UNPACKED) {
        same(name, *expected, files.get(name).map(Vec::as_slice).unwrap_or_default())?;
    }
    let expected = manifest.files[GENESIS_UNPACKED];
    let unpacked = genesis::unpack(&files[GENESIS], expected.bytes).ok_or(VerifyError::Packed)?;
    same(GENESIS_UNPACKED, expected, &unpacked)?;
    let rollup: RollupConfig = serde_json::from_slice(&files[ROLLUP])
        .map_err(|source| VerifyError::Json { name: ROLLUP, source })?;
    let about: About = serde_json::from_slice(&files[ABOUT])
        .map_err(|source| VerifyError::Json { name: ABOUT, source })?;
    about.check()?;
    one_chain(manifest, &rollup, &about, genesis_hash(&unpacked, &rollup)?)?;
    files.insert(GENESIS_UNPACKED.to_owned(), unpacked);
    Ok(Verified { head, trusted, about, rollup, files })
}

fn same(name: &str, expected: FileEntry, content: &[u8]) -> Result<(), VerifyError> {
    let found = FileEntry::of(content);
    if found == expected {
        return Ok(());
    }
    Err(VerifyError::Changed { name: name.to_owned(), expected, found })
}

/// The hash of the genesis block.
pub(crate) fn genesis_hash(genesis: &[u8], rollup: &RollupConfig) -> Result<B256, GenesisError> {
    let fallback = Fallback { chain_id: rollup.l2_chain_id, forks: rollup.forks.clone() };
    GenesisBlock::from_json(genesis, Some(&fallback)).map(|block| block.hash)
}

/// Everything is of the chain that the manifest names.
fn one_chain(
    manifest: &Manifest,
    rollup: &RollupConfig,
    about: &About,
    genesis: B256,
) -> Result<(), VerifyError> {
    let (chain, hash) = (manifest.l2_chain_id, manifest.l2_genesis_hash);
    let compared = [
        ("the genesis block", hash.to_string(), genesis.to_string(), GENESIS_UNPACKED),
        ("the genesis block", hash.to_string(), rollup.genesis.l2.hash.to_string(), ROLLUP),
        ("the chain id", chain.to_string(), rollup.l2_chain_id.to_string(), ROLLUP),
        ("the chain id", chain.to_string(), about.l2_chain_id.to_string(), ABOUT),
        ("the L1", rollup.l1_chain_id.to_string(), about.l1_chain_id.to_string(), ABOUT),
    ];
    compared
        .into_iter()
        .find(|(_, expected, found, _)| expected != found)
        .map_or(Ok(()), |(what, expected, found, name)| {
            Err(VerifyError::NotOne { what, expected, found, name })
        })
}
