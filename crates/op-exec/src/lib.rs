//! Hands secrets to a program that takes them only from its environment.
//!
//! The official programs know no key files. Reading the file here and replacing this process by the
//! program keeps the key out of every command line, unit text and container database. The program of
//! this crate stands in the containers that hold keys, so it has the standard library and nothing else.

#![warn(missing_docs)]

pub mod secret;

use std::{
    error::Error, ffi::OsString, fmt, io, os::unix::process::CommandExt, path::PathBuf,
    process::Command, str::FromStr,
};

use self::secret::SecretError;

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
#[derive(Debug)]
pub enum ExecError {
    /// A credential's file could not be used.
    Credential {
        /// What it was to become.
        credential: Credential,
        /// Why it cannot.
        source: SecretError,
    },
    /// The program could not be executed.
    Program {
        /// The program.
        program: OsString,
        /// What the operating system said.
        source: io::Error,
    },
}

impl fmt::Display for ExecError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credential { credential: Credential { name, file }, source } => {
                let file = file.display();
                match source {
                    SecretError::Read(source) => {
                        write!(formatter, "cannot read {file} for {name}: {source}.")
                    }
                    SecretError::Empty | SecretError::Content => {
                        write!(formatter, "{file} for {name} is not one line of text.")
                    }
                }?;
                formatter.write_str(" Nothing was started.")
            }
            Self::Program { program, source } => {
                write!(formatter, "cannot execute {}: {source}", program.display())
            }
        }
    }
}

impl Error for ExecError {}

/// Replaces this process by the program. Returns only if that fails.
#[must_use]
pub fn exec(credentials: &[Credential], program: &OsString, args: &[OsString]) -> ExecError {
    let mut command = Command::new(program);
    command.args(args);
    for credential in credentials {
        match secret::line(&credential.file) {
            Ok(secret) => command.env(&credential.name, secret),
            Err(source) => {
                return ExecError::Credential { credential: credential.clone(), source };
            }
        };
    }
    ExecError::Program { program: program.clone(), source: command.exec() }
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
