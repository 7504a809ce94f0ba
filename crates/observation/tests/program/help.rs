//! The command line's promises: every command has help with an example, and bad input has a clear end.

use std::process::{Command, Output};

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ec-observe"))
        .args(args)
        .env_remove("EC_OBSERVE_RPC")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The names that a command's help lists.
fn commands(path: &[&str]) -> Vec<String> {
    let help = text(&run(&[path, &["--help"]].concat()).stdout);
    let Some((_, list)) = help.split_once("Commands:\n") else { return Vec::new() };
    let names = list.lines().take_while(|line| line.starts_with("  "));
    names
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_has_help_with_an_example() {
    let mut seen = 0;
    let mut paths = vec![Vec::<String>::new()];
    while let Some(path) = paths.pop() {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        let help = run(&[&names[..], &["--help"]].concat());
        assert!(help.status.success());
        let help = text(&help.stdout);
        let call =
            ["ec-observe"].into_iter().chain(names.iter().copied()).collect::<Vec<_>>().join(" ");
        let (_, example) = help.split_once("Example").unwrap_or_else(|| panic!("{call}: {help}"));
        assert!(example.contains(&call), "{call}: {help}");
        paths.extend(commands(&names).into_iter().map(|name| [&path[..], &[name]].concat()));
        seen += 1;
    }
    assert!(seen >= 16, "{seen}");
}

#[test]
fn usage_errors_exit_with_2() {
    for args in [
        &[][..],
        &["headers"],
        &["frobnicate"],
        &["smoke", "--rpc", "http://127.0.0.1:1"],
        &["headers", "x", "--threads", "0"],
        &["headers", "x", "--memory", "0"],
        &["verify", "x", "--ledger", "y"],
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(text(&output.stderr).contains("--help"), "{args:?}");
    }
}

#[test]
fn nothing_is_written_when_a_line_is_bad() {
    let dir = tempfile::tempdir().unwrap();
    let (archive, out) = (dir.path().join("a.jsonl"), dir.path().join("out.jsonl"));
    let good = r#"{"stream":"a","epoch":1,"seq":0,"unixMs":1,"chunkHash":"c","locator":"l"}"#;
    std::fs::write(&archive, format!("{good}\n{{\"epoch\":1}}\n")).unwrap();
    std::fs::write(&out, "before").unwrap();
    let [archive_text, out_text] = [&archive, &out].map(|path| path.display().to_string());
    let output = run(&["headers", &archive_text, "--out", &out_text]);
    assert_eq!(output.status.code(), Some(2));
    let error = text(&output.stderr);
    assert!(
        error.contains("a.jsonl, line 2: \"stream\" is missing. It may be of any stream"),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "before");
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 2, "something is left over");

    let output = run(&["headers", &archive_text, "--skip-bad"]);
    assert!(output.status.success());
    assert_eq!(text(&output.stdout).lines().count(), 1);
    assert!(text(&output.stderr).contains("1 lines are no entries and were passed over"));
}

#[test]
fn a_bad_line_stops_the_stream_that_it_names() {
    let dir = tempfile::tempdir().unwrap();
    let archive = dir.path().join("a.jsonl");
    let good = r#"{"stream":"a","epoch":1,"seq":0,"unixMs":1,"chunkHash":"c","locator":"l"}"#;
    std::fs::write(&archive, format!("{{\"stream\":\"b\"}}\n{good}\n")).unwrap();
    let output = run(&["headers", &archive.display().to_string()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).starts_with(r#"{"stream":"a","epoch":"1","#));
    let said = text(&output.stderr);
    let names = r#"a.jsonl, line 1: "epoch" is missing. It is of the stream "b": mend it or take it out. Until then the stream is left out"#;
    assert!(said.contains(names), "{said}");
}

#[test]
fn an_interrupted_run_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out.jsonl");
    // Standard input stays open: it is in the middle of reading.
    let mut child = Command::new(env!("CARGO_BIN_EXE_ec-observe"))
        .args(["headers", "-", "--out"])
        .arg(&out)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let files = format!("/proc/{}/fd", child.id());
    let opened = |name: &str| {
        let mut files = std::fs::read_dir(&files).unwrap().flatten();
        files.any(|file| std::fs::read_link(file.path()).is_ok_and(|to| to.starts_with(name)))
    };
    while !opened(&dir.path().display().to_string()) {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 0);
}

#[test]
fn an_archive_may_come_through_a_pipe_and_go_through_one() {
    let script = format!(
        "{0} generate --size 1 | {0} headers - --out /dev/stdout | head -1",
        env!("CARGO_BIN_EXE_ec-observe")
    );
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(output.status.success());
    assert!(text(&output.stdout).starts_with(r#"{"stream":"ch02.1/video","epoch":"#));
}

#[test]
fn a_mapping_that_is_none_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let mapping = dir.path().join("mapping.json");
    std::fs::write(&mapping, r#"{"stream": "channel"}"#).unwrap();
    let output = run(&["headers", "x", "--mapping", &mapping.display().to_string()]);
    assert_eq!(output.status.code(), Some(2));
    let error = text(&output.stderr);
    assert!(error.contains("cannot use the mapping") && error.contains("missing field"), "{error}");
    // A cause is named once.
    let error = text(&run(&["headers", "x", "--mapping", "/nonexistent"]).stderr);
    assert_eq!(error.matches("No such file").count(), 1, "{error}");
}
