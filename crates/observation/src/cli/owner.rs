//! `ec-observe owner`.

use std::process::ExitCode;

use alloy_primitives::Address;
use clap::Subcommand;
use serde_json::json;

use super::chain::{KeyArgs, LedgerArgs};
use super::output::print;

#[derive(Subcommand)]
pub(super) enum OwnerCommand {
    /// Shows who owns the registry, and whom it is offered to
    #[command(after_help = "Example: ec-observe owner show --ledger deployment.json")]
    Show {
        #[command(flatten)]
        ledger: LedgerArgs,
    },
    /// Offers the registry; the zero address takes an offer back
    #[command(
        after_help = "Example: ec-observe owner offer 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --ledger deployment.json --key-file owner.key"
    )]
    Offer {
        to: Address,
        #[command(flatten)]
        ledger: LedgerArgs,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Takes the registry that was offered to the account
    #[command(
        after_help = "Example: ec-observe owner accept --ledger deployment.json --key-file next.key"
    )]
    Accept {
        #[command(flatten)]
        ledger: LedgerArgs,
        #[command(flatten)]
        key: KeyArgs,
    },
}

pub(super) async fn run(command: &OwnerCommand) -> anyhow::Result<ExitCode> {
    let ledger = match command {
        OwnerCommand::Show { ledger } => ledger.open().await?,
        OwnerCommand::Offer { to, ledger, key } => {
            let (ledger, account) = ledger.open_with(key).await?;
            ledger.offer(&account, *to).await?;
            ledger
        }
        OwnerCommand::Accept { ledger, key } => {
            let (ledger, account) = ledger.open_with(key).await?;
            ledger.accept(&account).await?;
            ledger
        }
    };
    let (owner, offered) = ledger.owners().await?;
    let offered = (!offered.is_zero()).then_some(offered);
    print(json!({"registry": ledger.registry, "owner": owner, "offeredTo": offered}))?;
    Ok(ExitCode::SUCCESS)
}
