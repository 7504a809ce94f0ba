//! `ec-observe smoke`.

use std::{
    env,
    ffi::OsString,
    path::PathBuf,
    process::{self, ExitCode},
};

use anyhow::Context as _;
use clap::Args;

use super::anvil;
use super::chain::{key, rpc};
use super::output::{NO, print, say};
use super::source::mapping;
use crate::smoke::{Archive, Chain, run as smoke};

const HELP: &str = "\
Examples:
  ec-observe smoke
  ec-observe smoke archive.jsonl --mapping mapping.json
  ec-observe smoke --rpc http://127.0.0.1:9545 --key-file owner.key

Deploys the contracts, lets three new witnesses derive from the archive and agree, and then tries what \
must be refused. With --rpc the account of --key-file pays: it needs ETH for some 20 million gas and 0.4 \
million for each observation at four times the present price; what the witnesses do not use of it is lost.

Exit codes: 0 if everything came out as expected, 1 if not, 2 for every error.";

#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct SmokeArgs {
    /// Files of JSON lines [default: an archive that is made up]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// File that says where a line has the fields of an entry: see `ec-observe headers --help`
    #[arg(long, value_name = "FILE", requires = "files")]
    mapping: Option<PathBuf>,
    /// Epochs of each of four streams that are made up
    #[arg(
        long,
        value_name = "N",
        default_value_t = 3,
        conflicts_with = "files",
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    epochs: u64,
    /// The anvil to start [default: the one on PATH, else the one that `cargo devnet build` installed]
    #[arg(long, value_name = "PROGRAM", conflicts_with = "url")]
    anvil: Option<PathBuf>,
    /// URL of a node of a chain that runs already [default: an anvil that is started for it]
    #[arg(long = "rpc", value_name = "URL", requires = "key_file")]
    url: Option<String>,
    /// File with the key of the account that pays there: 64 hex digits
    #[arg(long, value_name = "FILE", requires = "url")]
    key_file: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The command that starts an anvil which ends with this process.
fn tied(anvil: PathBuf) -> anyhow::Result<Vec<OsString>> {
    let own = env::current_exe().context("cannot find this program")?;
    let parent = process::id().to_string();
    Ok(vec![own.into(), "tied".into(), "--parent".into(), parent.into(), "--".into(), anvil.into()])
}

pub(super) async fn run(args: &SmokeArgs) -> anyhow::Result<ExitCode> {
    let chain = match (&args.url, &args.key_file) {
        (Some(url), Some(file)) => Chain::There(rpc(url)?, Box::new(key(file)?)),
        _ => Chain::Anvil(tied(args.anvil.clone().map_or_else(anvil::find, Ok)?)?),
    };
    let archive = if args.files.is_empty() {
        Archive::MadeUp(args.epochs)
    } else {
        Archive::Files(args.files.clone(), mapping(args.mapping.as_deref())?)
    };
    let report = smoke(chain, archive, |far| say(far)).await?;
    if args.json {
        print(serde_json::to_string_pretty(&report)?)?;
    } else {
        print(&report)?;
    }
    Ok(if report.passed() { ExitCode::SUCCESS } else { ExitCode::from(NO) })
}
