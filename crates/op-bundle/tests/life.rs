//! A bundle from its making to a follower, and everything that somebody may do to it in between.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::{fs, io::Write as _};

use op_bundle::about::About;
use op_bundle::create::{Content, CreateError, Created, Signer, Wishes, create};
use op_bundle::keep::{Change, KeepError, Kept};
use op_bundle::source::{Source, SourceError};
use op_bundle::ssh::{PrivateKey, PrivateKeyError, PublicKey};
use op_bundle::verify::{Verified, VerifyError, verify};
use op_bundle::{NAMESPACE, SIGNATURE};
use op_chain::genesis::{Fallback, GenesisBlock};
use op_chain::rollup::RollupConfig;
use serde_json::{Value, json};
use tempfile::TempDir;

const GENESIS: &str = include_str!("../../op-chain/tests/data/genesis.json");
const ROLLUP: &str = include_str!("../../op-chain/tests/data/rollup.json");

fn key() -> PrivateKey {
    PrivateKey::generate("test").unwrap().0
}

/// The files of a chain whose genesis has `extra` for its extra data.
fn content(extra: &str) -> Content {
    let mut genesis: Value = serde_json::from_str(GENESIS).unwrap();
    if !extra.is_empty() {
        genesis["extraData"] = json!(extra);
    }
    let genesis = genesis.to_string().into_bytes();
    let mut rollup: Value = serde_json::from_str(ROLLUP).unwrap();
    let read: RollupConfig = serde_json::from_value(rollup.clone()).unwrap();
    let fallback = Fallback { chain_id: read.l2_chain_id, forks: read.forks.clone() };
    let hash = GenesisBlock::from_json(&genesis, Some(&fallback)).unwrap().hash;
    rollup["genesis"]["l2"]["hash"] = json!(hash);
    Content {
        genesis,
        rollup: rollup.to_string().into_bytes(),
        l1_config: None,
        about: about(&read),
        url: Some("https://chain.example/bundle/".to_owned()),
    }
}

fn about(rollup: &RollupConfig) -> About {
    serde_json::from_value(json!({
        "name": "A chain", "l1ChainId": rollup.l1_chain_id, "l2ChainId": rollup.l2_chain_id,
        "unsafeBlockSigner": "0x15d34aaf54267db7d7c367839aaf71a00a2c6a65",
        "contracts": {"SystemConfigProxy": rollup.l1_system_config_address},
        "peers": {"nodes": ["/ip4/127.0.0.1/tcp/9222/p2p/16Uiu2HAm"]},
        "endpoints": {"rpc": "https://rpc.example", "explorer": "https://explorer.example"}
    }))
    .unwrap()
}

fn made(signer: PrivateKey) -> (TempDir, PublicKey) {
    let folder = tempfile::tempdir().unwrap();
    let public = signer.public();
    let created = create(folder.path(), &content(""), &Signer::Key(signer), &Wishes::default());
    assert_eq!(created.unwrap(), Created::New(1));
    (folder, public)
}

fn verified(folder: &Path, trusted: PublicKey) -> Result<Verified, VerifyError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(verify(&Source::Folder(folder.to_owned()), trusted))
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// A key file that can be read again, as `PrivateKey` is no Clone.
struct File(TempDir);

impl File {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (_, text) = PrivateKey::generate("test").unwrap();
        let path = folder.path().join("key");
        op_util_write(&path, text.as_bytes());
        Self(folder)
    }

    fn key(&self) -> PrivateKey {
        PrivateKey::from_file(&self.0.path().join("key")).unwrap()
    }
}

fn op_util_write(path: &Path, content: &[u8]) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = fs::File::options().create_new(true).write(true).mode(0o600).open(path).unwrap();
    file.write_all(content).unwrap();
}

