//! `op-warden prestate`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use op_chain::prestate::Prestate;
use serde_json::json;

use crate::output::print_either;

#[derive(Subcommand)]
pub(crate) enum PrestateCommand {
    /// Computes the hash of a state of the fault proof VM
    #[command(after_help = "Example: op-warden prestate hash prestate.bin.gz")]
    Hash {
        /// The state, .bin.gz or .bin as cannon writes it
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(command: &PrestateCommand) -> anyhow::Result<ExitCode> {
    match command {
        PrestateCommand::Hash { file, json } => hash(file, *json),
    }
}

fn hash(file: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let state =
        Prestate::from_file(file).with_context(|| format!("{} has no hash", file.display()))?;
    let report = json!({
        "hash": state.hash, "stateVersion": state.state_version, "step": state.step,
        "exited": state.exited,
    });
    print_either(json, &report, state.hash)?;
    Ok(ExitCode::SUCCESS)
}
