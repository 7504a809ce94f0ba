//! Archives in files, and what is derived from them.

use std::{fs, io::Write as _, path::PathBuf};

use observation::{
    archive::{Input, Mapping, Scan},
    derive::{Derivation, DeriveError, Derived, Heads},
    observation::Observation,
};
use serde_json::json;
use tempfile::TempDir;

pub(crate) fn scan(files: &[PathBuf], threads: usize) -> Scan {
    let input = Input::new(files.to_vec());
    Scan { input, mapping: Mapping::default(), threads, skip_bad: false }
}

pub(crate) fn derivation(files: &[PathBuf], threads: usize, memory: usize) -> Derivation {
    let scratch = files[0].parent().unwrap().to_owned();
    let scan = scan(files, threads);
    Derivation { scan, heads: Heads::default(), settle: None, memory, scratch }
}

pub(crate) fn run(derivation: &Derivation) -> Result<(Vec<Observation>, Derived), DeriveError> {
    let mut found = Vec::new();
    let derived = derivation.run(|own| {
        found.push(own);
        Ok(())
    })?;
    Ok((found, derived))
}

pub(crate) fn observations(files: &[PathBuf]) -> Vec<Observation> {
    run(&derivation(files, 1, 1 << 20)).unwrap().0
}

pub(crate) fn file(dir: &TempDir, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

/// An entry of the simplest kind.
pub(crate) fn line(stream: &str, epoch: u64, sequence: u64) -> String {
    let time = 1_767_225_600_000 + epoch * 100_000 + sequence * 1000;
    json!({
        "stream": stream, "epoch": epoch, "seq": sequence, "unixMs": time,
        "chunkHash": format!("{stream} {epoch} {sequence}"), "locator": format!("moq://{stream}/{epoch}/{sequence}"),
    })
    .to_string()
}

pub(crate) fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}