#[test]
fn what_is_made_is_proven_and_whole() {
    let (folder, public) = made(key());
    let bundle = verified(folder.path(), public).unwrap();
    assert_eq!(bundle.head.signed_by, public);
    assert_eq!(bundle.files["genesis.json"], content("").genesis);
    assert_eq!(bundle.about, content("").about);
    let join: Value = serde_json::from_slice(&bundle.files["join.json"]).unwrap();
    let id = bundle.rollup.l2_chain_id;
    assert_eq!(join["wallet"]["chainId"], format!("{id:#x}"));
    assert_eq!(join["wallet"]["rpcUrls"], json!(["https://rpc.example"]));
    let text = String::from_utf8(bundle.files["join.txt"].clone()).unwrap();
    for told in [
        public.to_string(),
        format!("({id:#x})"),
        "op-devnet follow https://chain.example/bundle/".to_owned(),
    ] {
        assert!(text.contains(&told), "{told}: {text}");
    }
    // Nothing new is not published again.
    let signer = File::new();
    let folder = tempfile::tempdir().unwrap();
    let publish = |extra: &str, wishes: &Wishes| {
        create(folder.path(), &content(extra), &Signer::Key(signer.key()), wishes)
    };
    assert_eq!(publish("", &Wishes::default()).unwrap(), Created::New(1));
    assert_eq!(publish("", &Wishes::default()).unwrap(), Created::Same(1));
}

#[test]
fn no_byte_of_a_bundle_can_change() {
    let (folder, public) = made(key());
    let mut flipped = 0;
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let right = fs::read(&path).unwrap();
        for place in 0..right.len() {
            let mut wrong = right.clone();
            wrong[place] ^= 1 << (place % 8);
            fs::write(&path, &wrong).unwrap();
            let error = verified(folder.path(), public);
            assert!(error.is_err(), "byte {place} of {}", path.display());
            flipped += 1;
        }
        for cut in [0, right.len() / 2, right.len() - 1] {
            fs::write(&path, &right[..cut]).unwrap();
            assert!(verified(folder.path(), public).is_err(), "{} cut at {cut}", path.display());
        }
        fs::write(&path, [&right[..], b"\n"].concat()).unwrap();
        assert!(verified(folder.path(), public).is_err(), "{} longer", path.display());
        fs::remove_file(&path).unwrap();
        let error = verified(folder.path(), public).unwrap_err();
        assert!(error.is_passing(), "{error}");
        fs::write(&path, &right).unwrap();
    }
    verified(folder.path(), public).unwrap();
    assert!(flipped > 1000, "{flipped}");
}

#[test]
fn another_key_is_not_trusted_and_both_are_named() {
    let (folder, public) = made(key());
    let other = key().public();
    let error = verified(folder.path(), other).unwrap_err().to_string();
    assert!(error.contains(&public.to_string()) && error.contains(&other.to_string()), "{error}");
}

#[test]
fn a_chain_is_locked_once_it_is_published() {
    let signer = File::new();
    let folder = tempfile::tempdir().unwrap();
    let publish = |extra: &str, wishes: &Wishes| {
        create(folder.path(), &content(extra), &Signer::Key(signer.key()), wishes)
    };
    publish("", &Wishes::default()).unwrap();
    let before = fs::read(folder.path().join("manifest.json")).unwrap();
    let error = publish("0x01", &Wishes::default()).unwrap_err();
    let CreateError::Locked { old, new, .. } = error else { panic!("{error}") };
    assert_eq!(fs::read(folder.path().join("manifest.json")).unwrap(), before);
    // The word must be about what is given up, not about what comes.
    let wishes = Wishes { abandon: Some(new), ..Wishes::default() };
    assert!(matches!(publish("0x01", &wishes), Err(CreateError::Locked { .. })));

    let kept = tempfile::tempdir().unwrap();
    let public = signer.key().public();
    let follower = Kept::open(kept.path()).unwrap();
    let first = verified(folder.path(), public).unwrap();
    assert_eq!(follower.judge(&first, None).unwrap(), Change::First);
    follower.take(public, &first).unwrap();
    drop(follower);

    let wishes = Wishes { abandon: Some(old), ..Wishes::default() };
    assert_eq!(publish("0x01", &wishes).unwrap(), Created::New(2));
    let second = verified(folder.path(), public).unwrap();
    let follower = Kept::open(kept.path()).unwrap();
    let error = follower.judge(&second, None).unwrap_err();
    assert!(matches!(error, KeepError::Genesis { .. }));
    let text = error.to_string();
    assert!(
        text.contains(&format!("{old} → {new}")) && text.contains("--accept-genesis"),
        "{text}"
    );
    assert!(follower.judge(&second, Some(old)).is_err());
    assert_eq!(follower.judge(&second, Some(new)).unwrap(), Change::Newer(1));
}

