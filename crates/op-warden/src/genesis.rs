//! `op-warden genesis`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use op_chain::genesis::{Fallback, GenesisBlock};
use op_chain::rollup::RollupConfig;
use op_gate::read::files;
use serde_json::json;

use crate::output::{WRONG, print_either};

#[derive(Subcommand)]
pub(crate) enum GenesisCommand {
    /// Computes the block hash of a genesis.json
    #[command(after_help = "Example: op-warden genesis hash genesis.json --rollup rollup.json")]
    Hash {
        /// The genesis.json
        file: PathBuf,
        /// Compare with this rollup.json: exit 0 if it names the same hash, else 255
        #[arg(long, value_name = "FILE")]
        rollup: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(command: &GenesisCommand) -> anyhow::Result<ExitCode> {
    match command {
        GenesisCommand::Hash { file, rollup, json } => hash(file, rollup.as_deref(), *json),
    }
}

fn hash(file: &Path, rollup: Option<&Path>, json: bool) -> anyhow::Result<ExitCode> {
    let rollup: Option<RollupConfig> = rollup.map(files::rollup).transpose()?;
    let fallback = rollup
        .as_ref()
        .map(|rollup| Fallback { chain_id: rollup.l2_chain_id, forks: rollup.forks.clone() });
    let block = GenesisBlock::from_file(file, fallback.as_ref())
        .with_context(|| format!("{} has no hash", file.display()))?;
    let expected = rollup.map(|rollup| rollup.genesis.l2.hash);
    let equal = expected.is_none_or(|expected| expected == block.hash);
    let report = json!({
        "hash": block.hash, "stateRoot": block.header.state_root, "timestamp": block.header.timestamp,
        "chainId": block.chain_id, "rollupHash": expected, "equal": expected.map(|_| equal),
    });
    print_either(json, &report, block.hash)?;
    if let Some(expected) = expected.filter(|_| !equal && !json) {
        anyhow::bail!(
            "rollup.json names another genesis block: {expected}. The two files are not of one \
                chain, or one was edited."
        );
    }
    Ok(if equal { ExitCode::SUCCESS } else { ExitCode::from(WRONG) })
}
