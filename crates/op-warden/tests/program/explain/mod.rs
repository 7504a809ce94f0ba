//! `op-warden explain` on what the official programs really log, and on what is no log at all.
//!
//! `data/logs/faults` are excerpts of logs that the official programs of 1.16.10 wrote when they were started
//! wrongly against a running devnet; `data/logs/healthy.log` is a devnet that was well, start, stop and second
//! start included, each kind of line once; `data/logs/samples` has what no devnet can produce, a file a subject:
//! lines of issues, documentation and operators' reports, some completed to a whole line.

mod field;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use op_tools::explain::{Report, dictionary::Dictionary, explain};
use proptest::prelude::*;
use serde_json::Value;
use test_kit::Run;

const PROGRAM: &str = env!("CARGO_BIN_EXE_op-warden");
const KEY: &str = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

fn logs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/logs")
}

fn read<'a>(dictionary: &'a Dictionary, mut log: &[u8]) -> Report<'a> {
    explain(dictionary, &mut log).unwrap()
}

fn found<'a>(report: &Report<'a>) -> Vec<&'a str> {
    report.findings.iter().map(|finding| &*finding.entry.id).collect()
}

fn harmless<'a>(report: &Report<'a>) -> Vec<&'a str> {
    report.harmless.iter().map(|finding| &*finding.entry.id).collect()
}

/// The lines of `samples` with the id that each means.
fn samples() -> Vec<(String, String)> {
    let mut samples = Vec::new();
    for file in fs::read_dir(logs().join("samples")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let mut id = "";
        for line in text.lines() {
            match line.strip_prefix("# ") {
                Some(header) => id = header,
                None => samples.push((id.to_owned(), line.to_owned())),
            }
        }
    }
    samples
}

/// Logs that mean one error each: file name without extension → content.
fn faults() -> BTreeMap<String, String> {
    let files = fs::read_dir(logs().join("faults")).unwrap().map(|file| file.unwrap().path());
    let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    files.map(|path| (stem(&path), fs::read_to_string(&path).unwrap())).collect()
}

fn run(args: &[&str], input: &[u8]) -> Run {
    let mut child = Command::new(PROGRAM)
        .arg("explain")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // It may end without reading its input.
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Run::from(output)
}

#[test]
fn a_sample_means_one_error() {
    let dictionary = Dictionary::load().unwrap();
    let samples = samples();
    assert!(!samples.is_empty());
    for (id, line) in samples {
        let report = read(&dictionary, line.as_bytes());
        let found = [found(&report), harmless(&report)].concat();
        assert_eq!(found, [&*id], "{line}");
    }
}

#[test]
fn logs_of_real_faults_mean_one_error() {
    let dictionary = Dictionary::load().unwrap();
    for (id, log) in faults() {
        let report = read(&dictionary, log.as_bytes());
        assert_eq!(found(&report), [&*id]);
        let errors = report.unknown - report.unknown_warnings;
        assert_eq!(errors, 0, "{id}: {:?}", report.unknown_samples);
    }
}

#[test]
fn every_entry_with_patterns_has_a_line() {
    let dictionary = Dictionary::load().unwrap();
    let shown: BTreeSet<String> =
        samples().into_iter().map(|(id, _)| id).chain(faults().into_keys()).collect();
    let without_line: Vec<&str> = dictionary
        .entries()
        .iter()
        .filter(|entry| !(entry.patterns.is_empty() && entry.reverts.is_empty()))
        .filter(|entry| !shown.contains(&entry.id))
        .map(|entry| &*entry.id)
        .collect();
    assert_eq!(without_line, [""; 0]);
}

#[test]
fn a_pattern_means_one_error() {
    let dictionary = Dictionary::load().unwrap();
    for entry in dictionary.entries() {
        let texts = entry.patterns.iter().map(|pattern| pattern.replace('…', "something"));
        let named =
            |error: &String| format!("execution reverted: {}", error.split('(').next().unwrap());
        for line in texts.chain(entry.reverts.iter().map(named)) {
            let report = read(&dictionary, line.as_bytes());
            assert_eq!([found(&report), harmless(&report)].concat(), [&*entry.id], "{line}");
        }
    }
}