#[test]
fn an_older_bundle_and_a_twin_are_refused() {
    let signer = File::new();
    let public = signer.key().public();
    let [one, two, twin, kept] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let publish = |folder: &Path, faucet: &str, serial| {
        let mut content = content("");
        content.about.endpoints.faucet = Some(faucet.to_owned());
        let wishes = Wishes { serial, ..Wishes::default() };
        create(folder, &content, &Signer::Key(signer.key()), &wishes).unwrap()
    };
    publish(one.path(), "https://a.example", None);
    copy(one.path(), two.path());
    assert_eq!(publish(two.path(), "https://b.example", None), Created::New(2));
    publish(twin.path(), "https://c.example", Some(2));
    let bundles = [&one, &two, &twin].map(|folder| verified(folder.path(), public).unwrap());

    let follower = Kept::open(kept.path()).unwrap();
    follower.take(public, &bundles[1]).unwrap();
    assert!(matches!(Kept::open(kept.path()), Err(KeepError::Locked(_))));
    drop(follower);
    let follower = Kept::open(kept.path()).unwrap();
    assert_eq!(follower.judge(&bundles[1], None).unwrap(), Change::Same);
    let error = follower.judge(&bundles[0], None).unwrap_err();
    assert!(matches!(error, KeepError::Older { expected: 2, found: 1 }), "{error}");
    assert!(matches!(follower.judge(&bundles[2], None), Err(KeepError::Twin(2))));
    // What was accepted is a bundle by itself.
    assert!(verified(kept.path(), public).is_ok());
}

#[test]
fn a_key_hands_over_and_signs_no_more() {
    let (old, new) = (File::new(), File::new());
    let [folder, before, kept] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let publish = |key: &File, rotate_from, faucet: &str| {
        let mut content = content("");
        content.about.endpoints.faucet = Some(faucet.to_owned());
        let wishes = Wishes { rotate_from, ..Wishes::default() };
        create(folder.path(), &content, &Signer::Key(key.key()), &wishes)
    };
    publish(&old, None, "https://a.example").unwrap();
    copy(folder.path(), before.path());
    assert!(matches!(publish(&new, None, "https://b.example"), Err(CreateError::Signer(_))));
    let stranger = Some(File::new().key());
    assert!(matches!(
        publish(&new, stranger, "https://b.example"),
        Err(CreateError::RotateFrom { .. })
    ));
    assert_eq!(publish(&new, Some(old.key()), "https://b.example").unwrap(), Created::New(2));

    // Who knows the old key gets to the new one, and who knows the new one needs no more.
    for key in [&old, &new] {
        let bundle = verified(folder.path(), key.key().public()).unwrap();
        assert_eq!(bundle.head.signed_by, new.key().public());
    }
    let follower = Kept::open(kept.path()).unwrap();
    let given = old.key().public();
    let bundle = verified(folder.path(), given).unwrap();
    follower.take(given, &bundle).unwrap();
    drop(follower);
    let follower = Kept::open(kept.path()).unwrap();
    assert_eq!(follower.trusted(given), new.key().public());
    let other = key().public();
    assert_eq!(follower.trusted(other), other);

    // Whoever has stolen the old key leaves the statement out, with a high number.
    let mut content = content("");
    content.about.endpoints.faucet = Some("https://thief.example".to_owned());
    let wishes = Wishes { serial: Some(99), ..Wishes::default() };
    create(before.path(), &content, &Signer::Key(old.key()), &wishes).unwrap();
    assert!(verified(before.path(), given).is_ok());
    assert!(verified(before.path(), follower.trusted(given)).is_err());
}

