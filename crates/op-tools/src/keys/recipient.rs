//! Encrypted for age recipients, in ASCII armour.

use std::io::Write as _;

use age::armor::{ArmoredWriter, Format};
use age::{Encryptor, Recipient, x25519};

#[derive(Debug, thiserror::Error)]
pub enum RecipientError {
    /// A secret where a public recipient belongs. Not shown.
    #[error(
        "--recipient was given a secret age identity; it belongs into no command line. Its \
            recipient is what `age-keygen -y FILE` prints."
    )]
    Secret,
    #[error(
        "--recipient {0}: this is an SSH key; `ssh-to-age` makes an age recipient of it \
            (ssh-ed25519 only)"
    )]
    Ssh(String),
    #[error(
        "--recipient {text}: {reason}. A recipient begins with age1 and is what `age-keygen -y \
            FILE` prints."
    )]
    Malformed { text: String, reason: &'static str },
    #[error("age could not encrypt: {0}. Nothing was written.")]
    Encrypt(String),
}

/// Parses `age1…`.
pub fn parse(text: &str) -> Result<x25519::Recipient, RecipientError> {
    let text = text.trim();
    if text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY") {
        return Err(RecipientError::Secret);
    }
    if text.starts_with("ssh-") {
        return Err(RecipientError::Ssh(text.to_owned()));
    }
    text.parse().map_err(|reason| RecipientError::Malformed { text: text.to_owned(), reason })
}

/// Encrypts for all recipients; each of them can decrypt.
pub fn encrypt(
    recipients: &[x25519::Recipient],
    content: &[u8],
) -> Result<Vec<u8>, RecipientError> {
    let all = recipients.iter().map(|recipient| recipient as &dyn Recipient);
    let encryptor = Encryptor::with_recipients(all)
        .map_err(|error| RecipientError::Encrypt(error.to_string()))?;
    armoured(encryptor, content).map_err(|error| RecipientError::Encrypt(error.to_string()))
}

fn armoured(encryptor: Encryptor, content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut file = Vec::new();
    let armour = ArmoredWriter::wrap_output(&mut file, Format::AsciiArmor)?;
    let mut writer = encryptor.wrap_output(armour)?;
    writer.write_all(content)?;
    writer.finish()?.finish()?;
    Ok(file)
}
