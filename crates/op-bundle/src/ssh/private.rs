//! A private key in OpenSSH's own format, without a passphrase.

use std::{fmt, io, path::Path};

use op_util::file;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use zeroize::Zeroizing;

use super::{
    ALGORITHM, PublicKey, Signature, armour,
    wire::{Reader, put},
};

const NAME: &str = "OPENSSH PRIVATE KEY";
const MAGIC: &[u8] = b"openssh-key-v1\0";
/// A key file has some 400 bytes.
const MAX_FILE: u64 = 16 << 10;

/// A key that signs bundles.
pub struct PrivateKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

/// Why there is no key. What the file holds is never shown.
#[derive(Debug, thiserror::Error)]
pub enum PrivateKeyError {
    /// It is not there, or cannot be read.
    #[error("the signing key {path} cannot be read: {source}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A passphrase protects it.
    #[error(
        "the signing key {0} has a passphrase: leave --key away, and sign with ssh-keygen -Y sign as the command \
         says, which asks for it or for the agent"
    )]
    Encrypted(String),
    /// RSA, ECDSA, or no key.
    #[error(
        "{0} is no private key of OpenSSH's format and type ed25519: op-warden bundle key --out FILE makes one, \
         or ssh-keygen -t ed25519 -f FILE -N ''"
    )]
    Format(String),
    /// The system gives no randomness, or takes no key.
    #[error("no key could be made")]
    Make,
}

impl PrivateKey {
    /// A new key, and the file that OpenSSH and [`PrivateKey::from_file`] read it from.
    pub fn generate(comment: &str) -> Result<(Self, Zeroizing<String>), PrivateKeyError> {
        let random = ring::rand::SystemRandom::new();
        let mut seed = Zeroizing::new([0; 32]);
        ring::rand::SecureRandom::fill(&random, seed.as_mut())
            .map_err(|_| PrivateKeyError::Make)?;
        let key = Self::of_seed(&seed).ok_or(PrivateKeyError::Make)?;
        let file = file_of(&seed, &key.public, comment);
        Ok((key, file))
    }

    /// Reads a key file.
    pub fn from_file(path: &Path) -> Result<Self, PrivateKeyError> {
        let shown = || path.display().to_string();
        let bytes = file::read(path, MAX_FILE)
            .map_err(|source| PrivateKeyError::Read { path: shown(), source })?;
        let bytes = Zeroizing::new(bytes);
        let text = std::str::from_utf8(&bytes).map_err(|_| PrivateKeyError::Format(shown()))?;
        let content = armour::unwrap(NAME, text).ok_or_else(|| PrivateKeyError::Format(shown()))?;
        if is_encrypted(&content) {
            return Err(PrivateKeyError::Encrypted(shown()));
        }
        seed(&content)
            .and_then(|(seed, public)| Self::of_seed(&seed).filter(|key| key.public == public))
            .ok_or_else(|| PrivateKeyError::Format(shown()))
    }

    fn of_seed(seed: &[u8; 32]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
        let public = PublicKey(pair.public_key().as_ref().try_into().ok()?);
        Some(Self { pair, public })
    }

    /// Its public half.
    #[must_use]
    pub const fn public(&self) -> PublicKey {
        self.public
    }

    /// Signs a message for a purpose.
    #[must_use]
    pub fn sign(&self, namespace: &str, message: &[u8]) -> Signature {
        Signature::make(self.public, namespace, message, |signed| {
            // ed25519 has 64 bytes.
            self.pair.sign(signed).as_ref().try_into().unwrap_or([0; 64])
        })
    }
}

/// Nothing of a key is shown but its public half.
impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("PrivateKey").field(&self.public).finish()
    }
}

fn is_encrypted(content: &[u8]) -> bool {
    let mut reader = Reader(content);
    reader.take(MAGIC.len()) == Some(MAGIC)
        && reader.string().is_some_and(|cipher| cipher != b"none")
}

fn seed(content: &[u8]) -> Option<(Zeroizing<[u8; 32]>, PublicKey)> {
    let mut reader = Reader(content);
    (reader.take(MAGIC.len())? == MAGIC).then_some(())?;
    reader.is("none")?;
    reader.is("none")?;
    reader.is("")?;
    (reader.number()? == 1).then_some(())?;
    let public = PublicKey::of_blob(reader.string()?)?;
    let mut inner = Reader(reader.string()?);
    reader.end()?;
    (inner.number()? == inner.number()?).then_some(())?;
    inner.is(ALGORITHM)?;
    (inner.string()? == public.0).then_some(())?;
    let secret: &[u8; 64] = inner.string()?.try_into().ok()?;
    let mut seed = Zeroizing::new([0; 32]);
    seed.copy_from_slice(&secret[..32]);
    Some((seed, public))
}

fn file_of(seed: &[u8; 32], public: &PublicKey, comment: &str) -> Zeroizing<String> {
    // One allocation each, as growing would leave copies.
    let mut secret = Zeroizing::new(Vec::with_capacity(64));
    secret.extend_from_slice(seed);
    secret.extend_from_slice(&public.0);
    let mut inner = Zeroizing::new(Vec::with_capacity(256 + comment.len()));
    // OpenSSH compares the two to see that a passphrase was right: there is none.
    inner.extend_from_slice(&[0; 8]);
    put(&mut inner, ALGORITHM.as_bytes());
    put(&mut inner, &public.0);
    put(&mut inner, &secret);
    put(&mut inner, comment.as_bytes());
    let padding = (8 - inner.len() % 8) % 8;
    inner.extend((1..=8).take(padding));
    let mut content = Zeroizing::new(Vec::with_capacity(512 + comment.len()));
    content.extend_from_slice(MAGIC);
    put(&mut content, b"none");
    put(&mut content, b"none");
    put(&mut content, b"");
    content.extend_from_slice(&1_u32.to_be_bytes());
    put(&mut content, &public.blob());
    put(&mut content, &inner);
    armour::wrap(NAME, &content)
}
