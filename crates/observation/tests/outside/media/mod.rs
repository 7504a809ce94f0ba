//! Observations of real media: MPEG transport streams that the npm package mux.js carries for its own tests, cut
//! where their clocks (PCR) tick.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use alloy_primitives::{B256, b256, keccak256};
use libtest_mimic::{Completion, Failed, Trial};
use observation::observation::Observation;
use serde_json::json;

use crate::npm::{self, Result, run};

/// Bytes of a transport stream's packet, and what it begins with (ISO/IEC 13818-1).
const PACKET: usize = 188;
const SYNC: u8 = 0x47;
/// An epoch is that long.
const EPOCH_MS: u64 = 2000;
/// The streams have clocks, but no date.
const RECORDED_MS: u64 = 1_767_225_600_000;
const STREAMS: [&str; 4] =
    ["multi-channel-608-captions", "sintel-captions", "test-no-audio-segment", "test-segment"];

/// The last observation of each: its sequence and its hash.
const HEADS: [(u64, B256); 4] = [
    (3, b256!("90c977723d27ae92ccbf66c2307d546ae6c0636e1af8a7c5d838769959b04f5e")),
    (4, b256!("715a973c9e15bf7e238449f56cf1c91865976bfb8919c966f8fc8e5a7c0975e9")),
    (5, b256!("764dfadb573d829b2f1a5a997743de3a4c217d6ef439d4f82caa0313f3ef8f9e")),
    (5, b256!("6aef5fe6445cd870a47db1ee05d2699fc4c1d482527948221b893f19e0fd1bc4")),
];

pub(crate) fn trials() -> Vec<Trial> {
    let name = "media::real_transport_streams_are_observed";
    vec![Trial::ignorable_test(name, || match Command::new("npm").arg("--version").output() {
        Ok(_) => observe().map(|()| Completion::Completed).map_err(Failed::from),
        Err(_) => Ok(Completion::ignored_with("no npm")),
    })]
}

fn observe() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let media = root.join("../../target/media");
    npm::install(&root.join("tests/outside/media"), &media)?;
    let dir = tempfile::tempdir()?;
    let archive = dir.path().join("archive.jsonl");
    let mut lines = Vec::new();
    for stream in STREAMS {
        let file = format!("node_modules/mux.js/test/segments/{stream}.ts");
        lines.extend(chunks(stream, &file, &fs::read(media.join(&file))?)?);
    }
    fs::write(&archive, lines.join("\n"))?;

    let ec_observe = env!("CARGO_BIN_EXE_ec-observe");
    let headers = dir.path().join("headers.jsonl");
    run(Command::new(ec_observe).arg("headers").arg(&archive).arg("--out").arg(&headers))?;
    let observations = Observation::read(&headers)?.collect::<std::result::Result<Vec<_>, _>>()?;
    let entries: u64 = observations.iter().map(|own| own.entries).sum();
    if entries != lines.len() as u64 {
        return Err(format!("{entries} entries of {} lines", lines.len()).into());
    }
    let heads: Vec<_> = observations
        .chunk_by(|one, other| one.stream == other.stream)
        .filter_map(|stream| stream.last())
        .map(|last| (last.stream.as_str(), last.header.sequence, last.observation_hash))
        .collect();
    println!("{} lines, {} observations", lines.len(), observations.len());
    // The package is pinned to its hash, so its observations are these for ever.
    let expected =
        STREAMS.into_iter().zip(HEADS).map(|(stream, (last, hash))| (stream, last, hash));
    if !heads.iter().copied().eq(expected) {
        return Err(format!("{heads:#?} were to be {HEADS:#?}").into());
    }
    prove_one(ec_observe, &archive, &headers, &observations[0])
}

fn prove_one(ec_observe: &str, archive: &Path, headers: &Path, own: &Observation) -> Result<()> {
    let proof = run(Command::new(ec_observe)
        .arg("prove")
        .arg(archive)
        .arg("--headers")
        .arg(headers)
        .args(["--stream", &own.stream, "--epoch", &own.epoch])
        .args(["--sequence", &own.first_sequence.to_string()]))?;
    let file: PathBuf = archive.with_extension("proof");
    fs::write(&file, proof)?;
    run(Command::new(ec_observe).arg("verify").arg(file)).map(drop)
}

/// A line for what lies between two ticks of the stream's clock.
fn chunks(stream: &str, file: &str, bytes: &[u8]) -> Result<Vec<String>> {
    let mut ticks = Vec::new();
    for (index, packet) in bytes.chunks_exact(PACKET).enumerate() {
        if packet[0] != SYNC {
            return Err(format!("{file}: packet {index} is out of sync").into());
        }
        ticks.extend(clock_ms(packet).map(|time| (index * PACKET, time)));
    }
    let ends = ticks.iter().skip(1).map(|(start, _)| *start).chain([bytes.len()]);
    let lines = ticks.iter().zip(ends).enumerate().map(|(sequence, (&(start, time), end))| {
        json!({
            "stream": stream,
            "epoch": time / EPOCH_MS,
            "seq": sequence,
            "unixMs": RECORDED_MS + time,
            "chunkHash": keccak256(&bytes[start..end]),
            "locator": format!("{file}#{start}-{end}"),
        })
        .to_string()
    });
    Ok(lines.collect())
}

/// The program clock reference of a packet that has one: 33 bits at 90 kHz, §2.4.3.4.
fn clock_ms(packet: &[u8]) -> Option<u64> {
    let has_adaptation = packet[3] & 0x20 != 0 && packet[4] >= 7;
    if !has_adaptation || packet[5] & 0x10 == 0 {
        return None;
    }
    let base = packet[6..11].iter().fold(0_u64, |base, byte| base << 8 | u64::from(*byte)) >> 7;
    Some(base / 90)
}
