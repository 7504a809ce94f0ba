//! Encrypted by the `sops` program, by the creation rules of the repository.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::{Command, Output, Stdio};

use op_util::foreign::said;

use crate::keys::file::NewFile;

#[derive(Debug, thiserror::Error)]
pub enum SopsError {
    #[error(
        "the program sops is not on PATH: install it (nix shell nixpkgs#sops), or use --recipient. \
            Nothing was written."
    )]
    Missing,
    #[error("cannot run sops: {0}. Nothing was written.")]
    Run(#[from] io::Error),
    #[error(
        "sops did not encrypt {file}: {stderr}. Nothing was written. The rules are in .sops.yaml, \
            in the file's folder or the nearest one above it; one path_regex must match the file."
    )]
    Refused { file: String, stderr: String },
    #[error("sops returned {0} unencrypted: look at its rule in .sops.yaml. Nothing was written.")]
    Unencrypted(String),
}

/// Encrypts the content as what will be that file.
///
/// sops looks for its rules from the current folder upwards and not from the file's: so it is run
/// in the file's folder. The content goes through a pipe, never to a disk or a command line.
pub fn encrypt(file: &NewFile<'_>, content: &[u8]) -> Result<Vec<u8>, SopsError> {
    let output = run(file, content).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => SopsError::Missing,
        _ => SopsError::Run(error),
    })?;
    let shown = || file.path().display().to_string();
    if !output.status.success() {
        let stderr = said(&output.stderr).trim_end_matches('.').to_owned();
        return Err(SopsError::Refused {
            file: shown(),
            stderr: if stderr.is_empty() { output.status.to_string() } else { stderr },
        });
    }
    let secret = content.trim_ascii();
    if output.stdout.is_empty() || output.stdout.windows(secret.len()).any(|part| part == secret) {
        return Err(SopsError::Unencrypted(shown()));
    }
    Ok(output.stdout)
}

fn run(file: &NewFile<'_>, content: &[u8]) -> io::Result<Output> {
    let mut name = OsString::from("--filename-override=");
    name.push(file.path().file_name().unwrap_or_default());
    let mut child = Command::new("sops")
        .args(["encrypt", "--input-type", "binary", "--output-type", "binary"])
        .arg(name)
        // sops before 3.11 knows stdin by this name only.
        .arg("/dev/stdin")
        .current_dir(file.folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that is gone says why by its exit code.
        let _ = stdin.write_all(content);
    }
    child.wait_with_output()
}
