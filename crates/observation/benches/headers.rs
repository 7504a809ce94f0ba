//! `ec-observe headers` beside a plain program of `serde_json` and `sha3`, and beside jq and cast: the same
//! archive, in turns. `BENCH_MB` says how large it is, 1000 if nothing.

#![allow(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a benchmark may end at once")]

use std::{
    collections::BTreeMap,
    env, fs,
    fs::File,
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use observation::{
    generate::{Shape, write},
    observation::Observation,
};
use serde::Deserialize;
use sha3::{Digest as _, Keccak256};

/// How often each is run; the best counts.
const TURNS: usize = 3;
/// Lines that jq and cast get.
const LINES: usize = 200;

fn main() {
    let args: Vec<String> = env::args().collect();
    if let [_, mode, file] = &args[..]
        && mode == "plain"
    {
        plain(file);
        return;
    }
    let megabytes = env::var("BENCH_MB").map_or(1000, |text| text.parse().unwrap());
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let archive = dir.path().join("archive.jsonl");
    let lines = make_up(&archive, megabytes);
    let bytes = fs::metadata(&archive).unwrap().len();
    println!("{lines} lines, {bytes} bytes, {} a line", bytes / lines);

    let out = dir.path().join("headers.jsonl");
    let ours = |threads: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ec-observe"));
        command.args(["headers", "--threads", threads]).arg(&archive).arg("--out").arg(&out);
        command
    };
    let mut best = [Best::default(), Best::default(), Best::default()];
    for _ in 0..TURNS {
        best[0].take(measure(&mut on_one_core(&ours("1"))));
        let one = fs::read(&out).unwrap();
        best[1].take(measure(&mut ours("2")));
        assert_eq!(fs::read(&out).unwrap(), one, "another result with two threads");
        let mut plainly = Command::new(env::current_exe().unwrap());
        plainly.arg("plain").arg(&archive);
        let roots = File::create(dir.path().join("plain")).unwrap();
        best[2].take(measure(on_one_core(&plainly).stdout(roots)));
    }
    compare(&out, &dir.path().join("plain"));
    let names = ["ec-observe, one core", "ec-observe, two threads", "serde_json + sha3, one core"];
    let plain = best[2].seconds;
    for (name, Best { seconds, resident }) in names.into_iter().zip(&best) {
        println!(
            "{name:28} {:6.3} GB/s  {seconds:7.2} s  {:7.1} MB resident  {:5.2} x",
            bytes as f64 / seconds / 1e9,
            *resident as f64 / 1000.0,
            plain / seconds
        );
    }
    println!("two threads are {:.2} times as fast as one core", best[0].seconds / best[1].seconds);
    jq_and_cast(&archive, best[0].seconds / lines as f64);
}

fn make_up(path: &Path, megabytes: u64) -> u64 {
    let shape = Shape {
        bytes: megabytes * 1_000_000,
        streams: 4,
        entries: 300,
        epochs: None,
        gaps: 1000,
        duplicates: 1000,
        late: 200,
        seed: 1,
    };
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    let lines = write(&shape, &mut out).unwrap();
    out.flush().unwrap();
    lines
}

/// The fastest run, with the memory that it had at most.
#[derive(Debug, Default)]
struct Best {
    seconds: f64,
    /// Kilobytes.
    resident: u64,
}

impl Best {
    fn take(&mut self, other: Self) {
        if self.seconds == 0.0 || other.seconds < self.seconds {
            *self = other;
        }
    }
}

fn on_one_core(command: &Command) -> Command {
    let mut pinned = Command::new("taskset");
    pinned.args(["-c", "0"]).arg(command.get_program()).args(command.get_args());
    pinned
}

fn measure(command: &mut Command) -> Best {
    let start = Instant::now();
    let quiet = command.stdin(Stdio::null()).stderr(Stdio::null());
    let mut child = quiet.spawn().unwrap();
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut resident = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        // Its highest value ever; nothing when the process is gone.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let value = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        resident = value.unwrap_or(resident);
        sleep(Duration::from_millis(5));
    };
    assert!(ended.success(), "{command:?}: {ended}");
    Best { seconds: start.elapsed().as_secs_f64(), resident }
}

/// The same epochs have the same roots.
fn compare(ours: &Path, plain: &Path) {
    let mut roots: Vec<String> = Observation::read(ours)
        .unwrap()
        .map(|own| own.map(|own| format!("{} {} {}", own.stream, own.epoch, own.header.dataRoot)))
        .collect::<Result<_, _>>()
        .unwrap();
    roots.sort();
    let text = fs::read_to_string(plain).unwrap();
    assert!(text.lines().eq(roots), "the plain program comes to other roots");
    println!("the same {} roots", text.lines().count());
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    stream: String,
    epoch: String,
    seq: u64,
    unix_ms: u64,
    chunk_hash: String,
    locator: String,
}

/// How one would write it first: a typed line, maps in memory, a hash at a time.
fn plain(file: &str) {
    let mut epochs = BTreeMap::<(String, String), BTreeMap<u64, [u8; 32]>>::new();
    for line in BufReader::new(File::open(file).unwrap()).lines() {
        let line: Line = serde_json::from_str(&line.unwrap()).unwrap();
        let leaf = Keccak256::new()
            .chain_update([0])
            .chain_update(line.seq.to_be_bytes())
            .chain_update(line.unix_ms.to_be_bytes())
            .chain_update(alloy_primitives::hex::decode(line.chunk_hash).unwrap())
            .chain_update(line.locator)
            .finalize();
        epochs.entry((line.stream, line.epoch)).or_default().insert(line.seq, leaf.into());
    }
    for ((stream, epoch), leaves) in epochs {
        let count = leaves.len() as u64;
        let mut level: Vec<[u8; 32]> = leaves.into_values().collect();
        while level.len() > 1 {
            level = level
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => Keccak256::new()
                        .chain_update([1])
                        .chain_update(left)
                        .chain_update(right)
                        .finalize()
                        .into(),
                    _ => pair[0],
                })
                .collect();
        }
        let root = Keccak256::new()
            .chain_update([2])
            .chain_update(count.to_be_bytes())
            .chain_update(level[0])
            .finalize();
        println!("{stream} {epoch} {}", alloy_primitives::hex::encode_prefixed(root));
    }
}

/// For scale: one `cast keccak` for each line's fields, which jq takes out.
fn jq_and_cast(archive: &Path, ours: f64) {
    let cast = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../target/op-devnet/node_modules/@foundry-rs/cast-linux-amd64/bin/cast");
    let script = format!(
        "head -{LINES} '{}' | jq -r '[.stream,.epoch,.seq,.unixMs,.chunkHash,.locator]|join(\"|\")' \
         | while read -r line; do '{}' keccak \"$line\"; done",
        archive.display(),
        cast.display()
    );
    if !cast.is_file() || Command::new("jq").arg("--version").output().is_err() {
        println!("no jq or no cast, which `cargo devnet build` brings");
        return;
    }
    let start = Instant::now();
    let output = Command::new("bash").args(["-o", "pipefail", "-c", &script]).output().unwrap();
    let each = start.elapsed().as_secs_f64() / LINES as f64;
    assert!(output.status.success() && output.stdout.len() == LINES * 67, "{output:?}");
    println!(
        "jq + cast keccak: {:.2} ms a line, ec-observe {:.5} ms: {:.0} times as fast",
        each * 1e3,
        ours * 1e3,
        each / ours
    );
}
