//! `op-warden bootstrap`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use op_bootstrap::adopt::{Options, Step, adopt};
use op_bootstrap::intent::{Meant, lint, passes, report};
use op_util::file;
use serde_json::json;

use crate::output::{WRONG, print_either};

/// The largest intent.toml that is read.
const MAX_INTENT: u64 = 1 << 20;

#[derive(Subcommand)]
pub(crate) enum BootstrapCommand {
    /// Says what is wrong with an op-deployer intent, before anything is paid
    #[command(
        after_help = "Example: op-warden bootstrap lint .deployer/intent.toml --chain 20260619\n\nKnows what op-deployer \
            stops with, early or after it has paid, and what it lets through and chains were lost by: premined balances, \
            published accounts, an id whose hex is not its decimal.\n\nExit codes: 0 it may be applied, 255 it may not, and for \
            every other error."
    )]
    Lint(LintArgs),
    /// Takes a chain over that op-deployer has deployed: its files made, verified on L1, locked
    #[command(
        after_help = "Example: op-warden bootstrap adopt .deployer --dir chain --l1 https://l1.example\n\nThe work directory is \
            never changed. genesis.json and rollup.json come into the folder chain/ of --dir, a configuration for `bundle create` \
            beside it. What was done is recorded in bootstrap.json, and done again only where its result is not as it was left. A \
            locked chain keeps its genesis: another one is refused.\n\nExit codes: 0 locked, 75 something cannot be read yet, 255 it \
            is refused, and for every other error."
    )]
    Adopt(AdoptArgs),
}

#[derive(Args)]
pub(crate) struct LintArgs {
    /// The intent.toml
    file: PathBuf,
    /// The chain id that is meant, in decimal
    #[arg(long, value_name = "ID")]
    chain: Option<u64>,
    /// The chain id of the L1 that is meant
    #[arg(long, value_name = "ID")]
    l1_chain: Option<u64>,
    /// Nobody else can send transactions to the L1
    #[arg(long)]
    private_l1: bool,
    /// op-deployer is older than 0.7
    #[arg(long)]
    before_0_7: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct AdoptArgs {
    /// The work directory of op-deployer
    deployment: PathBuf,
    /// The chain's folder
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// JSON-RPC of L1
    #[arg(long, value_name = "URL")]
    l1: String,
    /// Nobody else can send transactions to the L1
    #[arg(long)]
    private_l1: bool,
    /// The program, of the release that made the deployment [default: on PATH]
    #[arg(long, value_name = "FILE", default_value = "op-deployer")]
    op_deployer: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(command: &BootstrapCommand) -> anyhow::Result<ExitCode> {
    match command {
        BootstrapCommand::Lint(args) => lint_intent(args),
        BootstrapCommand::Adopt(args) => take_over(args).await,
    }
}

fn lint_intent(args: &LintArgs) -> anyhow::Result<ExitCode> {
    let text = file::read(&args.file, MAX_INTENT)
        .with_context(|| format!("cannot read {}", args.file.display()))?;
    let meant = Meant {
        l1_chain_id: args.l1_chain,
        l2_chain_id: args.chain,
        private: args.private_l1,
        before_0_7: args.before_0_7,
    };
    let findings = lint(&String::from_utf8_lossy(&text), &meant);
    let passed = passes(&findings);
    print_either(args.json, &json!({"passes": passed, "findings": findings}), report(&findings))?;
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::from(WRONG) })
}

async fn take_over(args: &AdoptArgs) -> anyhow::Result<ExitCode> {
    let options = Options {
        deployment: args.deployment.clone(),
        dir: args.dir.clone(),
        l1: args.l1.clone(),
        private: args.private_l1,
        op_deployer: args.op_deployer.clone(),
    };
    let adopted = adopt(&options).await?;
    let line = |step: &Step| {
        let done = if step.skipped { "done before" } else { "done" };
        format!("{:8}{done:12}{}\n", step.name, step.found)
    };
    let lines: String = adopted.steps.iter().map(line).collect();
    let findings = adopted.judgement.as_ref().map(op_gate::report::service).unwrap_or_default();
    let end = if adopted.locked {
        format!("the chain {} is locked", adopted.l2_chain_id)
    } else {
        format!("the chain {} is not locked yet", adopted.l2_chain_id)
    };
    print_either(args.json, &adopted, format_args!("{lines}{findings}{end}"))?;
    Ok(adopted.answer().exit_code())
}
