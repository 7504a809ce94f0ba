//! `ec-observe rail`.

use std::process::ExitCode;

use alloy_primitives::{Address, B256, keccak256};
use alloy_sol_types::SolValue as _;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use op_util::foreign::clean;
use serde_json::json;

use super::chain::{KeyArgs, LedgerArgs};
use super::output::{NO, print};
use crate::entry::chunk_hash as hash_of;

#[derive(Subcommand)]
pub(super) enum RailCommand {
    /// Stores a pointer in the place of the earlier one of that name
    #[command(
        after_help = "Example: ec-observe rail store ch05/14h MANIFEST moq://archive/ch05/14h.json --ledger deployment.json --key-file publisher.key"
    )]
    Store {
        #[command(flatten)]
        name: NameArgs,
        /// What is to be found: its hash of 64 hex digits, or any other text, which is hashed
        manifest: String,
        /// Where it is to be found
        locator: String,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Links a pointer to the final observation of a stream's epoch
    #[command(
        after_help = "Example: ec-observe rail link ch05/14h --stream ch05/video --epoch 2026-11-26T14 --ledger deployment.json --key-file publisher.key"
    )]
    Link {
        #[command(flatten)]
        name: NameArgs,
        #[arg(long)]
        stream: String,
        #[arg(long)]
        epoch: String,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Shows a publisher's pointer; exit code 1 if there is none
    #[command(
        after_help = "Example: ec-observe rail show ch05/14h --publisher 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --ledger deployment.json"
    )]
    Show {
        #[command(flatten)]
        name: NameArgs,
        #[arg(long, value_name = "ADDRESS")]
        publisher: Address,
    },
}

#[derive(Args)]
pub(super) struct NameArgs {
    /// The publisher's name for the pointer: a key of 64 hex digits, or any other text, which is hashed
    name: String,
    #[command(flatten)]
    ledger: LedgerArgs,
    /// The rail [default: that of the file of --ledger]
    #[arg(long, value_name = "ADDRESS")]
    rail: Option<Address>,
}

pub(super) async fn run(command: &RailCommand) -> anyhow::Result<ExitCode> {
    let (RailCommand::Store { name, .. }
    | RailCommand::Link { name, .. }
    | RailCommand::Show { name, .. }) = command;
    let given = name.rail.or_else(|| name.ledger.rail());
    let rail = given.context("--ledger is an address: give --rail beside it")?;
    let key = hash_of(&name.name);
    match command {
        RailCommand::Store { manifest, locator, key: file, .. } => {
            let (ledger, account) = name.ledger.open_with(file).await?;
            ledger.check_rail(rail).await?;
            ledger.store((rail, &account), key, hash_of(manifest), locator).await?;
            print(format_args!("stored {key} of {}", account.address()))?;
        }
        RailCommand::Link { stream, epoch, key: file, .. } => {
            let (ledger, account) = name.ledger.open_with(file).await?;
            ledger.check_rail(rail).await?;
            let slot: B256 = keccak256((keccak256(stream), keccak256(epoch)).abi_encode());
            ledger.link((rail, &account), key, slot).await?;
            print(format_args!("linked {key} to the slot {slot}"))?;
        }
        RailCommand::Show { publisher, .. } => {
            let ledger = name.ledger.open().await?;
            ledger.check_rail(rail).await?;
            let pointer = ledger.pointer(rail, *publisher, key).await?;
            let Some(pointer) = pointer else { return Ok(ExitCode::from(NO)) };
            print(json!({
                "manifestHash": pointer.manifest_hash, "locatorHash": pointer.locator_hash,
                "locator": pointer.locator.as_deref().map(clean), "slot": pointer.slot,
            }))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
