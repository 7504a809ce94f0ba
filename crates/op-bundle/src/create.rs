//! Makes a bundle of a chain's files.

use std::{fs, io, path::Path};

use alloy_primitives::B256;
use op_chain::bundle::{FileEntry, MANIFEST, Manifest, VERSION};
use op_chain::genesis::GenesisError;
use op_chain::rollup::RollupConfig;
use op_util::{file, time::unix_now};

use crate::about::{About, AboutError};
use crate::rotation::{self, Signed, Statement};
use crate::source::{self, Files, SourceError};
use crate::ssh::{PrivateKey, PublicKey, Signature};
use crate::verify::{VerifyError, genesis_hash};
use crate::{
    ABOUT, GENESIS, GENESIS_UNPACKED, JOIN, L1_CONFIG, NAMESPACE, ROLLUP, SIGNATURE, genesis, join,
    verify,
};

/// What a bundle is made of.
#[derive(Debug)]
pub struct Content {
    /// genesis.json.
    pub genesis: Vec<u8>,
    /// rollup.json.
    pub rollup: Vec<u8>,
    /// The rules of the L1, where op-node does not know it.
    pub l1_config: Option<Vec<u8>>,
    /// What a follower must know beside.
    pub about: About,
    /// Where it will be published.
    pub url: Option<String>,
}

/// Who signs it.
#[derive(Debug)]
pub enum Signer {
    /// This key, here and now.
    Key(PrivateKey),
    /// This one, with ssh-keygen: an agent or a token holds it, or a passphrase protects it.
    Later(PublicKey),
}

/// What an operator says beside.
#[derive(Debug, Default)]
pub struct Wishes {
    /// The serial number in the place of the next one.
    pub serial: Option<u64>,
    /// The genesis block of a chain that was published and is given up.
    pub abandon: Option<B256>,
    /// The key that signed until now, which hands over to the signer.
    pub rotate_from: Option<PrivateKey>,
}

/// What was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// A new bundle.
    New(u64),
    /// What is published already says the same.
    Same(u64),
}

/// Why no bundle is made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// rollup.json cannot be read.
    #[error("rollup.json: {0}")]
    Rollup(serde_json::Error),
    /// genesis.json has no hash.
    #[error("genesis.json: {0}")]
    Genesis(#[from] GenesisError),
    /// What is told of the chain is of another one, or not to be told.
    #[error(transparent)]
    About(#[from] AboutError),
    /// Two files of different chains.
    #[error(
        "{what} is {found} in {name}, {expected} in rollup.json: they are not of one chain, or one was edited"
    )]
    NotOne {
        /// What differs.
        what: &'static str,
        /// What rollup.json has.
        expected: String,
        /// What the other has.
        found: String,
        /// The other.
        name: &'static str,
    },
    /// The folder holds something that is no bundle, or another chain's.
    #[error("{path} holds a bundle of the chain {found}, not of {expected}: choose another folder")]
    Chain {
        /// The folder.
        path: String,
        /// This chain.
        expected: u64,
        /// The bundle's.
        found: u64,
    },
    /// What was published before cannot be read.
    #[error(
        "what was published before, in the same folder: {0}. Move it away if it is none of this chain's"
    )]
    Before(VerifyError),
    /// The chain was made anew.
    #[error(
        "the chain {chain} is locked: its genesis block {old} is published, this one is {new}. Whoever follows it would \
         fork. Give the new chain another id; or, if nobody follows the old one any more, say --abandon-genesis {old}"
    )]
    Locked {
        /// Its id.
        chain: u64,
        /// What is published.
        old: B256,
        /// What was to be published.
        new: B256,
    },
    /// Not higher than the last.
    #[error("serial {given} is not above {last}, which is published: followers refuse it")]
    Serial {
        /// What was asked for.
        given: u64,
        /// What is published.
        last: u64,
    },
    /// Signed by another key until now.
    #[error(
        "bundles of this chain are signed by {0} until now, and followers trust no other key: sign with it, or give it \
         as --rotate-from so that it hands over"
    )]
    Signer(PublicKey),
    /// The old key is not the one that signed.
    #[error("--rotate-from is {given}; the key that signed until now is {expected}")]
    RotateFrom {
        /// Which was given.
        given: PublicKey,
        /// Which it is.
        expected: PublicKey,
    },
    /// Too many.
    #[error(
        "the key changed {0} times already, the most that followers read: use another folder and tell them the key"
    )]
    Rotations(usize),
    /// JSON cannot be written.
    #[error("cannot write JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A file cannot be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
}