#[test]
fn files_of_two_chains_make_no_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let make =
        |content: &Content| create(folder.path(), content, &Signer::Key(key()), &Wishes::default());
    let other = Content { genesis: content("0x01").genesis, ..content("") };
    assert!(matches!(make(&other), Err(CreateError::NotOne { name: "genesis.json", .. })));
    let mut other = content("");
    other.about.l1_chain_id += 1;
    assert!(matches!(make(&other), Err(CreateError::NotOne { name: "chain.json", .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// Runs ssh-keygen; `None` where it is not installed.
fn ssh_keygen(folder: &Path, args: &[&str], input: &[u8]) -> Option<bool> {
    let mut child = Command::new("ssh-keygen")
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take().unwrap().write_all(input).unwrap();
    Some(child.wait().unwrap().success())
}

#[test]
fn openssh_checks_what_is_signed_here_and_signs_what_is_checked_here() {
    let signer = File::new();
    let (folder, public) = made(signer.key());
    let path = folder.path();
    fs::write(path.join("allowed"), format!("chain {public}\n")).unwrap();
    let check = ["-Y", "verify", "-f", "allowed", "-I", "chain", "-n", NAMESPACE, "-s", SIGNATURE];
    let manifest = fs::read(path.join("manifest.json")).unwrap();
    let Some(passed) = ssh_keygen(path, &check, &manifest) else {
        eprintln!("skipped: there is no ssh-keygen on PATH");
        return;
    };
    assert!(passed, "OpenSSH does not take our signature");
    assert_eq!(ssh_keygen(path, &check, b"another"), Some(false));

    // Its keys and its signatures, over the same manifest.
    let theirs = tempfile::tempdir().unwrap();
    let make = ["-q", "-t", "ed25519", "-f", "key", "-N", "", "-C", "a comment"];
    assert_eq!(ssh_keygen(theirs.path(), &make, b""), Some(true));
    let text = fs::read_to_string(theirs.path().join("key.pub")).unwrap();
    let public: PublicKey = text.parse().unwrap();
    let read = PrivateKey::from_file(&theirs.path().join("key")).unwrap();
    assert_eq!(read.public(), public);
    let unsigned = tempfile::tempdir().unwrap();
    create(unsigned.path(), &content(""), &Signer::Later(public), &Wishes::default()).unwrap();
    assert!(!unsigned.path().join(SIGNATURE).exists());
    assert!(matches!(
        verified(unsigned.path(), public),
        Err(VerifyError::Source(SourceError::Read { .. }))
    ));
    let key = theirs.path().join("key").display().to_string();
    let sign = ["-Y", "sign", "-f", &key, "-n", NAMESPACE, "manifest.json"];
    assert_eq!(ssh_keygen(unsigned.path(), &sign, b""), Some(true));
    verified(unsigned.path(), public).unwrap();

    // A key with a passphrase is told from one that is broken.
    let change = ["-q", "-p", "-f", "key", "-P", "", "-N", "longer than that"];
    assert_eq!(ssh_keygen(theirs.path(), &change, b""), Some(true));
    let error = PrivateKey::from_file(&theirs.path().join("key")).unwrap_err();
    assert!(matches!(error, PrivateKeyError::Encrypted(_)), "{error}");
    // And it takes ours.
    assert_eq!(ssh_keygen(signer.0.path(), &["-y", "-f", "key"], b""), Some(true));
}

#[test]
fn what_is_no_key_is_said_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    for text in [
        "",
        "secret",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n",
    ] {
        fs::write(&path, text).unwrap();
        let error = PrivateKey::from_file(&path).unwrap_err().to_string();
        assert!(error.contains("ed25519") && !error.contains("c2Vj"), "{error}");
    }
    let error = "-----BEGIN OPENSSH PRIVATE KEY-----".parse::<PublicKey>().unwrap_err();
    assert!(error.to_string().contains(".pub"), "{error}");
    for text in
        ["ssh-rsa AAAA", "sk-ssh-ed25519@openssh.com AAAA", "ssh-ed25519", "ssh-ed25519 AAAA"]
    {
        assert!(text.parse::<PublicKey>().is_err(), "{text}");
    }
}
