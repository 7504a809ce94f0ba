//! What padding costs beside inflating it: an archive that is a gzip file of `BENCH_MB` megabytes, 10 if nothing, and
//! holds next to nothing but white space. `cargo bench -p observation --bench padding`

#![allow(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a benchmark may end at once")]

use std::{
    env, fs,
    fs::File,
    io::{BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
    time::Instant,
};

use flate2::{Compression, bufread::MultiGzDecoder, write::GzEncoder};
use observation::{
    archive::{Input, Mapping, Scan},
    derive::{Derivation, Heads},
};

const ENTRY: &str =
    r#"{"stream":"a","epoch":1,"seq":0,"unixMs":1767225600000,"chunkHash":"c","locator":"l"}"#;

fn main() {
    let megabytes = env::var("BENCH_MB").map_or(10, |text| text.parse().unwrap());
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let spaces = |count: usize| ENTRY.replacen('{', &format!("{{{}", " ".repeat(count)), 1) + "\n";
    for (name, member) in [
        ("blank lines", "\n".repeat(16 << 20)),
        ("blank lines of two bytes", "\r\n".repeat(8 << 20)),
        ("blank lines of mixed white space", " \t\r \n".repeat(3 << 20)),
        ("lines of one word", "\n".repeat(16 << 20) + ENTRY + "\n"),
        ("15 MiB of spaces in each line", spaces(15 << 20)),
        ("64 KiB of spaces in each line", spaces(64 << 10).repeat(256)),
        ("1 KiB of spaces in each line", spaces(1 << 10).repeat(16 << 10)),
        ("no spaces, in a tenth of the file", spaces(0).repeat(16 << 10)),
        (
            "a member of 15 MiB that is not read",
            ENTRY.replacen('{', &format!(r#"{{"pad":"{}","#, "x".repeat(15 << 20)), 1) + "\n",
        ),
        ("members without content", String::new()),
        ("members of one blank line", "\n".to_owned()),
    ] {
        let file = dir.path().join("archive.jsonl.gz");
        // As many entries as with a kibibyte of spaces each, of which the cost is not that of padding.
        let part = if name.starts_with("no spaces") { 10 } else { 1 };
        fill(&file, &gzip(&member), (megabytes << 20) / part);
        let (plain, bytes) = measure(|| inflate(&file));
        let (ours, entries) = measure(|| derive(&file, dir.path()));
        println!(
            "{name:34} {:8.1} MB inflated, {entries:6} entries: {:6.2} s to inflate, {:6.2} s in all, {:5.2} x (of the clock {:.1} s, {:.1} s)",
            bytes as f64 / 1e6,
            plain.processor,
            ours.processor,
            ours.processor / plain.processor,
            plain.clock,
            ours.clock,
        );
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// As many members as there is room for, and one with an entry.
fn fill(path: &Path, member: &[u8], size: usize) {
    let mut file = File::create(path).unwrap();
    file.write_all(&member.repeat(size / member.len())).unwrap();
    file.write_all(&gzip(&format!("{ENTRY}\n"))).unwrap();
}

fn inflate(path: &Path) -> u64 {
    let mut reader =
        MultiGzDecoder::new(BufReader::with_capacity(1 << 18, File::open(path).unwrap()));
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        match reader.read(&mut buffer).unwrap() {
            0 => return bytes,
            count => bytes += count as u64,
        }
    }
}

fn derive(path: &Path, scratch: &Path) -> u64 {
    let input = Input::new(vec![PathBuf::from(path)]);
    let scan = Scan { input, mapping: Mapping::default(), threads: 1, skip_bad: false };
    let (heads, scratch) = (Heads::default(), scratch.to_owned());
    let derived =
        Derivation { scan, heads, settle: None, memory: 8 << 20, scratch }.run(|_| Ok(()));
    derived.unwrap().entries
}

/// Seconds.
struct Took {
    clock: f64,
    /// Of all threads: another program on the machine does not change it.
    processor: f64,
}

fn measure(work: impl FnOnce() -> u64) -> (Took, u64) {
    let (start, before) = (Instant::now(), processor());
    let result = work();
    (Took { clock: start.elapsed().as_secs_f64(), processor: processor() - before }, result)
}

/// What this process has had of the processors so far.
fn processor() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = text.rsplit_once(')').unwrap();
    let ticks =
        fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().unwrap());
    // The kernel's USER_HZ.
    ticks.sum::<u64>() as f64 / 100.0
}
