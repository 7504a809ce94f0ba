//! A signature beside its message, as `ssh-keygen -Y sign` writes it.

use ring::signature::{ED25519, UnparsedPublicKey};
use sha2::{Digest as _, Sha512};

use super::{
    ALGORITHM, PublicKey, armour,
    wire::{Reader, put},
};

const NAME: &str = "SSH SIGNATURE";
const MAGIC: &[u8] = b"SSHSIG";
const HASH: &str = "sha512";

/// A signature, and whose it says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The key that it says it is of.
    pub key: PublicKey,
    namespace: String,
    bytes: [u8; 64],
}

/// Why a signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Another format, key type or hash, or a byte was changed.
    #[error("it is no signature as ssh-keygen -Y sign makes it with a key of type ed25519")]
    Format,
    /// Signed for something else.
    #[error("it was made for another purpose ({found:?}, not {expected:?})")]
    Namespace {
        /// What it must be for.
        expected: String,
        /// What it is for.
        found: String,
    },
    /// The message was changed, or the signature.
    #[error("it does not fit the content: one of the two was changed")]
    Wrong,
}

impl Signature {
    pub(super) fn make(
        key: PublicKey,
        namespace: &str,
        message: &[u8],
        sign: impl FnOnce(&[u8]) -> [u8; 64],
    ) -> Self {
        let bytes = sign(&signed(namespace, message));
        Self { key, namespace: namespace.to_owned(), bytes }
    }

    /// Reads a signature file. Nothing is known of the message yet.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let bytes = armour::unwrap(NAME, text).ok_or(SignatureError::Format)?;
        let signature = parse(&bytes).ok_or(SignatureError::Format)?;
        // Another way to write the same is another file.
        if signature.to_text() == text { Ok(signature) } else { Err(SignatureError::Format) }
    }

    /// Whether its key has signed this message for this purpose.
    pub fn verify(&self, namespace: &str, message: &[u8]) -> Result<(), SignatureError> {
        if self.namespace != namespace {
            let (expected, found) = (namespace.to_owned(), self.namespace.clone());
            return Err(SignatureError::Namespace { expected, found });
        }
        UnparsedPublicKey::new(&ED25519, self.key.0)
            .verify(&signed(namespace, message), &self.bytes)
            .map_err(|_| SignatureError::Wrong)
    }

    /// The file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut signature = Vec::new();
        put(&mut signature, ALGORITHM.as_bytes());
        put(&mut signature, &self.bytes);
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&1_u32.to_be_bytes());
        for string in
            [&self.key.blob(), self.namespace.as_bytes(), b"", HASH.as_bytes(), &signature]
        {
            put(&mut bytes, string);
        }
        armour::wrap(NAME, &bytes).to_string()
    }
}

fn parse(bytes: &[u8]) -> Option<Signature> {
    let mut reader = Reader(bytes);
    (reader.take(MAGIC.len())? == MAGIC).then_some(())?;
    (reader.number()? == 1).then_some(())?;
    let key = PublicKey::of_blob(reader.string()?)?;
    let namespace = std::str::from_utf8(reader.string()?).ok()?.to_owned();
    reader.is("")?;
    reader.is(HASH)?;
    let mut inner = Reader(reader.string()?);
    reader.end()?;
    inner.is(ALGORITHM)?;
    let bytes = inner.string()?.try_into().ok()?;
    inner.end()?;
    Some(Signature { key, namespace, bytes })
}

/// What the key signs.
fn signed(namespace: &str, message: &[u8]) -> Vec<u8> {
    let mut signed = MAGIC.to_vec();
    for string in [namespace.as_bytes(), b"", HASH.as_bytes(), &Sha512::digest(message)] {
        put(&mut signed, string);
    }
    signed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssh::PrivateKey;

    #[test]
    fn another_message_purpose_or_key_does_not_pass() {
        let (key, other) =
            (PrivateKey::generate("").unwrap().0, PrivateKey::generate("").unwrap().0);
        let signature = key.sign("a", b"message");
        signature.verify("a", b"message").unwrap();
        assert_eq!(signature.verify("a", b"massage"), Err(SignatureError::Wrong));
        assert!(matches!(signature.verify("b", b"message"), Err(SignatureError::Namespace { .. })));
        let claimed = Signature { key: other.public(), ..signature };
        assert_eq!(claimed.verify("a", b"message"), Err(SignatureError::Wrong));
    }

    #[test]
    fn no_byte_of_a_signature_can_change() {
        let signature = PrivateKey::generate("").unwrap().0.sign("a", b"message");
        let text = signature.to_text();
        assert_eq!(Signature::parse(&text).unwrap(), signature);
        for place in 0..text.len() {
            for bit in 0..7 {
                let mut changed = text.clone().into_bytes();
                changed[place] ^= 1 << bit;
                let changed = String::from_utf8(changed).unwrap();
                // Whose key it is, is compared by who asks.
                let holds = Signature::parse(&changed).is_ok_and(|read| {
                    read.key == signature.key && read.verify("a", b"message").is_ok()
                });
                assert!(!holds, "byte {place}, bit {bit}");
            }
        }
        for form in [text.replace('\n', "\r\n"), format!("{text}\n"), text.trim().to_owned()] {
            assert_eq!(Signature::parse(&form), Err(SignatureError::Format));
        }
    }
}
