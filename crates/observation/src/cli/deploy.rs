//! `ec-observe deploy`.

use std::{path::PathBuf, process::ExitCode};

use alloy_primitives::Address;
use clap::Args;

use super::chain::{KeyArgs, RpcArgs};
use super::output::{print, say};
use crate::ledger::{Plan, deploy};

const HELP: &str = "\
Example: ec-observe deploy --rpc http://127.0.0.1:8545 --key-file owner.key \
--witness 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --quorum 1

Writes the contracts' addresses before it deploys them. Interrupted, it continues when you run it again. \
Contracts that are there already must be as planned.";

#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct DeployArgs {
    #[command(flatten)]
    rpc: RpcArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// A witness; may be given several times
    #[arg(long = "witness", value_name = "ADDRESS", required = true)]
    witnesses: Vec<Address>,
    /// How many witnesses make an observation final: more than half of them
    #[arg(long, value_name = "N")]
    quorum: u32,
    /// Let a quorum be half of the witnesses or fewer, now and later
    #[arg(long)]
    allow_minority: bool,
    /// Time from the announcement of a change of the witnesses to the change: others see what comes. 0 for trials
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    change_delay: u64,
    /// Who changes the witnesses from then on [default: the account]
    #[arg(long, value_name = "ADDRESS")]
    owner: Option<Address>,
    /// How far an observation may lie in the future of its block, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 60_000)]
    max_future_ms: u64,
    /// File to write
    #[arg(long, value_name = "FILE", default_value = "deployment.json")]
    out: PathBuf,
}

pub(super) async fn run(args: &DeployArgs) -> anyhow::Result<ExitCode> {
    let account = args.key.open(args.rpc.open()?, None).await?;
    let plan = Plan {
        owner: args.owner.unwrap_or(account.address()),
        witnesses: args.witnesses.clone(),
        quorum: args.quorum,
        allow_minority: args.allow_minority,
        change_delay: args.change_delay,
        max_future_ms: args.max_future_ms,
    };
    let say_address = |name: &str, address| say(format_args!("{name:8} {address}"));
    let deployment = deploy(&account, &plan, &args.out, say_address).await?;
    print(serde_json::to_string_pretty(&deployment)?)?;
    Ok(ExitCode::SUCCESS)
}
