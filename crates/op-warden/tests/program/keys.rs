//! `op-warden keys` as an operator runs it: the real program, and the real sops where there is one.

use std::{
    ffi::OsStr,
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use age::{secrecy::ExposeSecret as _, x25519};
use eth_rpc::key::SecretKey;
use op_tools::keys::THROW_AWAY;
use serde_json::{Value, json};
use test_kit::Run;

const PROGRAM: &str = env!("CARGO_BIN_EXE_op-warden");

/// Account 1 of Foundry's published test mnemonic.
const PUBLISHED: &str = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const PUBLISHED_ADDRESS: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

fn shows(run: &Run, secret: &str) -> bool {
    [&run.stdout, &run.stderr].iter().any(|text| text.contains(secret))
}

fn keys(args: &[&str]) -> Run {
    Run::from(Command::new(PROGRAM).arg("keys").args(args).output().unwrap())
}

fn keys_with_path(path: &OsStr, args: &[&str]) -> Run {
    let mut command = Command::new(PROGRAM);
    // The tests' own machine must not decide which rules hold.
    command.env_remove("SOPS_CONFIG").env("TOOLS", std::env::var_os("PATH").unwrap());
    command.env("PATH", path).arg("keys").args(args);
    Run::from(command.output().unwrap())
}

fn generate_plain(file: &Path) -> Run {
    keys(&["generate", "--plain", "--json", "--out", file.to_str().unwrap()])
}

fn address_of(text: &[u8]) -> String {
    SecretKey::from_hex(text.trim_ascii()).unwrap().address().to_string()
}

fn names(folder: &Path) -> Vec<String> {
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    fs::read_dir(folder).unwrap().map(|entry| name(entry.unwrap())).collect()
}

fn recipient(identity: &x25519::Identity) -> String {
    identity.to_public().to_string()
}

#[test]
fn every_command_explains_itself_with_an_example() {
    for command in [&["--help"][..], &["generate", "--help"], &["address", "--help"]] {
        let run = keys(command);
        assert_eq!(run.code, Some(0), "{run}");
        assert!(run.stdout.contains("Example: op-warden keys "), "{run}");
    }
}

#[test]
fn usage_errors_write_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("key");
    let out = out.to_str().unwrap();
    for args in [
        &["generate"][..],
        &["generate", "--out", out],
        &["generate", "--plain"],
        &["generate", "--sops"],
        &["generate", "--plain", "--sops", "--out", out],
        &["generate", "--plain", "--recipient", THROW_AWAY, "--out", out],
        &["address"],
        &["address", out],
    ] {
        let run = keys(args);
        assert_eq!(run.code, Some(255), "{args:?}: {run}");
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{args:?}: {run}");
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_plain_key_is_the_owners_alone_and_nothing_shows_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("batcher.key");
    let run = generate_plain(&file);
    assert_eq!(run.code, Some(0), "{run}");
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.len(), 65);
    assert!(text.ends_with('\n') && text.trim().bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(names(folder.path()), ["batcher.key"]);
    let key = SecretKey::from_file(&file).unwrap();
    assert_eq!(run.json()["address"], key.address().to_string());
    assert_eq!(run.json()["peerId"], key.peer_id());
    assert_eq!(run.json()["enodeId"], key.enode_id());
    assert_eq!(run.json()["file"], file.to_str().unwrap());
    for part in [&text[..16], &text[24..40], &text[48..64]] {
        assert!(!shows(&run, part));
    }
    let shown = keys(&["address", "--json", file.to_str().unwrap()]);
    assert_eq!(shown.json()["address"], run.json()["address"], "{shown}");
    assert_eq!(shown.json()["peerId"], run.json()["peerId"], "{shown}");
}

#[test]
fn an_existing_file_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let out = file.to_str().unwrap();
    fs::write(&file, "mine").unwrap();
    for form in [&["--plain"][..], &["--sops"], &["--recipient", THROW_AWAY]] {
        let run = keys(&[&["generate", "--out", out], form].concat());
        assert_eq!(run.code, Some(255), "{run}");
        assert!(
            run.stderr.contains("exists") && run.stderr.contains("move the file away"),
            "{run}"
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
        assert_eq!(names(folder.path()), ["key"]);
    }
}

#[test]
fn two_keys_differ() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] =
        ["one", "other"].map(|name| generate_plain(&folder.path().join(name)).json());
    assert_ne!(one["address"], other["address"]);
    assert_ne!(one["peerId"], other["peerId"]);
}

