//! Secret keys of the chain's roles: read from files, never shown.

mod given;
mod kind;

use std::{fmt, io::ErrorKind, path::Path};

use alloy_primitives::{Address, B256, Signature, hex};
use k256::{
    ecdsa::SigningKey,
    elliptic_curve::rand_core::{OsRng, RngCore as _},
};
use op_exec::secret::{self, SecretError};
use zeroize::Zeroizing;

pub use self::given::is_key_itself;

/// A secp256k1 secret key. Zeroed when dropped; `Debug` shows the address only.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

/// A hash could not be signed.
#[derive(Debug, thiserror::Error)]
#[error("the key does not sign: {0}")]
pub struct SignError(#[from] k256::ecdsa::Error);

/// Why a key file holds no key. Never contains a part of the file.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file does not exist.
    #[error("there is no such file")]
    Missing,
    /// There is no such file, and what is given as its path is a key.
    #[error(
        "expected the path of a file, found a key, which other users and the shell's history may have seen. Write \
         another key into a file and give its path; use this one for nothing of worth"
    )]
    Given,
    /// The file could not be read.
    #[error("it cannot be read: {0}")]
    Unreadable(std::io::Error),
    /// Not 32 bytes in hex.
    #[error("it does not hold 32 bytes in hex")]
    NotHex,
    /// Something else that people keep keys in.
    #[error("it holds {0}, not 32 bytes in hex")]
    Other(&'static str),
    /// Zero, or not below the order of the curve.
    #[error("it is zero or not below the order of secp256k1")]
    OutOfRange,
}

impl SecretKey {
    /// Makes a key from the operating system's randomness.
    pub fn generate() -> std::io::Result<Self> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        loop {
            OsRng.try_fill_bytes(bytes.as_mut_slice())?;
            // Not below the order of the curve once in 2^128 times.
            if let Ok(key) = Self::from_bytes(&bytes) {
                return Ok(key);
            }
        }
    }

    /// Reads a key file: 64 hex digits, `0x` and surrounding white space allowed. A path that is a key itself
    /// is shown in no message from then on.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let is_key = is_key_itself(path);
        let line = secret::line(path).map(Zeroizing::new).map_err(|error| match error {
            SecretError::Read(error) if is_missing(&error) && is_key => KeyError::Given,
            SecretError::Read(error) if error.kind() == ErrorKind::NotFound => KeyError::Missing,
            SecretError::Read(error) => KeyError::Unreadable(error),
            SecretError::Empty | SecretError::Content => KeyError::NotHex,
        });
        let key = line.and_then(|line| Self::from_hex(line.as_bytes()));
        if !matches!(key, Err(KeyError::NotHex)) {
            return key;
        }
        let text = secret::text(path).map(Zeroizing::new);
        Err(text.ok().and_then(|text| kind::of(&text)).map_or(KeyError::NotHex, KeyError::Other))
    }

    /// Parses 64 hex digits, `0x` allowed (`0X` is not: the official programs refuse it).
    pub fn from_hex(text: &[u8]) -> Result<Self, KeyError> {
        let digits = text.strip_prefix(b"0x").unwrap_or(text);
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(KeyError::NotHex);
        }
        let mut bytes = Zeroizing::new([0_u8; 32]);
        hex::decode_to_slice(digits, bytes.as_mut_slice()).map_err(|_| KeyError::NotHex)?;
        Self::from_bytes(&bytes)
    }

    /// Takes the 32 bytes of a key.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        SigningKey::from_bytes(bytes.into()).map(Self).map_err(|_| KeyError::OutOfRange)
    }

    /// The Ethereum address of the key.
    #[must_use]
    pub fn address(&self) -> Address {
        Address::from_private_key(&self.0)
    }

    /// Signs a hash (RFC 6979, low s).
    pub fn sign(&self, hash: B256) -> Result<Signature, SignError> {
        Ok(self.0.sign_prehash_recoverable(hash.as_slice())?.into())
    }

    /// The libp2p peer id of the key: what follows `/p2p/` in a multiaddr.
    ///
    /// Base58 of the identity multihash of the protobuf-encoded public key
    /// (libp2p specs, `peer-ids/peer-ids.md`).
    #[must_use]
    pub fn peer_id(&self) -> String {
        /// Identity multihash of 37 bytes: key type 2 (secp256k1), then 33 bytes of key.
        const PREFIX: [u8; 6] = [0x00, 0x25, 0x08, 0x02, 0x12, 0x21];
        let public = self.0.verifying_key().to_encoded_point(true);
        bs58::encode([&PREFIX, public.as_bytes()].concat()).into_string()
    }

    /// The devp2p id of the key: the 64 bytes of the public key, what follows `enode://`.
    #[must_use]
    pub fn enode_id(&self) -> String {
        let public = self.0.verifying_key().to_encoded_point(false);
        hex::encode(&public.as_bytes()[1..])
    }

    /// The key as a devp2p node on loopback.
    #[must_use]
    pub fn enode(&self, port: u16) -> String {
        format!("enode://{}@127.0.0.1:{port}", self.enode_id())
    }

    /// The key in hex without `0x`, for a program that takes nothing else.
    #[must_use]
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(Zeroizing::new(self.0.to_bytes())))
    }
}

