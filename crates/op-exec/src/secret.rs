//! Files that hold a secret in one line: a key, a URL with one in it.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::{error::Error, fmt, path::Path};

/// The longest file that is read, in bytes: a URL or a key is far below it.
const LONGEST: u64 = 16 * 1024;

/// Why a file holds no secret. Never contains a part of the file.
#[derive(Debug)]
pub enum SecretError {
    /// The file could not be read, or is no regular file: a pipe or a device may be silent for ever.
    Read(io::Error),
    /// There is nothing but white space in it.
    Empty,
    /// It holds several lines, other control characters, other bytes than UTF-8, or too much.
    Content,
}

impl fmt::Display for SecretError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => error.fmt(formatter),
            Self::Empty => formatter.write_str("it is empty"),
            Self::Content => formatter.write_str("it is not one line of text"),
        }
    }
}

impl Error for SecretError {}

/// The file's text in its only copy: the caller may erase it. Of a file that is too long, its beginning.
pub fn text(path: &Path) -> Result<String, SecretError> {
    String::from_utf8(read(path).map_err(SecretError::Read)?).map_err(|_| SecretError::Content)
}

/// The file's only line, without the white space around it, in its only copy: the caller may erase it.
pub fn line(path: &Path) -> Result<String, SecretError> {
    let mut secret = text(path)?;
    secret.truncate(secret.trim_end().len());
    let blank = secret.len() - secret.trim_start().len();
    secret.drain(..blank);
    if secret.is_empty() {
        Err(SecretError::Empty)
    } else if secret.contains(char::is_control) || secret.len() as u64 > LONGEST {
        Err(SecretError::Content)
    } else {
        Ok(secret)
    }
}

/// At most one byte more than [`LONGEST`].
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    // Reading a folder fails with words of its own.
    if !metadata.is_file() && !metadata.is_dir() {
        return Err(io::Error::other("it is not a regular file"));
    }
    // With room for all of it: a buffer that grows leaves a copy behind.
    let length = metadata.len().min(LONGEST) + 2;
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_must_be_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        let long = "a".repeat(usize::try_from(LONGEST).unwrap());
        for (content, expected) in [
            (&b"0xabc\n"[..], "0xabc"),
            (b" \ta b\r\n\n", "a b"),
            (b"", "it is empty"),
            (b" \n", "it is empty"),
            (b"a\nb", "it is not one line of text"),
            (b"a\rb", "it is not one line of text"),
            (b"a\0", "it is not one line of text"),
            (b"\xff", "it is not one line of text"),
            (long.as_bytes(), &long),
            (format!("{long}a").as_bytes(), "it is not one line of text"),
        ] {
            fs::write(&file, content).unwrap();
            let found = line(&file).unwrap_or_else(|error| error.to_string());
            assert_eq!(found, expected, "{content:?}");
        }
    }

    #[test]
    fn what_may_be_silent_or_endless_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        for path in [Path::new("/dev/zero"), Path::new("/dev/null"), folder.path()] {
            assert!(matches!(line(path), Err(SecretError::Read(_))), "{}", path.display());
        }
    }
}
