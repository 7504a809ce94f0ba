//! Hands secrets to a program that takes them only from its environment.
//!
//! The official programs know no key files. Reading the file here and replacing this process by the
//! program keeps the key out of every command line, unit text and container database.

use std::{
    ffi::OsString, io, os::unix::process::CommandExt, path::PathBuf, process::Command, str::FromStr,
};

use crate::secret::{self, SecretError};

/// An environment variable that a file's content becomes: `NAME=FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The variable.
    pub name: String,
    /// The file; white space around its content is dropped.
    pub file: PathBuf,
}

impl FromStr for Credential {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, file) = text.split_once('=').ok_or("write it as NAME=FILE")?;
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(word) || name.as_bytes()[0].is_ascii_digit() {
            return Err("NAME must consist of letters, digits and _, and not begin with a digit");
        }
        if file.is_empty() {
            return Err("FILE is empty");
        }
        Ok(Self { name: name.to_owned(), file: file.into() })
    }
}

/// Why the program was not started.
#[derive(Debug, thiserror::Error)]
pub enum ExecError {
    /// A credential's file could not be read.
    #[error("cannot read {file} for {name}: {source}. Nothing was started.")]
    Read {
        /// The variable.
        name: String,
        /// The file.
        file: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A credential's file is empty, or holds more than a line or other bytes than text.
    #[error("{file} for {name} is not one line of text. Nothing was started.")]
    Content {
        /// The variable.
        name: String,
        /// The file.
        file: String,
    },
    /// The program could not be executed.
    #[error("cannot execute {program}: {source}")]
    Program {
        /// The program.
        program: String,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Replaces this process by the program. Returns only if that fails.
#[must_use]
pub fn exec(credentials: &[Credential], program: &OsString, args: &[OsString]) -> ExecError {
    let mut command = Command::new(program);
    command.args(args);
    for credential in credentials {
        match secret::line(&credential.file) {
            Ok(secret) => command.env(&credential.name, secret.as_str()),
            Err(error) => return unread(credential, error),
        };
    }
    ExecError::Program { program: program.display().to_string(), source: command.exec() }
}

fn unread(credential: &Credential, error: SecretError) -> ExecError {
    let file = credential.file.display().to_string();
    let name = credential.name.clone();
    match error {
        SecretError::Read(source) => ExecError::Read { name, file, source },
        SecretError::Empty | SecretError::Content => ExecError::Content { name, file },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_name_and_file() {
        let credential: Credential = "OP_BATCHER_PRIVATE_KEY=/run/a=b".parse().unwrap();
        assert_eq!(credential.name, "OP_BATCHER_PRIVATE_KEY");
        assert_eq!(credential.file, PathBuf::from("/run/a=b"));
        for wrong in ["", "NAME", "=file", "NAME=", "1A=file", "A B=file"] {
            assert!(wrong.parse::<Credential>().is_err(), "{wrong:?}");
        }
    }
}
