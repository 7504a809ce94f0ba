//! Every command that talks to a node, before nodes that mean harm: it ends in time and in little memory, never
//! with a yes, and nothing that it leaves holds a secret or steers who reads it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use test_kit::{
    Run,
    hostile::{
        CONTROL, Hostile, Hostility,
        suite::{self, Case, Outcome},
    },
    node::{Answer, Node, Say},
    watched::Watched,
};

/// Three times what a request may take.
const MOST: Duration = Duration::from_secs(3 * 30);
pub(crate) const KEY: &str = "7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e7e57ab1e";
pub(crate) const LEDGER: &str = "0x00000000000000000000000000000000000000d1";
pub(crate) const WITNESS: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
/// No answer, or a no.
const FAILS: [i32; 2] = [1, 2];
/// The first of an entry's archive is always the same.
const ENTRY: &str =
    r#"{"stream":"a","epoch":1,"seq":0,"unixMs":1767225600000,"chunkHash":"c","locator":"l"}"#;

/// As much of a chain as commands look at before they begin: whatever is called says one.
pub(crate) struct Chain;

impl Answer for Chain {
    fn call(&self, method: &str, _: &Value) -> Say {
        let word = format!("0x{:064x}", 1);
        Say::Result(match method {
            "eth_chainId" => json!("0x385"),
            "eth_getBlockByNumber" => {
                json!({"number": "0x0", "hash": word, "parentHash": word, "timestamp": "0x1"})
            }
            "eth_getTransactionCount" => json!("0x0"),
            "eth_call" => json!(word),
            "eth_getCode" => json!("0x"),
            _ => return Say::Error(-32601, "the method does not exist"),
        })
    }
}

/// The files that commands are given.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        fs::write(files.path("archive"), format!("{ENTRY}\n")).unwrap();
        fs::write(files.path("key"), KEY).unwrap();
        let deployment = json!({
            "chainId": 901, "deployer": WITNESS, "nonce": 0, "registry": WITNESS, "ledger": LEDGER, "rail": WITNESS,
        });
        fs::write(files.path("deployment"), deployment.to_string()).unwrap();
        let [archive, headers] = ["archive", "headers"].map(|name| files.text(name));
        let made = ec_observe(&["headers", &archive, "--out", &headers]);
        assert_eq!(made.code, Some(0), "{made}");
        let sign =
            ["sign", &headers, "--chain-id", "901", "--ledger", LEDGER, "--registry-epoch", "1"];
        let [key, journal, signatures] =
            ["key", "journal", "signatures"].map(|name| files.text(name));
        let keys = ["--key-file", &key, "--journal", &journal, "--out", &signatures];
        let signed = ec_observe(&[&sign[..], &keys].concat());
        assert_eq!(signed.code, Some(0), "{signed}");
        let entry = ["--stream", "a", "--epoch", "1", "--sequence", "0"];
        let proof = ec_observe(&[&["prove", &archive, "--headers", &headers][..], &entry].concat());
        assert_eq!(proof.code, Some(0), "{proof}");
        fs::write(files.path("proof"), proof.stdout).unwrap();
        files
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }
}

pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ec-observe"));
    command.env_clear().args(args);
    command
}

pub(crate) fn ec_observe(args: &[&str]) -> Run {
    Run::of(&mut command(args))
}

/// Each command with its arguments, where `@` begins the name of a file.
pub(crate) const COMMANDS: [(&str, &[&str]); 9] = [
    (
        "deploy",
        &[
            "deploy",
            "--witness",
            WITNESS,
            "--quorum",
            "1",
            "--out",
            "@@deployment",
            "--key-file",
            "@key",
        ],
    ),
    (
        "witness",
        &[
            "witness",
            "add",
            WITNESS,
            "--quorum",
            "1",
            "--ledger",
            "@deployment",
            "--key-file",
            "@key",
        ],
    ),
    ("submit", &["submit", "@headers", "--ledger", "@deployment", "--key-file", "@key"]),
    ("attest", &["attest", "@headers", "--ledger", "@deployment", "--key-file", "@key"]),
    ("status", &["status", "@headers", "--ledger", LEDGER]),
    (
        "watch",
        &[
            "watch",
            "@archive",
            "--once",
            "--propose",
            "--ledger",
            "@deployment",
            "--key-file",
            "@key",
        ],
    ),
    ("relay", &["relay", "@signatures", "--ledger", "@deployment", "--key-file", "@key"]),
    ("verify", &["verify", "@proof", "--ledger", LEDGER]),
    ("smoke", &["smoke", "--key-file", "@key"]),
];

