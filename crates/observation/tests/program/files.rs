//! What commands are given as files, and is none: endless, silent, or a key.

use std::{
    fs,
    fs::File,
    path::Path,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use serde_json::{Value, json};
use test_kit::{
    Run,
    node::{Answer, Node, Say},
    watched::Watched,
};

use super::hostile::{COMMANDS, Chain, Files, KEY, LEDGER, WITNESS, command, ec_observe};

/// For a command that only has to say no.
const MOST: Duration = Duration::from_mins(1);

/// Each place of a file among the arguments, which is `?`; others are as for [`COMMANDS`].
const PLACES: [&[&str]; 21] = [
    &["headers", "@archive", "--mapping", "?"],
    &["headers", "@archive", "--after", "?"],
    &["prove", "@archive", "--headers", "?", "--stream", "a", "--epoch", "1", "--sequence", "0"],
    &["verify", "?"],
    &["verify", "@proof", "--ledger", "?", "--rpc", "URL"],
    &["status", "?", "--ledger", LEDGER, "--rpc", "URL"],
    &["status", "--ledger", "?", "--rpc", "URL"],
    &["submit", "?", "--ledger", "@deployment", "--key-file", "@key", "--rpc", "URL"],
    &["submit", "@headers", "--ledger", "?", "--key-file", "@key", "--rpc", "URL"],
    &["submit", "@headers", "--ledger", "@deployment", "--key-file", "?", "--rpc", "URL"],
    &["attest", "?", "--ledger", "@deployment", "--key-file", "@key", "--rpc", "URL"],
    &[
        "watch",
        "@archive",
        "--after",
        "?",
        "--ledger",
        "@deployment",
        "--key-file",
        "@key",
        "--rpc",
        "URL",
    ],
    &["sign", "?", "--ledger", "@deployment", "--registry-epoch", "1", "--key-file", "@key"],
    &["sign", "@headers", "--ledger", "?", "--registry-epoch", "1", "--key-file", "@key"],
    &["sign", "@headers", "--ledger", "@deployment", "--registry-epoch", "1", "--key-file", "?"],
    &["relay", "?", "--ledger", "@deployment", "--key-file", "@key", "--rpc", "URL"],
    &[
        "deploy",
        "--witness",
        WITNESS,
        "--quorum",
        "1",
        "--key-file",
        "@key",
        "--out",
        "?",
        "--rpc",
        "URL",
    ],
    &["deploy", "--witness", WITNESS, "--quorum", "1", "--key-file", "?", "--rpc", "URL"],
    &["smoke", "@archive", "--mapping", "?", "--key-file", "@key", "--rpc", "URL"],
    &["smoke", "--key-file", "?", "--rpc", "URL"],
    &[
        "witness",
        "add",
        WITNESS,
        "--quorum",
        "1",
        "--ledger",
        "@deployment",
        "--key-file",
        "?",
        "--rpc",
        "URL",
    ],
];

fn of(args: &[&str], file: &str, url: &str, files: &Files) -> Command {
    let place = |arg: &&str| match (*arg, arg.strip_prefix('@')) {
        ("?", _) => file.to_owned(),
        ("URL", _) => url.to_owned(),
        (_, Some(name)) => files.text(name),
        (arg, None) => arg.to_owned(),
    };
    let args: Vec<String> = args.iter().map(place).collect();
    let mut command = command(&args.iter().map(String::as_str).collect::<Vec<_>>());
    command.env("XDG_STATE_HOME", files.path("state"));
    command
}

#[test]
fn no_file_that_is_none_is_read() {
    let files = Files::new();
    let node = Node::start_apart(Chain);
    let [pipe, endless] = ["pipe", "endless"].map(|name| files.text(name));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    File::create(&endless).unwrap().set_len(1 << 40).unwrap();
    for file in ["/dev/zero", &pipe, &endless] {
        for args in PLACES {
            let watched = Watched::of(&mut of(args, file, &node.url(), &files), MOST);
            let (run, megabytes) = (&watched.run, watched.peak >> 20);
            let says = if file == endless { " bytes" } else { "it is not a regular file" };
            let is_key = file == endless && run.stderr.contains("does not hold 32 bytes in hex");
            assert_eq!(run.code, Some(2), "{args:?} with {file}: {run}");
            assert!(run.stderr.contains(says) || is_key, "{args:?} with {file}: {run}");
            assert!(run.stderr.contains(file), "{args:?} does not name {file}: {run}");
            assert!(megabytes < 150, "{args:?} with {file}: {megabytes} MB");
        }
    }
}

/// What a process left in the place of the journals that it keeps.
#[test]
fn no_journal_that_is_none_is_read() {
    let files = Files::new();
    let node = Node::start_apart(Chain);
    let attest =
        ["attest", "@headers", "--ledger", "@deployment", "--key-file", "@key", "--rpc", "URL"];
    let sign = [
        "sign",
        "@headers",
        "--ledger",
        "@deployment",
        "--registry-epoch",
        "1",
        "--key-file",
        "@key",
    ];
    // They make the names.
    for args in [&attest[..], &sign] {
        of(args, "", &node.url(), &files).output().unwrap();
    }
    let journals = files.path("state").join("ec-observe");
    let names = |end: &str| {
        let all = fs::read_dir(&journals).unwrap().map(|entry| entry.unwrap().path());
        all.filter(|path| path.display().to_string().ends_with(end)).collect::<Vec<_>>()
    };
    let [signed, lock] = ["jsonl", "lock"].map(|end| names(end).swap_remove(0));
    let pending = lock.with_extension("json");
    for (args, journal) in [(&attest[..], &pending), (&sign, &signed)] {
        for target in [Path::new("/dev/zero"), &files.path("pipe")] {
            Command::new("mkfifo").arg(files.path("pipe")).output().unwrap();
            let _ = fs::remove_file(journal);
            std::os::unix::fs::symlink(target, journal).unwrap();
            let run = Watched::of(&mut of(args, "", &node.url(), &files), MOST).run;
            assert_eq!(run.code, Some(2), "{}: {run}", target.display());
            assert!(run.stderr.contains("it is not a regular file"), "{run}");
        }
    }
}

#[test]
fn a_key_in_the_place_of_its_file_is_told_and_not_shown() {
    let files = Files::new();
    let node = Node::start_apart(Chain);
    for key in [KEY.to_owned(), format!("0x{KEY}"), format!("0X{}", KEY.to_uppercase())] {
        let mut seen = 0;
        for args in
            PLACES.iter().filter(|args| args.windows(2).any(|pair| pair == ["--key-file", "?"]))
        {
            let run = Run::of(&mut of(args, &key, &node.url(), &files));
            assert_eq!(run.code, Some(2), "{args:?}: {run}");
            let says = "cannot use the key file [hidden]: expected the path of a file, found a key";
            assert!(run.stderr.contains(says), "{args:?}: {run}");
            assert!(!run.to_string().to_lowercase().contains(&KEY[8..24]), "{args:?}: {run}");
            seen += 1;
        }
        assert_eq!(seen, 5);
    }
}

/// A node may be of any chain: what is signed for is said by who signs.
#[test]
fn nothing_is_signed_for_an_address_without_its_chain() {
    let files = Files::new();
    let node = Node::start_apart(Chain);
    let journals = files.path("state").join("ec-observe");
    let mut seen = 0;
    for (_, args) in COMMANDS.iter().filter(|(_, args)| args.contains(&"@deployment")) {
        let mut args: Vec<&str> =
            args.iter().map(|arg| if *arg == "@deployment" { LEDGER } else { arg }).collect();
        args.extend(["--rpc", "URL"]);
        let run = |more: &[&str]| Run::of(of(&args, "", &node.url(), &files).args(more));
        let asked = node.requests();
        let without = run(&[]);
        assert_eq!(without.code, Some(2), "{without}");
        assert!(without.stderr.contains("expected --chain-id beside it, found none"), "{without}");
        assert_eq!(node.requests(), asked, "{args:?}: the node was asked");
        let other = run(&["--chain-id", "5"]);
        assert_eq!(other.code, Some(2), "{other}");
        assert!(other.stderr.contains("expected chain 5, found chain 901"), "{other}");
        assert!(!journals.exists(), "{args:?}: a journal was begun");
        // The one that is meant: it gets further.
        let right = run(&["--chain-id", "901"]);
        assert!(!right.stderr.contains("chain-id") && journals.exists(), "{right}");
        fs::remove_dir_all(&journals).unwrap();
        seen += 1;
    }
    assert_eq!(seen, 5);
    // What only looks may do without.
    let status = ["status", "--ledger", LEDGER, "--rpc", &node.url()];
    assert!(!ec_observe(&status).stderr.contains("chain-id"));
    let run = ec_observe(&[&status[..], &["--chain-id", "5"]].concat());
    assert!(run.stderr.contains("expected chain 5, found chain 901"), "{run}");
}

/// A node that is of the right chain once.
struct Changing(AtomicUsize);

impl Answer for Changing {
    fn call(&self, method: &str, params: &Value) -> Say {
        if method == "eth_chainId" && self.0.fetch_add(1, Ordering::SeqCst) > 0 {
            return Say::Result(json!("0x5"));
        }
        Chain.call(method, params)
    }
}

#[test]
fn a_node_that_changes_its_chain_begins_no_journal() {
    let files = Files::new();
    let node = Node::start_apart(Changing(AtomicUsize::new(0)));
    let args =
        ["attest", "@headers", "--ledger", "@deployment", "--key-file", "@key", "--rpc", "URL"];
    let run = Run::of(&mut of(&args, "", &node.url(), &files));
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("expected chain 901, found chain 5"), "{run}");
    assert!(!files.path("state").exists(), "a journal was begun");
}