#[test]
fn a_healthy_log_means_nothing() {
    let dictionary = Dictionary::load().unwrap();
    let log = fs::read(logs().join("healthy.log")).unwrap();
    let report = read(&dictionary, &log);
    assert!(report.lines > 300, "{}", report.lines);
    assert_eq!(found(&report), [""; 0]);
    // One round of op-dispute-mon failed, and the next did not: nobody knows why, so it is no entry.
    assert_eq!(report.unknown, 1, "{:?}", report.unknown_samples);
    assert_eq!(report.unknown_warnings, 0, "{:?}", report.unknown_samples);
}

/// Lines of well programs that resemble those of ill ones.
#[test]
fn similar_lines_mean_nothing() {
    let dictionary = Dictionary::load().unwrap();
    for line in [
        // What callers of the engine did wrong.
        r#"WARN [11-21|19:32:57.878] Served eth_sendRawTransaction            conn=192.0.2.1:50208 reqid=3 duration="97.705µs" err="insufficient funds for gas * price + value: address 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 have 0 want 21000""#,
        r#"WARN [11-21|19:32:57.878] Served eth_estimateGas                   conn=192.0.2.1:50208 reqid=3 err="insufficient funds for transfer""#,
        r#"WARN [11-21|19:32:57.878] Served eth_sendRawTransaction            conn=192.0.2.1:50208 err="intrinsic gas too low: gas 20000, minimum needed 21000""#,
        r#"WARN [11-21|19:32:57.878] Served eth_sendRawTransaction            conn=192.0.2.1:50208 err="insufficient gas for floor data gas cost: gas 1, minimum needed 2""#,
        r#"WARN [11-21|19:32:57.878] Served eth_getProof                      conn=192.0.2.1:50208 err="the method eth_getProof does not exist/is not available""#,
        r#"WARN [11-21|19:32:57.878] Served eth_getBlockByNumber              conn=192.0.2.1:50208 err="safe block not found""#,
        // The same words, said in good health.
        r#"t=2026-11-21T19:32:57+0000 lvl=info msg="Retrying after 429 Too Many Requests""#,
        r#"{"t":"2026-11-21T19:32:57Z","lvl":"debug","msg":"insufficient funds for gas * price + value"}"#,
        "2026-11-21T19:32:57.000000Z  INFO op: EvmError: Revert: NoImplementation, 0xd386ef3e",
        "INFO [06-01|10:00:00.000] intent: chainFeesRecipient=0x1111111111111111111111111111111111111111 useRevenueShare=true",
        // A caller's contract, which happens to have an error of that name.
        r#"WARN [11-21|19:32:57.878] Served eth_estimateGas                   conn=192.0.2.1:50208 err="execution reverted: custom error 0xd386ef3e""#,
        r#"t=2026-11-21T19:32:57+0000 lvl=info msg="Prestate" hash=0x038512e02c4c3f7bdaec27d00edf55b7155e0905301e1a88083e4e0a6764d54c"#,
        r#"t=2026-11-21T19:32:57+0000 lvl=info msg="unknown version: dev" version=v0.0.0"#,
        // The engine is away for a moment: op-node says so, and tries again.
        r#"t=2026-11-21T19:32:57+0000 lvl=warn msg="Deriver system is resetting" err="failed to find the L2 Heads to start from: failed to fetch current L2 forkchoice state: Post \"http://127.0.0.1:8551\": dial tcp 127.0.0.1:8551: connect: connection refused""#,
    ] {
        assert_eq!(found(&read(&dictionary, line.as_bytes())), [""; 0], "{line}");
    }
}