/// A text may be too long for the name of a file.
fn is_missing(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidFilename)
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SecretKey({})", self.address())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::address;

    /// Account 0 of Foundry's published test mnemonic.
    const PUBLISHED: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    #[test]
    fn address_of_a_published_key() {
        let key = SecretKey::from_hex(PUBLISHED.as_bytes()).unwrap();
        assert_eq!(key.address(), address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
        assert_eq!(*key.to_hex(), PUBLISHED);
    }

    /// The secp256k1 vector of the libp2p specification (`peer-ids/peer-ids.md`). Its public key is
    /// `037777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99`; peer id and enode were
    /// made from it with curve arithmetic and Base58 written out in Python.
    #[test]
    fn peer_id_and_enode_of_the_libp2p_vector() {
        let key = SecretKey::from_hex(
            b"53dadf1d5a164d6b4acdb15e24aa4c5b1d3461bdbd42abedb0a4404d56ced8fb",
        )
        .unwrap();
        assert_eq!(key.peer_id(), "16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY");
        assert_eq!(
            key.enode(30303),
            "enode://7777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca991b41b30efa52b659e9db235c31f9975578a17e2b356a6b84837b5b45c555cfb1@127.0.0.1:30303"
        );
    }

    #[test]
    fn fresh_keys_differ() {
        let (one, other) = (SecretKey::generate().unwrap(), SecretKey::generate().unwrap());
        assert_ne!(one.address(), other.address());
        assert_ne!(*one.to_hex(), *other.to_hex());
    }

    #[test]
    fn debug_shows_no_secret() {
        let key = SecretKey::from_hex(PUBLISHED.as_bytes()).unwrap();
        assert!(!format!("{key:?}").contains(&PUBLISHED[..8]));
    }

    #[test]
    fn files_with_white_space_and_prefix_are_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!(" 0x{PUBLISHED}\n")).unwrap();
        assert!(SecretKey::from_file(file.path()).is_ok());
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
        for (text, expected) in [
            ("", "NotHex"),
            (&PUBLISHED[1..], "NotHex"),
            (&format!("{PUBLISHED}00"), "NotHex"),
            (&"0".repeat(64), "OutOfRange"),
            (order, "OutOfRange"),
        ] {
            let error = SecretKey::from_hex(text.as_bytes()).unwrap_err();
            assert_eq!(format!("{error:?}"), expected, "{text}");
        }
        assert!(matches!(
            SecretKey::from_file(Path::new("/nonexistent/key")),
            Err(KeyError::Missing)
        ));
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(SecretKey::from_file(folder.path()), Err(KeyError::Unreadable(_))));
    }
}