impl Signer {
    /// Its public half.
    #[must_use]
    pub const fn public(&self) -> PublicKey {
        match self {
            Self::Key(key) => key.public(),
            Self::Later(key) => *key,
        }
    }
}

/// The bundle that a folder holds already.
struct Before {
    manifest: Manifest,
    /// Who signed it; nobody yet where it waits for ssh-keygen.
    signed_by: Option<PublicKey>,
    statements: Vec<Signed>,
}

/// Writes the bundle into a folder, the manifest after what it names, the signature last.
pub fn create(
    folder: &Path,
    content: &Content,
    signer: &Signer,
    wishes: &Wishes,
) -> Result<Created, CreateError> {
    let (rollup, hash) = check(content)?;
    let before = before(folder)?;
    let serial = serial(folder, before.as_ref(), rollup.l2_chain_id, hash, wishes)?;
    let statements = hand_over(before.as_ref(), signer, wishes, rollup.l2_chain_id, serial)?;
    let files = files(content, signer.public(), &statements)?;
    let mut manifest = Manifest {
        version: VERSION,
        l2_chain_id: rollup.l2_chain_id,
        l2_genesis_hash: hash,
        serial,
        created_at: unix_now(),
        files: files.iter().map(|(name, content)| (name.clone(), FileEntry::of(content))).collect(),
    };
    manifest.files.insert(GENESIS_UNPACKED.to_owned(), FileEntry::of(&content.genesis));
    if let Some(Before { manifest: last, signed_by: Some(key), .. }) = &before
        && *key == signer.public()
        && wishes.serial.is_none()
        && last.files == manifest.files
    {
        return Ok(Created::Same(last.serial));
    }
    write(folder, &files, &manifest, signer)?;
    Ok(Created::New(serial))
}

/// The files are of one chain, and may be told.
fn check(content: &Content) -> Result<(RollupConfig, B256), CreateError> {
    let rollup: RollupConfig =
        serde_json::from_slice(&content.rollup).map_err(CreateError::Rollup)?;
    let about = &content.about;
    about.check()?;
    let hash = genesis_hash(&content.genesis, &rollup)?;
    let compared = [
        (
            "the genesis block",
            rollup.genesis.l2.hash.to_string(),
            hash.to_string(),
            GENESIS_UNPACKED,
        ),
        ("the L2", rollup.l2_chain_id.to_string(), about.l2_chain_id.to_string(), ABOUT),
        ("the L1", rollup.l1_chain_id.to_string(), about.l1_chain_id.to_string(), ABOUT),
    ];
    match compared.into_iter().find(|(_, expected, found, _)| expected != found) {
        Some((what, expected, found, name)) => {
            Err(CreateError::NotOne { what, expected, found, name })
        }
        None => Ok((rollup, hash)),
    }
}