#[test]
fn no_command_is_harmed() {
    let files = Arc::new(Files::new());
    let mut cases = Vec::new();
    for kind in Hostility::ALL {
        for (name, args) in COMMANDS {
            for honest in [0, 2] {
                let files = files.clone();
                let meets = format!("{kind:?} after {honest} answers");
                cases.push(Case::new(name, meets, move || run(args, &files, kind, honest)));
            }
        }
    }
    suite::run(cases);
}

fn run(args: &[&str], files: &Files, kind: Hostility, honest: usize) -> Outcome {
    let right = Node::start_apart(Chain);
    let node = [Hostile::before(&right.url(), kind, honest)];
    let folder = tempfile::tempdir().unwrap();
    let place = |arg: &&str| match (arg.strip_prefix("@@"), arg.strip_prefix('@')) {
        (Some(name), _) => folder.path().join(name).display().to_string(),
        (None, Some(name)) => files.text(name),
        (None, None) => (*arg).to_owned(),
    };
    let args: Vec<String> = args.iter().map(place).collect();
    let mut command = command(&args.iter().map(String::as_str).collect::<Vec<_>>());
    command.args(["--rpc", &node[0].url()]).env("XDG_STATE_HOME", folder.path());
    let watched = Watched::of(&mut command, MOST);
    // Of a chain that answers, some know the answer by then.
    // A node may call anything the code of a contract that is not there.
    let lies = kind == Hostility::JustReadNumbers && args[0] == "deploy";
    let knows = kind.is_readable() || lies || (honest > 0 && node[0].asked() <= honest);
    let codes = if knows { &[0, 1, 2][..] } else { &FAILS[..] };
    let mut outcome = Outcome::of(&watched, codes, &node);
    for text in [&watched.run.stdout, &watched.run.stderr] {
        if text.contains(&KEY[8..24]) {
            outcome.faults.push(format!("shows the key: {text}"));
        }
    }
    if node[0].followed() > 0 {
        outcome.faults.push("a redirect was followed".to_owned());
    }
    look_into(folder.path(), &node, &mut outcome);
    outcome
}

fn look_into(folder: &Path, nodes: &[Hostile], outcome: &mut Outcome) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look_into(&path, nodes, outcome);
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            outcome.shows(&text, &path.display().to_string(), nodes);
        }
    }
}

/// What a broadcaster may write into an archive.
#[test]
fn a_hostile_archive_steers_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let [archive, out] = ["archive", "out"].map(|name| dir.path().join(name).display().to_string());
    let entry: Value = serde_json::from_str(ENTRY).unwrap();
    let with = |field: &str, value: Value| {
        let mut entry = entry.clone();
        entry[field] = value;
        entry.to_string()
    };
    let long = "\u{1b}".repeat(1 << 20);
    let other = with("chunkHash", json!("other"));
    let [named, named_too] = ["c", "d"].map(|chunk| {
        json!({"stream": CONTROL.replace('\0', ""), "epoch": 1, "seq": 0, "unixMs": 1, "chunkHash": chunk, "locator": "l"})
    });
    let mut outcome = Outcome::default();
    for text in [
        CONTROL.to_owned(),
        long.clone(),
        with("stream", json!({CONTROL: 1})),
        with("stream", json!(CONTROL)),
        with("stream", json!(long)),
        with("seq", json!(CONTROL)),
        with("seq", json!(long)),
        with("unixMs", json!(CONTROL)),
        format!(r#"{{"stream":{}"#, "[".repeat(1 << 20)),
        format!("{ENTRY}\n{other}"),
        format!("{named}\n{named_too}"),
    ] {
        fs::write(&archive, text).unwrap();
        for skips in [&[][..], &["--skip-bad"]] {
            let run = ec_observe(&[&["headers", &archive, "--out", &out][..], skips].concat());
            assert!(matches!(run.code, Some(0..=2)), "{run}");
            assert!(run.stderr.len() < 4_000, "{run}");
            outcome.shows(&run.stderr, "stderr", &[]);
        }
    }
    assert!(outcome.faults.is_empty(), "{:?}", outcome.faults);
}
