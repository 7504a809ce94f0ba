//! `op-warden prove`.

use std::{process::ExitCode, time::Duration};

use anyhow::Context;
use clap::Subcommand;
use op_chain::rpc::Rpc;
use serde_json::json;

use super::print;
use crate::prove::heads::{self, Verdict};

#[derive(Subcommand)]
pub(super) enum ProveCommand {
    /// Compares every block of followers with a reference
    #[command(
        after_help = "Example: op-warden prove heads --reference http://127.0.0.1:8545 --follower http://127.0.0.1:8645\n\nExit codes: 0 equal, 1 diverged, 2 behind, 3 unknown (of several followers: diverged before unknown before behind)."
    )]
    Heads {
        /// JSON-RPC of the engine to compare with
        #[arg(long, value_name = "URL")]
        reference: String,
        /// JSON-RPC of an engine to compare; may be repeated
        #[arg(long = "follower", value_name = "URL", required = true)]
        followers: Vec<String>,
        /// First block
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// Last block [default: the reference's head]
        #[arg(long)]
        to: Option<u64>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(command: &ProveCommand) -> anyhow::Result<ExitCode> {
    match command {
        ProveCommand::Heads { reference, followers, from, to, json } => {
            compare_heads(reference, followers, *from, *to, *json).await
        }
    }
}

async fn compare_heads(
    reference: &str,
    followers: &[String],
    from: u64,
    to: Option<u64>,
    json: bool,
) -> anyhow::Result<ExitCode> {
    const PATIENCE: Duration = Duration::from_secs(30);
    let reference = Rpc::new(reference, PATIENCE).context("--reference")?;
    let mut verdicts = Vec::new();
    for url in followers {
        let follower = Rpc::new(url, PATIENCE).context("--follower")?;
        let verdict = heads::compare(&reference, &follower, from, to).await;
        if !json {
            print(format_args!("{}: {verdict}", follower.shown()))?;
        }
        verdicts.push((follower.shown(), verdict));
    }
    if json {
        let report: Vec<_> = verdicts
            .iter()
            .map(|(follower, verdict)| json!({"follower": follower, "result": verdict}))
            .collect();
        let report = json!({"reference": reference.shown(), "followers": report});
        print(serde_json::to_string_pretty(&report)?)?;
    }
    let severity = |verdict: &Verdict| match verdict {
        Verdict::Equal { .. } => 0,
        Verdict::Behind { .. } => 1,
        Verdict::Unknown { .. } => 2,
        Verdict::Diverged { .. } => 3,
    };
    let worst = verdicts.iter().map(|(_, verdict)| verdict).max_by_key(|verdict| severity(verdict));
    Ok(ExitCode::from(worst.map_or(3, Verdict::exit_code)))
}
