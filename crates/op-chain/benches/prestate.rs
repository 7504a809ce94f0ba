//! Prestate → hash, and `cannon witness` on the same file beside it.

#![allow(clippy::unwrap_used, reason = "a benchmark may end at once")]

mod support;

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use criterion::Criterion;
use flate2::{Compression, write::GzEncoder};
use op_chain::prestate::{Prestate, STATE_VERSION};

use crate::support::{compare, official, succeed, time, timed};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let folder = tempfile::tempdir().unwrap();
    bench(&mut criterion, &file(folder.path()));
    criterion.final_summary();
}

fn bench(criterion: &mut Criterion, file: &Path) {
    let mut group = criterion.benchmark_group("prestate");
    group.sample_size(10).warm_up_time(Duration::from_secs(1));
    let ours = time(&mut group, "op-chain", || timed(|| Prestate::from_file(file).unwrap()));
    let theirs = official("cannon").and_then(|cannon| {
        time(&mut group, "cannon witness", || {
            timed(|| succeed(Command::new(&cannon).args(["witness", "--input"]).arg(file)))
        })
    });
    compare(file, ours, "cannon witness", theirs);
}

/// The prestate of the official op-program, or one of the same size.
fn file(folder: &Path) -> PathBuf {
    let built = test_kit::components().join("prestate/prestate.bin.gz");
    if built.exists() {
        return built;
    }
    println!("NO OFFICIAL PRESTATE (cargo devnet build makes one): a generated one is timed");
    let file = folder.join("generated.bin.gz");
    let mut gzip = GzEncoder::new(File::create(&file).unwrap(), Compression::default());
    gzip.write_all(&generated(17_000)).unwrap();
    gzip.finish().unwrap();
    file
}

/// A state without threads, every other page of which is half zeros.
fn generated(pages: u32) -> Vec<u8> {
    let mut state = vec![STATE_VERSION];
    state.extend(u64::from(pages).to_be_bytes());
    // A linear congruential generator: its upper bits do not compress.
    let mut noise = 1_u32;
    for page in 0..pages {
        state.extend(u64::from(page).to_be_bytes());
        for word in 0..1024_u32 {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let zero = page % 2 == 0 && word < 512;
            state.extend(if zero { 0 } else { noise >> 12 }.to_be_bytes());
        }
    }
    // Registers, next thread id, no thread on either stack, no hint.
    state.extend([0; 84 + 8 + 8 + 8 + 4]);
    state
}
