//! `op-warden keys`.

use std::io::{Read, Write as _, stderr, stdin, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{ArgGroup, Args, Subcommand};
use eth_rpc::key::SecretKey;
use serde_json::json;
use zeroize::Zeroizing;

use crate::output::{print, print_either};
use op_tools::keys::file::{NewFile, Readers};
use op_tools::keys::{self, Identity, recipient, sops};
use op_util::{file, foreign::clean};

/// The most of a stamp that is read: it holds an address.
const MAX_STAMP: u64 = 4096;

#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// Makes a fresh key and writes it to a new file
    #[command(after_help = "Examples:\n  op-warden keys generate --sops --out \
            secrets/batcher.ecp-forge\n  op-warden keys generate --recipient age1… --out \
            secrets/batcher.age\n\nExample: op-warden keys generate --plain --out batcher.key\n\n\
            Prints address, peer id and enode id, never the key. An existing file is never overwritten.")]
    Generate(GenerateArgs),
    /// Prints address, peer id and enode id of a key file
    #[command(
        after_help = "Example: op-warden keys address batcher.key\n\nOf an encrypted file: sops \
            decrypt secrets/batcher.ecp-forge | op-warden keys address -"
    )]
    Address(AddressArgs),
}

#[derive(Args)]
#[command(group(ArgGroup::new("form").required(true).args(["sops", "recipient", "plain"])))]
pub(crate) struct GenerateArgs {
    /// The file to write; with --recipient, stdout if not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Encrypt with the sops program, for whom .sops.yaml names
    #[arg(long, requires = "out")]
    sops: bool,
    /// Encrypt for this age recipient (age1…); may be repeated
    #[arg(long, value_name = "AGE")]
    recipient: Vec<String>,
    /// Do not encrypt: a file that only its owner can read
    #[arg(long, requires = "out")]
    plain: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct AddressArgs {
    /// The key file, not encrypted: 64 hex digits; - for stdin
    file: PathBuf,
    /// Fail unless it is the key that a gate passed (`op-warden gate --stamp`)
    #[arg(long, value_name = "FILE")]
    stamp: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &KeysCommand) -> anyhow::Result<ExitCode> {
    match command {
        KeysCommand::Generate(args) => generate(args)?,
        KeysCommand::Address(args) => address(args)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn generate(args: &GenerateArgs) -> anyhow::Result<()> {
    let recipients: Vec<_> =
        args.recipient.iter().map(|text| recipient::parse(text)).collect::<Result<_, _>>()?;
    let out = args.out.as_deref().map(NewFile::at).transpose()?;
    let key = SecretKey::generate().context("the operating system gives no randomness")?;
    let identity = Identity::from(&key);
    let content = keys::content(&key);
    let encrypted = if args.sops {
        out.as_ref().map(|out| sops::encrypt(out, &content)).transpose()?
    } else if args.plain {
        None
    } else {
        Some(recipient::encrypt(&recipients, &content)?)
    };
    warn_if_public(args, encrypted.as_deref());
    match (out, encrypted) {
        (None, Some(encrypted)) => return to_stdout(&identity, encrypted, args.json),
        (None, None) => anyhow::bail!("--out is missing"),
        (Some(out), Some(encrypted)) => out.write(&encrypted, Readers::Everybody)?,
        (Some(out), None) => out.write(&content, Readers::Owner)?,
    }
    let file = args.out.as_deref().map(|path| path.display().to_string()).unwrap_or_default();
    print(shown(&identity, args.json, ("file", &file))?)
}

/// The example of the project is encrypted for an identity that everybody has.
fn warn_if_public(args: &GenerateArgs, encrypted: Option<&[u8]>) {
    let public = keys::THROW_AWAY;
    let by_sops =
        args.sops && encrypted.is_some_and(|file| String::from_utf8_lossy(file).contains(public));
    if by_sops || args.recipient.iter().any(|recipient| recipient.trim() == public) {
        // Nothing is left to do if the terminal is gone.
        let _ = writeln!(
            stderr(),
            "op-warden: warning: encrypted for {public}, whose identity is published with the \
                project (secrets/throw-away.age): everybody can decrypt this key. Use it for \
                nothing of worth."
        );
    }
}

/// The encrypted file is what is piped on; the identity goes beside it.
fn to_stdout(identity: &Identity, encrypted: Vec<u8>, json: bool) -> anyhow::Result<()> {
    if json {
        let encrypted = String::from_utf8(encrypted).context("age wrote no text")?;
        return print(shown(identity, json, ("encrypted", &encrypted))?);
    }
    stdout().write_all(&encrypted).context("cannot write the encrypted key")?;
    // Nothing is left to do if the terminal is gone.
    let _ = writeln!(stderr(), "{}", text(identity));
    Ok(())
}

/// The key of a file that was given on the command line.
pub(crate) fn from_file(path: &Path) -> anyhow::Result<SecretKey> {
    SecretKey::from_file(path)
        .with_context(|| format!("cannot use the key file {}", path.display()))
}

fn address(args: &AddressArgs) -> anyhow::Result<()> {
    let key = if args.file == Path::new("-") {
        read(stdin(), "stdin")?
    } else {
        let shown = args.file.display().to_string();
        anyhow::ensure!(
            SecretKey::from_hex(shown.trim().as_bytes()).is_err(),
            "expected a file, found a private key: other users and the shell's history may have seen it. Give a \
                file, or - to read it from stdin; use this key for nothing of worth"
        );
        let file = file::open(&args.file).with_context(|| {
            format!("cannot read {shown} (op-warden keys address - reads from a pipe)")
        })?;
        read(file, &shown)?
    };
    let identity = Identity::from(&key);
    if let Some(stamp) = &args.stamp {
        is_stamped(&identity, stamp)?;
    }
    print_either(args.json, &identity, text(&identity))
}

/// Between a gate and the start of its service the file may have become another.
fn is_stamped(identity: &Identity, stamp: &Path) -> anyhow::Result<()> {
    let passed = file::read(stamp, MAX_STAMP)
        .with_context(|| format!("cannot read the stamp {}", stamp.display()))?;
    let passed = String::from_utf8_lossy(&passed);
    anyhow::ensure!(
        passed.trim() == identity.address.to_string(),
        "the key is that of {}, but the gate passed that of {} ({}): the key file was changed in \
            between. Nothing was started; the next start is judged anew.",
        identity.address,
        clean(passed.trim()),
        stamp.display()
    );
    Ok(())
}

fn read(mut from: impl Read, name: &str) -> anyhow::Result<SecretKey> {
    // Never grows: growing would leave copies that nothing zeroes.
    let mut buffer = Zeroizing::new([0_u8; 4096]);
    let mut length = 0;
    while length < buffer.len() {
        match from.read(&mut buffer[length..]).with_context(|| format!("cannot read {name}"))? {
            0 => break,
            more => length += more,
        }
    }
    let text = buffer[..length].trim_ascii();
    let encrypted = text.starts_with(b"{")
        || text.starts_with(b"age-encryption")
        || text.starts_with(b"-----BEGIN AGE");
    anyhow::ensure!(
        !encrypted,
        "{name} is encrypted; decrypt it into a pipe: sops decrypt FILE (or age -d -i IDENTITY \
            FILE) | op-warden keys address -"
    );
    SecretKey::from_hex(text).with_context(|| format!("{name} is no key file"))
}

fn text(Identity { address, peer_id, enode_id }: &Identity) -> String {
    format!("address   {address}\npeer id   {peer_id}\nenode id  {enode_id}")
}

fn shown(identity: &Identity, json: bool, (name, value): (&str, &str)) -> anyhow::Result<String> {
    if !json {
        return Ok(format!("{}\n{name:<8}  {value}", text(identity)));
    }
    let mut report = json!(identity);
    report[name] = json!(value);
    Ok(serde_json::to_string_pretty(&report)?)
}
