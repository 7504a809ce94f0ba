//! `op-warden bundle`.

mod create;
mod verify;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use op_bundle::ssh::{PrivateKey, PublicKey};
use op_tools::keys::file::{NewFile, Readers};
use op_util::file;
use serde_json::json;

use crate::output::print_either;

/// The most of a public key's file that is read.
const MAX_KEY: u64 = 16 << 10;

#[derive(Subcommand)]
pub(crate) enum BundleCommand {
    /// Makes a key that signs bundles, and prints its public half
    #[command(
        after_help = "Example: op-warden bundle key --out keys/bundle\n\nThe file is OpenSSH's: `ssh-keygen -t ed25519` makes \
            the same, also on a token. Exit codes: 0, or 255 for every error."
    )]
    Key(KeyArgs),
    /// Makes a bundle of a chain's files: what everybody who follows the chain needs, signed
    #[command(
        after_help = "Example: op-warden bundle create bundle --config /etc/op-stack/op-warden.json --key keys/bundle \
            --url https://chain.example/bundle/ --peer /ip4/203.0.113.7/tcp/9222/p2p/16Uiu2…\n\nIts files are genesis.json.zst, \
            rollup.json, chain.json (contracts, versions, signer, peers, endpoints), join.txt, join.json, manifest.json and its \
            signature; every web server can publish the folder. Made again, it has the next serial number, unless nothing has \
            changed. A chain that was published keeps its genesis: another one is refused.\n\nWith a .pub file for --key nothing is \
            signed: ssh-keygen -Y sign does it, with a passphrase, an agent or a token.\n\nExit codes: 0, or 255 for every error."
    )]
    Create(create::CreateArgs),
    /// Makes a bundle only where the chain stands: lock before announce
    #[command(
        after_help = "Example: op-warden bundle publish bundle --config /etc/op-stack/op-warden.json --key keys/bundle\n\nThe table \
            says whether all gates pass, the batcher has posted, the safe head has moved, and one follower is equal by both paths.\n\n\
            Exit codes: 0 published, 75 the chain does not stand yet and nothing was written, 255 for every error."
    )]
    Publish(create::PublishArgs),
    /// Proves a bundle: signature, every byte, one chain
    #[command(
        after_help = "Example: op-warden bundle verify https://chain.example/bundle/ --key 'ssh-ed25519 AAAA…' --into \
            /var/lib/op-stack/bundle\n\nWith --into the files are kept there, genesis.json unpacked, and the next bundle must be a \
            later one of the same genesis. The key may be an older one that has handed over.\n\nExit codes: 0 proven, 75 it cannot \
            be read now, 255 it is wrong, and for every other error."
    )]
    Verify(verify::VerifyArgs),
}

#[derive(Args)]
pub(crate) struct KeyArgs {
    /// The file to write; an existing one is never overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(command: &BundleCommand) -> anyhow::Result<ExitCode> {
    match command {
        BundleCommand::Key(args) => key(args),
        BundleCommand::Create(args) => create::create(args).await,
        BundleCommand::Publish(args) => create::publish(args).await,
        BundleCommand::Verify(args) => verify::verify(args).await,
    }
}

fn key(args: &KeyArgs) -> anyhow::Result<ExitCode> {
    let file = NewFile::at(&args.out)?;
    let (key, text) = PrivateKey::generate("op-stack bundle")?;
    file.write(text.as_bytes(), Readers::Owner)?;
    let document = json!({"file": args.out.display().to_string(), "publicKey": key.public()});
    print_either(args.json, &document, key.public())?;
    Ok(ExitCode::SUCCESS)
}

/// A public key: its text, or the file that it stands in.
fn public(key: &str) -> anyhow::Result<PublicKey> {
    if let Ok(key) = key.parse() {
        return Ok(key);
    }
    let path = Path::new(key);
    if !path.is_file() {
        // Says what is wrong with the text.
        return key.parse().context("--key is neither a public key nor a file with one");
    }
    let text = file::read(path, MAX_KEY).with_context(|| format!("cannot read {key}"))?;
    let text = String::from_utf8_lossy(&text);
    text.parse().with_context(|| format!("{key} holds no public key"))
}
