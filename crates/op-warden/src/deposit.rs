//! `op-warden prove deposit`.

use std::io::{Write as _, stderr};
use std::path::PathBuf;
use std::{process::ExitCode, time::Duration};

use alloy_primitives::{Address, B256, U256};
use clap::Args;

use crate::CONFIG;
use eth_rpc::{fees::parse_gwei, units::parse_ether};
use serde_json::json;

use crate::{keys, output::print};
use op_gate::config::Config;
use op_prove::deposit::{self, Arrival, Chain, News, Outcome, Proof, Start};

/// For one request, all retries included.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Args)]
pub(crate) struct DepositArgs {
    /// The configuration: L1, rollup.json, the nodes
    #[arg(long, value_name = "FILE", default_value = CONFIG)]
    config: PathBuf,
    /// File with the key of an account that has ETH on L1
    #[arg(long, value_name = "FILE", required_unless_present = "transaction")]
    key: Option<PathBuf>,
    /// Who gets it on L2 [default: the account itself]
    #[arg(long, value_name = "ADDRESS", conflicts_with = "transaction")]
    to: Option<Address>,
    /// How much, in ETH
    #[arg(long, value_name = "ETH", default_value = "0.001", value_parser = parse_ether, conflicts_with = "transaction")]
    amount: U256,
    /// The gas price that is paid at most: where L1 asks for more, nothing is sent
    #[arg(long, value_name = "GWEI", default_value = "500", value_parser = parse_gwei, conflicts_with = "transaction")]
    max_fee: u128,
    /// Send nothing; look for the first deposit of this L1 transaction
    #[arg(long, value_name = "HASH", conflicts_with = "key")]
    transaction: Option<B256>,
    /// How long to wait for every node
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = humantime::parse_duration)]
    wait: Duration,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: &DepositArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.config)?;
    let key = args.key.as_deref().map(keys::from_file).transpose()?;
    let chain = Chain::of(&config, PATIENCE)?;
    let start = match (&key, args.transaction) {
        (_, Some(transaction)) => Start::Follow(transaction),
        (Some(key), None) => {
            let (to, amount) = (args.to.unwrap_or(key.address()), args.amount);
            Start::Send { key, to, amount, max_fee: args.max_fee }
        }
        (None, None) => anyhow::bail!("--key or --transaction is needed"),
    };
    let proof = deposit::prove(&chain, start, args.wait, progress()).await?;
    if args.json {
        let mut document = serde_json::to_value(&proof)?;
        document["outcome"] = json!(proof.outcome());
        print(serde_json::to_string_pretty(&document)?)?;
    } else {
        show(&proof)?;
    }
    Ok(ExitCode::from(proof.outcome().exit_code()))
}

/// Prints a line for each step. The hash comes before L1 has the transaction: an interrupted run can go on
/// with it.
fn progress() -> impl Fn(News<'_>) {
    let last = std::cell::RefCell::new(String::new());
    move |news| {
        let line = match news {
            News::Sending(transaction) => format!("L1 transaction {transaction}"),
            News::Seen(proof) => place(proof),
        };
        if *last.borrow() != line {
            // Nothing is left to do if the terminal is gone.
            let _ = writeln!(stderr(), "{line}");
            last.replace(line);
        }
    }
}

fn place(proof: &Proof) -> String {
    let Some(block) = proof.l1_block else { return "in no block of L1 yet".to_owned() };
    let count = proof.nodes.iter().filter(|node| node.arrival.is_there()).count();
    format!("in block {} of L1, on {count} of {} nodes", block.number, proof.nodes.len())
}

fn show(proof: &Proof) -> anyhow::Result<()> {
    let block = proof.l1_block.map_or_else(
        || "in no block".to_owned(),
        |block| format!("in block {} {}", block.number, block.hash),
    );
    print(format_args!("L1 transaction {} {block}", proof.l1_transaction))?;
    if let Some(transaction) = proof.l2_transaction {
        print(format_args!("L2 transaction {transaction}"))?;
    }
    for node in &proof.nodes {
        let name = &node.name;
        match &node.arrival {
            Arrival::Arrived { block } => {
                print(format_args!("{name}: arrived in block {} {}", block.number, block.hash))?;
            }
            Arrival::Failed { block } => {
                print(format_args!("{name}: failed in block {} {}", block.number, block.hash))?;
            }
            Arrival::Missing { waits } => print(format_args!("{name}: not there: {waits}"))?,
            Arrival::Unknown { reason } => print(format_args!("{name}: unknown: {reason}"))?,
        }
    }
    print(match proof.outcome() {
        Outcome::Arrived => "arrived in the same block on every node",
        Outcome::Diverged => "diverged: not the same everywhere, or failed",
        Outcome::Behind => "behind: not on every node within --wait; --transaction looks again",
        Outcome::Unknown => "unknown: not every node answers; --transaction looks again",
    })
}