fn before(folder: &Path) -> Result<Option<Before>, CreateError> {
    if !folder.join(MANIFEST).exists() {
        return Ok(None);
    }
    let mut files = Files::new();
    let read = |name: &str| -> Result<Vec<u8>, CreateError> {
        source::read(folder, name, 1 << 20).map_err(|error| CreateError::Before(error.into()))
    };
    let manifest =
        Manifest::from_json(&read(MANIFEST)?).map_err(|error| CreateError::Before(error.into()))?;
    for name in (1..=rotation::count(&manifest)).flat_map(rotation::names) {
        let content = read(&name)?;
        files.insert(name, content);
    }
    let statements = verify::statements(&manifest, &files).map_err(CreateError::Before)?;
    let signed_by = match source::read(folder, SIGNATURE, 1 << 20) {
        Ok(text) => {
            let signature = Signature::parse(&String::from_utf8_lossy(&text))
                .map_err(|error| CreateError::Before(error.into()))?;
            Some(signature.key)
        }
        Err(SourceError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(CreateError::Before(error.into())),
    };
    Ok(Some(Before { manifest, signed_by, statements }))
}

fn serial(
    folder: &Path,
    before: Option<&Before>,
    chain: u64,
    new: B256,
    wishes: &Wishes,
) -> Result<u64, CreateError> {
    let Some(Before { manifest, .. }) = before else {
        return Ok(wishes.serial.unwrap_or(1).max(1));
    };
    if manifest.l2_chain_id != chain {
        let path = folder.display().to_string();
        return Err(CreateError::Chain { path, expected: chain, found: manifest.l2_chain_id });
    }
    let old = manifest.l2_genesis_hash;
    if old != new && wishes.abandon != Some(old) {
        return Err(CreateError::Locked { chain, old, new });
    }
    let last = manifest.serial;
    let given = wishes.serial.unwrap_or_else(|| last.saturating_add(1));
    if given > last { Ok(given) } else { Err(CreateError::Serial { given, last }) }
}

/// The statements that lead to the signer.
fn hand_over(
    before: Option<&Before>,
    signer: &Signer,
    wishes: &Wishes,
    l2_chain_id: u64,
    serial: u64,
) -> Result<Vec<Signed>, CreateError> {
    let mut statements = before.map(|before| before.statements.clone()).unwrap_or_default();
    let Some(last) = before.and_then(|before| before.signed_by) else { return Ok(statements) };
    let to = signer.public();
    match &wishes.rotate_from {
        Some(old) if old.public() != last => {
            Err(CreateError::RotateFrom { given: old.public(), expected: last })
        }
        Some(_) if statements.len() >= rotation::MOST => {
            Err(CreateError::Rotations(rotation::MOST))
        }
        Some(old) if last != to => {
            statements.push(Statement { l2_chain_id, serial, from: last, to }.sign(old));
            Ok(statements)
        }
        None if last != to => Err(CreateError::Signer(last)),
        _ => Ok(statements),
    }
}

fn files(content: &Content, key: PublicKey, statements: &[Signed]) -> Result<Files, CreateError> {
    let mut files = Files::from([
        (GENESIS.to_owned(), genesis::pack(&content.genesis)),
        (ROLLUP.to_owned(), content.rollup.clone()),
        (ABOUT.to_owned(), serde_json::to_vec_pretty(&content.about)?),
    ]);
    if let Some(config) = &content.l1_config {
        files.insert(L1_CONFIG.to_owned(), config.clone());
    }
    let join = join::Join::of(&content.about, key, content.url.as_deref());
    let [text, json] = JOIN;
    files.insert(text.to_owned(), join.to_string().into_bytes());
    files.insert(json.to_owned(), serde_json::to_vec_pretty(&join)?);
    for (number, statement) in (1..).zip(statements) {
        files.extend(statement.files(number));
    }
    Ok(files)
}

fn write(
    folder: &Path,
    files: &Files,
    manifest: &Manifest,
    signer: &Signer,
) -> Result<(), CreateError> {
    let failed = |path: &Path| {
        let path = path.display().to_string();
        |source| CreateError::Write { path, source }
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let put = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        file::replace(&path, content).map_err(failed(&path))
    };
    for (name, content) in files {
        put(name, content)?;
    }
    let text = serde_json::to_vec_pretty(manifest)?;
    put(MANIFEST, &text)?;
    match signer {
        Signer::Key(key) => put(SIGNATURE, key.sign(NAMESPACE, &text).to_text().as_bytes()),
        // The one of the last bundle would not fit.
        Signer::Later(_) => match fs::remove_file(folder.join(SIGNATURE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failed(&folder.join(SIGNATURE))(error))
            }
            _ => Ok(()),
        },
    }
}
