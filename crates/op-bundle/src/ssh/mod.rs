//! ed25519 signatures in OpenSSH's formats, so that everybody can check them with `ssh-keygen -Y verify`.
//!
//! Source: openssh-portable, `PROTOCOL.sshsig` and `PROTOCOL.key`. Each value has one encoding here: another
//! one of the same bytes is an error, so that no byte of a file can change unnoticed.

mod armour;
mod private;
mod public;
mod signature;
mod wire;

pub use self::private::{PrivateKey, PrivateKeyError};
pub use self::public::{PublicKey, PublicKeyError};
pub use self::signature::{Signature, SignatureError};

/// The one algorithm.
const ALGORITHM: &str = "ssh-ed25519";
