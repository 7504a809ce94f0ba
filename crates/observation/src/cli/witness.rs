//! `ec-observe witness`.

use std::process::ExitCode;

use alloy_primitives::Address;
use clap::{Args, Subcommand};
use serde_json::json;

use super::chain::{KeyArgs, LedgerArgs};
use super::output::{NO, print, say};
use crate::ledger::Change;

const ADD_HELP: &str = "\
Example: ec-observe witness add 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --quorum 2 \
--rpc http://127.0.0.1:8545 --ledger deployment.json --key-file owner.key";

const REMOVE_HELP: &str = "\
Example: ec-observe witness remove 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --quorum 2 \
--rpc http://127.0.0.1:8545 --ledger deployment.json --key-file owner.key";

const REPLACE_HELP: &str = "\
Example: ec-observe witness replace 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 \
0x90F79bf6EB2c4f870365E785982E1f101E93b906 --rpc http://127.0.0.1:8545 --ledger deployment.json --key-file owner.key";

const QUORUM_HELP: &str = "\
Example: ec-observe witness quorum 3 --rpc http://127.0.0.1:8545 --ledger deployment.json --key-file owner.key";

#[derive(Subcommand)]
pub(super) enum WitnessCommand {
    /// Adds a witness: it counts with what it attests from then on
    #[command(after_help = ADD_HELP)]
    Add(ChangeArgs),
    /// Removes a witness: its attestations no longer count for what is not final
    #[command(after_help = REMOVE_HELP)]
    Remove(ChangeArgs),
    /// Puts one witness in the place of another; the quorum stays
    #[command(after_help = REPLACE_HELP)]
    Replace {
        /// Who is a witness
        gone: Address,
        /// Who is none yet
        come: Address,
        #[command(flatten)]
        by: OwnerArgs,
    },
    /// Sets how many witnesses make an observation final
    #[command(after_help = QUORUM_HELP)]
    Quorum {
        #[arg(value_name = "N")]
        quorum: u32,
        #[command(flatten)]
        by: OwnerArgs,
    },
}

#[derive(Args)]
pub(super) struct ChangeArgs {
    /// Its address
    witness: Address,
    /// How many witnesses make an observation final from then on
    #[arg(long, value_name = "N")]
    quorum: u32,
    #[command(flatten)]
    by: OwnerArgs,
}

#[derive(Args)]
pub(super) struct OwnerArgs {
    #[command(flatten)]
    ledger: LedgerArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: &WitnessCommand) -> anyhow::Result<ExitCode> {
    let (WitnessCommand::Add(ChangeArgs { by: args, .. })
    | WitnessCommand::Remove(ChangeArgs { by: args, .. })
    | WitnessCommand::Replace { by: args, .. }
    | WitnessCommand::Quorum { by: args, .. }) = command;
    let (ledger, owner) = args.ledger.open_with(&args.key).await?;
    let change = match command {
        WitnessCommand::Add(it) => ledger.add_witness(&owner, it.witness, it.quorum).await?,
        WitnessCommand::Remove(it) => ledger.remove_witness(&owner, it.witness, it.quorum).await?,
        WitnessCommand::Replace { gone, come, .. } => {
            ledger.replace_witness(&owner, *gone, *come).await?
        }
        WitnessCommand::Quorum { quorum, .. } => ledger.set_quorum(&owner, *quorum).await?,
    };
    let set = ledger.set().await?;
    let due = match change {
        Change::Made => None,
        Change::Announced { due } => Some(due),
    };
    if args.json {
        let (members, quorum, epoch) = (set.members, set.quorum, set.epoch);
        print(json!({"members": members, "quorum": quorum, "epoch": epoch, "due": due}))?;
    } else {
        print(format_args!("{} witnesses, a quorum is {}", set.members, set.quorum))?;
    }
    let Some(due) = due else { return Ok(ExitCode::SUCCESS) };
    say(format_args!(
        "the change is announced, not made: run the same command again when the chain's time is {due} (seconds since \
         1970) or up to 14 days later"
    ));
    Ok(ExitCode::from(NO))
}