#[test]
fn every_carrier_of_a_line_will_do() {
    let dictionary = Dictionary::load().unwrap();
    let err = "failed to validate: incorrect L1 RPC chain id 1, expected 11155111";
    for line in [
        format!("t=2026-11-21T19:32:57+0000 lvl=crit msg=\"Application failed\" message=\"{err}\""),
        format!("time=2026-11-21T19:32:57Z level=ERROR msg=\"Application failed\" err=\"{err}\"\r"),
        format!(
            "{{\"t\":\"2026-11-21T19:32:57Z\",\"lvl\":\"error\",\"msg\":\"x\",\"err\":\"{err}\"}}"
        ),
        format!("ERROR[11-21|19:32:57.878] Error initializing               err=\"{err}\""),
        format!("\u{1b}[31mERROR\u{1b}[0m[11-21|19:32:57.878] x  \u{1b}[31merr\u{1b}[0m=\"{err}\""),
        format!("\u{1b}[2m2026-11-21T19:32:57Z\u{1b}[0m \u{1b}[31mERROR\u{1b}[0m reth: {err}"),
        format!(
            "Nov 21 19:32:57 host podman[77]: t=2026-11-21T19:32:57+0000 lvl=error msg=\"{err}\""
        ),
        format!("2026-11-21T19:32:57.123Z stderr F t=2026-11-21 lvl=error msg=\"{err}\""),
        format!("op-node-1  | t=2026-11-21 lvl=error msg=\"{err}\""),
        err.to_uppercase(),
    ] {
        assert_eq!(found(&read(&dictionary, line.as_bytes())), ["wrong-l1-chain-id"], "{line}");
    }
}

#[test]
fn the_report_counts_and_shows() {
    let dictionary = Dictionary::load().unwrap();
    let log = "nothing\n\
        lvl=error msg=\"no such error 1\"\n\
        lvl=warn msg=\"node has no p2p signer, payload 0xab:1 cannot be published\"\n\
        lvl=warn msg=\"publishSignal channel is full, skipping signal\"\n\
        lvl=warn msg=\"no such warning\"\n\
        lvl=error msg=\"no such error 22\"\n\
        lvl=error msg=\"other error\" url=https://u:p@l1.example/key\n\
        lvl=warn msg=\"node has no p2p signer, payload 0xcd:2 cannot be published\"";
    let report = read(&dictionary, log.as_bytes());
    assert_eq!(report.lines, 8);
    assert_eq!(found(&report), ["p2p-signer-missing"]);
    let finding = &report.findings[0];
    assert_eq!((finding.count, finding.sample.line, finding.last_line), (2, 3, 8));
    assert!(finding.sample.text.contains("0xab:1"), "{}", finding.sample.text);
    assert_eq!(harmless(&report), ["batcher-signal-full"]);
    assert_eq!((report.unknown, report.unknown_warnings), (4, 1));
    let unknown: Vec<u64> = report.unknown_samples.iter().map(|sample| sample.line).collect();
    assert_eq!(unknown, [2, 7, 5]);
    assert!(report.unknown_samples[1].text.ends_with("url=https://l1.example…"));
}

#[test]
fn a_pipe_and_a_file_say_the_same() {
    let file = logs().join("faults/engine-jwt-mismatch.log");
    let log = fs::read(&file).unwrap();
    let piped = run(&[], &log);
    for run in [run(&["-"], &log), run(&[file.to_str().unwrap()], b"")] {
        assert_eq!((run.code, &run.stdout), (Some(0), &piped.stdout), "{run}");
    }
    for said in
        ["engine-jwt-mismatch: 2 times, lines ", "\n  cause   ", "\n  mend    ", "\n  source  "]
    {
        assert!(piped.stdout.contains(said), "{said}: {piped}");
    }
    let json = run(&["--json"], &log).json();
    assert_eq!(json["findings"][0]["id"], "engine-jwt-mismatch");
    assert_eq!(json["findings"][0]["count"], 2);
    assert_eq!(json["unknown"], 0);
}

