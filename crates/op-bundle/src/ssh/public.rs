//! A public key, as a line of `authorized_keys` has it: `ssh-ed25519 AAAA… comment`.

use std::{fmt, str::FromStr};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use op_util::foreign::clean;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{
    ALGORITHM,
    wire::{Reader, put},
};

/// An ed25519 public key. It is shown as `ssh-ed25519 AAAA…`, without a comment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(pub(super) [u8; 32]);

/// Why a text is no public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// Not shown: it may sign.
    #[error(
        "a private key stands where the public one belongs: give the line of the .pub file beside it"
    )]
    Private,
    /// RSA, ECDSA or a key on a token.
    #[error("it is a key of type {0}: bundles are signed with ssh-ed25519 (ssh-keygen -t ed25519)")]
    Type(String),
    /// Something else.
    #[error("it is no public key: expected is the line of a .pub file, ssh-ed25519 AAAA…")]
    Format,
}

impl PublicKey {
    /// As the SSH protocol sends it.
    pub(super) fn blob(&self) -> Vec<u8> {
        let mut blob = Vec::with_capacity(51);
        put(&mut blob, ALGORITHM.as_bytes());
        put(&mut blob, &self.0);
        blob
    }

    pub(super) fn of_blob(blob: &[u8]) -> Option<Self> {
        let mut reader = Reader(blob);
        reader.is(ALGORITHM)?;
        let key = reader.string()?.try_into().ok()?;
        reader.end()?;
        Some(Self(key))
    }
}

impl FromStr for PublicKey {
    type Err = PublicKeyError;

    fn from_str(text: &str) -> Result<Self, PublicKeyError> {
        if text.contains("PRIVATE KEY") {
            return Err(PublicKeyError::Private);
        }
        let mut words = text.split_ascii_whitespace();
        let (algorithm, blob) = words.next().zip(words.next()).ok_or(PublicKeyError::Format)?;
        if algorithm != ALGORITHM {
            let is_key = ["ssh-", "ecdsa-", "sk-"].iter().any(|begin| algorithm.starts_with(begin));
            return Err(if is_key {
                PublicKeyError::Type(clean(algorithm))
            } else {
                PublicKeyError::Format
            });
        }
        let blob = BASE64_STANDARD.decode(blob).map_err(|_| PublicKeyError::Format)?;
        Self::of_blob(&blob).ok_or(PublicKeyError::Format)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{ALGORITHM} {}", BASE64_STANDARD.encode(self.blob()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