#[test]
fn every_recipient_decrypts_the_key_of_the_printed_address() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("batcher.age");
    let identities = [x25519::Identity::generate(), x25519::Identity::generate()];
    let [one, other] = [recipient(&identities[0]), recipient(&identities[1])];
    let run = keys(&[
        "generate",
        "--json",
        "--recipient",
        &one,
        "--recipient",
        &other,
        "--out",
        file.to_str().unwrap(),
    ]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(run.stderr, "");
    let encrypted = fs::read(&file).unwrap();
    assert!(encrypted.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----\n"));
    for identity in &identities {
        let text = age::decrypt(identity, &encrypted).unwrap();
        assert_eq!(text.len(), 65);
        assert_eq!(run.json()["address"], address_of(&text));
        let hex = String::from_utf8(text).unwrap();
        assert!(!shows(&run, &hex[..16]) && !shows(&run, &hex[48..64]));
    }
    assert!(age::decrypt(&x25519::Identity::generate(), &encrypted).is_err());
    let refused = keys(&["address", file.to_str().unwrap()]);
    assert_eq!(refused.code, Some(255));
    assert!(refused.stderr.contains("is encrypted; decrypt it into a pipe"), "{refused}");
}

#[test]
fn without_out_the_encrypted_key_goes_to_stdout_and_the_address_beside_it() {
    let identity = x25519::Identity::generate();
    let run = keys(&["generate", "--recipient", &recipient(&identity)]);
    assert_eq!(run.code, Some(0), "{run}");
    let text = age::decrypt(&identity, run.stdout.as_bytes()).unwrap();
    assert!(run.stderr.contains(&address_of(&text)), "{run}");
    let json = keys(&["generate", "--json", "--recipient", &recipient(&identity)]).json();
    let text = age::decrypt(&identity, json["encrypted"].as_str().unwrap().as_bytes()).unwrap();
    assert_eq!(json["address"], address_of(&text));
}

#[test]
fn unusable_recipients_are_refused_with_a_way_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let secret = x25519::Identity::generate().to_string();
    for (recipient, reason) in [
        ("", "begins with age1"),
        ("age1", "begins with age1"),
        ("batcher@example.org", "begins with age1"),
        (&THROW_AWAY[..40], "begins with age1"),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB", "ssh-to-age"),
        (secret.expose_secret(), "a secret age identity"),
    ] {
        let good = recipient_of_nobody();
        let run = keys(&[
            "generate",
            "--recipient",
            &good,
            "--recipient",
            recipient,
            "--out",
            file.to_str().unwrap(),
        ]);
        assert_eq!(run.code, Some(255), "{recipient}: {run}");
        assert!(run.stderr.contains(reason), "{recipient}: {run}");
        assert!(!shows(&run, secret.expose_secret()), "{run}");
        assert!(names(folder.path()).is_empty());
    }
}

fn recipient_of_nobody() -> String {
    recipient(&x25519::Identity::generate())
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent");
    let run = keys(&["generate", "--plain", "--out", absent.join("key").to_str().unwrap()]);
    assert_eq!(run.code, Some(255));
    assert!(run.stderr.contains(&format!("there is no folder {}", absent.display())), "{run}");
}