#[test]
fn a_revert_is_told_by_its_name() {
    let log = b"lvl=warn msg=Revert err=\"execution reverted\" revertData=0x8d77ecac depth=3";
    let text = run(&[], log);
    assert!(text.stdout.contains("\n  revert  InvalidClockExtension()\n"), "{text}");
    let json = run(&["--json"], log).json();
    assert_eq!(json["findings"][0]["revert"], "InvalidClockExtension()");
}

#[test]
fn a_log_without_errors_is_read_too() {
    let run = run(&[], b"lvl=info msg=\"all is well\"\n");
    assert_eq!((run.code, &*run.stdout), (Some(0), "1 line: no known error.\n"), "{run}");
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let folder = logs();
    for args in [
        &["/nonexistent.log"][..],
        &[folder.to_str().unwrap()],
        &["--id", "no-such-error"],
        &["--list", "file"],
        &["--id", "port-in-use", "file"],
    ] {
        let run = run(args, b"");
        assert_eq!(run.code, Some(255), "{args:?} {run}");
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{args:?} {run}");
    }
}

#[test]
fn the_dictionary_can_be_read() {
    let dictionary = Dictionary::load().unwrap();
    let list = run(&["--list"], b"");
    assert_eq!(list.stdout.lines().count(), dictionary.entries().len());
    let json = run(&["--list", "--json"], b"").json();
    assert_eq!(json.as_array().map(Vec::len), Some(dictionary.entries().len()));
    for entry in dictionary.entries() {
        assert!(list.stdout.contains(&format!("{} ", entry.id)), "{}", entry.id);
    }
    let one = run(&["--id", "port-in-use"], b"");
    assert!(one.stdout.contains("\n  logged  bind: address already in use\n"), "{one}");
    let one: Value = run(&["--id", "port-in-use", "--json"], b"").json();
    assert_eq!(one["id"], "port-in-use");
}

#[test]
fn secrets_of_a_log_are_not_shown() {
    let log = format!(
        "lvl=error msg=\"failed to dial L1 address\" url=https://me:pw@l1.example/v3/{KEY}?key=hidden\n\
         lvl=crit msg=\"could not init signer\" private-key=0x{KEY}\n\
         lvl=error msg=\"unheard of\" err=\"bad key {KEY}\" mnemonic=\"test test junk\"\n"
    );
    for args in [&[][..], &["--json"]] {
        let run = run(args, log.as_bytes());
        assert!(run.stdout.contains("https://l1.example…"), "{run}");
        for secret in [KEY, "pw", "v3", "hidden", "test test"] {
            assert!(!run.stdout.contains(secret), "{secret}: {run}");
        }
    }
}

#[test]
fn lines_without_end_and_no_text_are_read() {
    let dictionary = Dictionary::load().unwrap();
    let error = b"\nFatal: x: bind: address already in use\n";
    for junk in [vec![b'x'; 3 << 20], vec![0; 3 << 20], vec![0xff; 1000], b"\x1b[".repeat(50_000)] {
        let log = [&junk[..], error].concat();
        let report = read(&dictionary, &log);
        assert_eq!((report.lines, found(&report)), (2, vec!["port-in-use"]));
    }
}

proptest! {
    #[test]
    fn any_bytes_can_be_read(log in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let dictionary = Dictionary::load().unwrap();
        let report = read(&dictionary, &log);
        prop_assert!(report.lines <= 2000);
    }

    /// A line that means something means the same with anything around it, as long as it is one line and
    /// says nothing else.
    #[test]
    fn neighbours_change_nothing(before in "[a-z0-9 =]{0,80}", after in "[a-z0-9 =]{0,2000}") {
        let dictionary = Dictionary::load().unwrap();
        let line = format!("{before} bind: address already in use {after}");
        prop_assert_eq!(found(&read(&dictionary, line.as_bytes())), ["port-in-use"]);
    }
}
