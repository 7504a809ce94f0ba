//! Files that hold a secret in one line: a key, a URL with one in it.

use std::{fs, io, path::Path};

use zeroize::Zeroizing;

/// Why a file holds no secret. Nothing of its content is told.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file could not be read.
    #[error("{0}")]
    Read(io::Error),
    /// There is nothing but white space in it.
    #[error("it is empty")]
    Empty,
    /// It holds several lines, other control characters or other bytes than UTF-8.
    #[error("it is not one line of text")]
    Content,
}

/// The file's only line, without the white space around it.
pub fn line(path: &Path) -> Result<Zeroizing<String>, SecretError> {
    let bytes = fs::read(path).map(Zeroizing::new).map_err(SecretError::Read)?;
    match std::str::from_utf8(&bytes).map(str::trim) {
        Ok("") => Err(SecretError::Empty),
        Ok(secret) if !secret.contains(char::is_control) => Ok(Zeroizing::new(secret.to_owned())),
        _ => Err(SecretError::Content),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_must_be_one_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (content, expected) in [
            (&b"0xabc\n"[..], "0xabc"),
            (b" \ta b\r\n\n", "a b"),
            (b"", "it is empty"),
            (b" \n", "it is empty"),
            (b"a\nb", "it is not one line of text"),
            (b"a\rb", "it is not one line of text"),
            (b"a\0", "it is not one line of text"),
            (b"\xff", "it is not one line of text"),
        ] {
            fs::write(file.path(), content).unwrap();
            let told = match line(file.path()) {
                Ok(secret) => secret.to_string(),
                Err(error) => error.to_string(),
            };
            assert_eq!(told, expected, "{content:?}");
        }
    }
}