#[test]
fn address_reads_files_and_stdin_and_shows_nothing_of_what_is_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    for (content, expected) in [
        (format!("{PUBLISHED}\n"), Ok(PUBLISHED_ADDRESS)),
        (format!(" 0x{PUBLISHED}\r\n"), Ok(PUBLISHED_ADDRESS)),
        (String::new(), Err("32 bytes in hex")),
        (PUBLISHED[..63].to_owned(), Err("32 bytes in hex")),
        (format!("{PUBLISHED}\n{PUBLISHED}\n"), Err("32 bytes in hex")),
        ("0".repeat(64), Err("zero or not below")),
        // What is longer than any key is not read to its end.
        (format!("{PUBLISHED}{}", " ".repeat(10_000)), Ok(PUBLISHED_ADDRESS)),
        ("{\"data\": \"ENC[…]\"}".to_owned(), Err("is encrypted")),
    ] {
        fs::write(&file, &content).unwrap();
        for run in [keys(&["address", file.to_str().unwrap()]), piped(content.as_bytes())] {
            assert!(!shows(&run, &PUBLISHED[..16]) && !shows(&run, &PUBLISHED[40..56]), "{run}");
            let (code, text, part) = match expected {
                Ok(address) => (0, &run.stdout, address),
                Err(reason) => (255, &run.stderr, reason),
            };
            assert!(run.code == Some(code) && text.contains(part), "{run}");
        }
    }
}

/// Whoever gives the key itself has shown it already; no output shows it again.
#[test]
fn a_key_in_the_place_of_its_file_is_told_and_not_repeated() {
    let key = "7e57ab1e".repeat(8);
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.json");
    let document = json!({
        "chain": {
            "genesis": "genesis.json", "rollup": "rollup.json", "l2ChainId": 901,
            "disputeGameFactory": PUBLISHED_ADDRESS,
        },
        "l1": {"rpc": "http://127.0.0.1:1", "chainId": 900},
        "services": {},
    });
    fs::write(&config, document.to_string()).unwrap();
    let config = config.to_str().unwrap();
    for args in [
        &["keys", "address"][..],
        &["bonds", "--config", config, "--claim", "--recipient", PUBLISHED_ADDRESS, "--key"],
        &["prove", "deposit", "--config", config, "--key"],
    ] {
        for given in [key.clone(), format!("0x{key}")] {
            let run = Run::from(Command::new(PROGRAM).args(args).arg(&given).output().unwrap());
            assert!(run.code != Some(0) && run.stderr.contains("found a"), "{run}");
            assert!(!shows(&run, &key), "{args:?} shows the key");
        }
    }
}

