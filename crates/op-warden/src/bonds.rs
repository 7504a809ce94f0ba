//! `op-warden bonds`.

use std::collections::BTreeMap;
use std::io::{Write as _, stderr};
use std::time::{Duration, UNIX_EPOCH};
use std::{path::PathBuf, process::ExitCode};

use alloy_primitives::{Address, U256};
use anyhow::ensure;
use clap::Args;

use crate::CONFIG;
use eth_rpc::{fees::parse_gwei, units::ether};
use op_gate::config::Config;
use op_tools::bonds::{self, Bond, Claimed, Place};
use serde_json::json;

use crate::{keys, output::print};

#[derive(Args)]
pub(crate) struct BondsArgs {
    /// The configuration: L1, the factory, proposer and challenger
    #[arg(long, value_name = "FILE", default_value = CONFIG)]
    config: PathBuf,
    /// Whose bonds; may be repeated [default: those of the proposer's and the challenger's keys, and
    /// whom the challenger claims for]
    #[arg(long = "recipient", value_name = "ADDRESS")]
    recipients: Vec<Address>,
    /// Claim what can be claimed, and begin the delay of what can be unlocked
    #[arg(long, requires = "key")]
    claim: bool,
    /// File with the key of any account that has ETH on L1: it pays for gas
    #[arg(long, value_name = "FILE", requires = "claim")]
    key: Option<PathBuf>,
    /// The gas price that is paid at most: where L1 asks for more, nothing is sent
    #[arg(long, value_name = "GWEI", default_value = "500", value_parser = parse_gwei)]
    max_fee: u128,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: &BondsArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.config)?;
    let key = args.key.as_deref().map(keys::from_file).transpose()?;
    let recipients = if args.recipients.is_empty() {
        bonds::recipients(&config).into_iter().collect()
    } else {
        args.recipients.clone()
    };
    ensure!(
        !recipients.is_empty(),
        "the configuration has no proposer or challenger whose key can be read: name --recipient"
    );
    let found = bonds::read(&config, &recipients).await?;
    let claimed = match key.filter(|_| args.claim) {
        Some(key) => bonds::claim(&config, &found, &key, args.max_fee, tell).await?,
        None => Vec::new(),
    };
    let failed = claimed.iter().any(|claim| !claim.succeeded);
    if args.json {
        let document = json!({"recipients": recipients, "bonds": found, "claimed": claimed});
        print(serde_json::to_string_pretty(&document)?)?;
    } else {
        show(&recipients, &found, args.claim)?;
    }
    Ok(ExitCode::from(u8::from(failed)))
}

fn tell(claim: &Claimed) {
    let what = match (claim.succeeded, claim.paid) {
        (false, _) => "failed",
        (true, true) => "paid",
        (true, false) => "unlocked, its delay begins",
    };
    let amount = ether(claim.amount);
    // Nothing is left to do if the terminal is gone.
    let _ = writeln!(
        stderr(),
        "{amount} ETH of game {} to {}: {what} ({})",
        claim.game,
        claim.recipient,
        claim.transaction
    );
}

fn show(recipients: &[Address], found: &[Bond], claimed: bool) -> anyhow::Result<()> {
    for recipient in recipients {
        let own: Vec<&Bond> = found.iter().filter(|bond| bond.recipient == *recipient).collect();
        print(format_args!("{recipient}: {} ETH in {} games", sum(&own), own.len()))?;
        let mut places: BTreeMap<&str, Vec<&Bond>> = BTreeMap::new();
        for bond in own {
            places.entry(bond.place.name()).or_default().push(bond);
        }
        for (name, bonds) in places {
            let more = more(&bonds);
            print(format_args!(
                "  {name:<10}  {} ETH in {} games{more}",
                sum(&bonds),
                bonds.len()
            ))?;
        }
    }
    let movable: Vec<&Bond> = found.iter().filter(|bond| bond.place.moves()).collect();
    if !claimed && !movable.is_empty() {
        print(format_args!(
            "{} ETH can be claimed or unlocked now: --claim --key FILE, with any funded key",
            sum(&movable)
        ))?;
    }
    Ok(())
}

fn sum(bonds: &[&Bond]) -> String {
    ether(bonds.iter().map(|bond| bond.amount).sum::<U256>())
}

/// From when the first is free, or why the first is not.
fn more(bonds: &[&Bond]) -> String {
    match bonds.iter().map(|bond| &bond.place).min() {
        Some(Place::Held { until }) => {
            let until = UNIX_EPOCH + Duration::from_secs(*until);
            format!(", the first until {}", humantime::format_rfc3339_seconds(until))
        }
        Some(Place::Locked { why }) => format!(", the first says: {why}"),
        _ => String::new(),
    }
}
