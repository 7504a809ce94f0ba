//! `op-warden purge`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::ensure;
use clap::Args;

use crate::output::{WRONG, print};
use op_tools::purge::{self, report};

#[derive(Args)]
pub(crate) struct PurgeArgs {
    /// Remove it; without this it is only listed
    #[arg(long)]
    yes: bool,
    /// What the NixOS module wrote down
    #[arg(long, value_name = "FILE", default_value = "/var/lib/op-stack/inventory.json")]
    inventory: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &PurgeArgs) -> anyhow::Result<ExitCode> {
    let report = purge::purge(&args.inventory, Path::new("/run"), args.yes)?;
    ensure!(
        !report.items.is_empty(),
        "there is no inventory {}: everything is removed, or the chain's stateDir was another folder. Then \
         give --inventory STATEDIR/inventory.json",
        args.inventory.display()
    );
    if args.json {
        print(serde_json::to_string_pretty(&report)?)?;
    } else {
        print(report::text(&report))?;
    }
    Ok(if report.complete { ExitCode::SUCCESS } else { ExitCode::from(WRONG) })
}