fn piped(content: &[u8]) -> Run {
    let mut child = Command::new(PROGRAM)
        .args(["keys", "address", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program need not read what is longer than a key.
    let _ = child.stdin.take().unwrap().write_all(content);
    Run::from(child.wait_with_output().unwrap())
}

/// A folder whose `sops` is this script.
fn fake_sops(folder: &Path, script: &str) -> PathBuf {
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).unwrap();
    fs::write(bin.join("sops"), format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(bin.join("sops"), fs::Permissions::from_mode(0o755)).unwrap();
    bin
}

#[test]
fn without_sops_the_way_on_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let run = keys_with_path(
        folder.path().as_os_str(),
        &["generate", "--sops", "--out", file.to_str().unwrap()],
    );
    assert_eq!(run.code, Some(255), "{run}");
    assert!(run.stderr.contains("sops is not on PATH"), "{run}");
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_sops_that_does_not_encrypt_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    for (script, reason) in [
        ("PATH=$TOOLS exec cat", "unencrypted"),
        ("exit 0", "unencrypted"),
        ("echo 'the rules are bad' >&2; exit 1", "the rules are bad"),
        ("exit 3", "exit status: 3"),
    ] {
        let bin = fake_sops(folder.path(), script);
        let run = keys_with_path(
            bin.as_os_str(),
            &["generate", "--sops", "--out", file.to_str().unwrap()],
        );
        assert_eq!(run.code, Some(255), "{script}: {run}");
        assert!(run.stderr.contains(reason), "{script}: {run}");
        assert_eq!(names(folder.path()), ["bin"], "{script}");
    }
}

#[test]
fn the_key_is_in_no_command_line_of_sops() {
    let folder = tempfile::tempdir().unwrap();
    let (file, seen) = (folder.path().join("key"), folder.path().join("seen"));
    let script = format!(
        "PATH=$TOOLS; {{ printf '%s\\n' \"$@\"; pwd; env; }} >{seen}; sha256sum",
        seen = seen.display()
    );
    let run = keys_with_path(
        fake_sops(folder.path(), &script).as_os_str(),
        &["generate", "--sops", "--out", file.to_str().unwrap()],
    );
    assert_eq!(run.code, Some(0), "{run}");
    let seen = fs::read_to_string(seen).unwrap();
    assert!(seen.starts_with("encrypt\n--input-type\nbinary\n--output-type\nbinary\n"), "{seen}");
    assert!(seen.contains("--filename-override=key\n/dev/stdin\n"), "{seen}");
    let word = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(!seen.split_whitespace().any(word), "{seen}");
}

/// The project's own rules and example, with the real sops.
#[test]
fn the_real_sops_encrypts_by_the_rules_of_the_project() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let absent = [
        (Command::new("sops").arg("--help").output().is_err(), "sops is not on PATH"),
        (!root.join(".sops.yaml").exists(), "the project's .sops.yaml is not there"),
    ];
    if let Some((_, why)) = absent.iter().find(|(absent, _)| *absent) {
        eprintln!("SKIPPED: the_real_sops_encrypts_by_the_rules_of_the_project: {why}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("secrets")).unwrap();
    fs::copy(root.join(".sops.yaml"), folder.path().join(".sops.yaml")).unwrap();
    let file = folder.path().join("secrets/new.example");
    let path = std::env::var_os("PATH").unwrap();
    let run =
        keys_with_path(&path, &["generate", "--sops", "--json", "--out", file.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stderr.contains("everybody can decrypt this key"), "{run}");
    assert_eq!(run.json()["address"], address_of(&sops_decrypt(&file)));
    assert!(
        serde_json::from_slice::<Value>(&fs::read(&file).unwrap()).unwrap()["sops"].is_object()
    );

    let other = folder.path().join("secrets/new.ecp-forge");
    let run = keys_with_path(&path, &["generate", "--sops", "--out", other.to_str().unwrap()]);
    assert_eq!(run.code, Some(255), "{run}");
    assert!(run.stderr.contains("no matching creation rules"), "{run}");
    assert!(!other.exists());

    for (secret, address) in [
        ("batcher", PUBLISHED_ADDRESS),
        ("proposer", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
        ("challenger", "0x90F79bf6EB2c4f870365E785982E1f101E93b906"),
        ("sequencer", "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
        ("p2p-sequencer-node", "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"),
    ] {
        let text = sops_decrypt(&root.join(format!("secrets/{secret}.example")));
        assert_eq!(address_of(&text), address, "{secret}");
    }
}

fn sops_decrypt(file: &Path) -> Vec<u8> {
    let identity = concat!(env!("CARGO_MANIFEST_DIR"), "/../../secrets/throw-away.age");
    let output = Command::new("sops")
        .env("SOPS_AGE_KEY_FILE", identity)
        .arg("decrypt")
        .arg(file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn the_throw_away_identity_is_the_one_that_is_warned_of() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../secrets/throw-away.age");
    let Ok(text) = fs::read_to_string(file) else {
        eprintln!("SKIPPED: the_throw_away_identity_is_the_one_that_is_warned_of: no {file}");
        return;
    };
    let line = text.lines().find(|line| !line.starts_with('#')).unwrap();
    assert_eq!(recipient(&line.parse::<x25519::Identity>().unwrap()), THROW_AWAY);
    let run = keys(&["generate", "--recipient", THROW_AWAY]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stderr.contains("everybody can decrypt this key"), "{run}");
}

#[test]
fn a_key_must_be_the_one_that_its_gate_passed() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.into_os_string().into_string().unwrap()
    };
    let key = file("key", PUBLISHED);
    let address = |stamp: &str| keys(&["address", &key, "--stamp", stamp]);

    let right = address(&file("right", &format!("{PUBLISHED_ADDRESS}\n")));
    assert!(right.code == Some(0) && right.stdout.contains(PUBLISHED_ADDRESS), "{right}");

    let another = address(&file("another", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC\n"));
    assert_ne!(another.code, Some(0));
    assert!(another.stderr.contains("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"), "{another}");
    assert!(another.stderr.contains("Nothing was started"), "{another}");

    assert_ne!(address(&file("empty", "")).code, Some(0));
    assert_ne!(address("/no/such/stamp").code, Some(0));
}
