//! `op-warden upgrade`.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::{Args, Subcommand};
use op_gate::config::Config;
use op_tools::images::file::ImagesFile;
use op_tools::upgrade::{self, Weight, report};
use op_util::time::unix_now;

use crate::CONFIG;
use crate::output::print_either;

#[derive(Subcommand)]
pub(crate) enum UpgradeCommand {
    /// Says what lies between what runs and what is pinned; does nothing
    #[command(
        after_help = "Example: op-warden upgrade plan --config /etc/op-stack/op-warden.json --to \
            nix/stack/images.json\n\nWhat runs is what op-node and op-geth say, else what podman \
            says (to root), else the image of the configuration. op-reth says no release. Flags that are new, gone or have another default are what \
            --help of both images says, where podman has them.\n\nExit \
            codes: 0 nothing is to be done by hand, 1 something is or a service would not work, \
            255 error."
    )]
    Plan(PlanArgs),
}

#[derive(Args)]
pub(crate) struct PlanArgs {
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = CONFIG)]
    config: PathBuf,
    /// The list of images to go to, instead of those that the configuration pins
    #[arg(long, value_name = "IMAGES.JSON")]
    to: Option<PathBuf>,
    /// Seconds that a program may take to say what it is
    #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    timeout: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(command: &UpgradeCommand) -> anyhow::Result<ExitCode> {
    let UpgradeCommand::Plan(args) = command;
    let config = Config::load(&args.config)?;
    let to = args.to.as_deref().map(ImagesFile::load).transpose()?;
    let plan = upgrade::plan(&config, to.as_ref(), Duration::from_secs(args.timeout)).await?;
    print_either(args.json, &plan, report::text(&plan, unix_now()))?;
    Ok(match plan.weight() {
        Weight::Note => ExitCode::SUCCESS,
        Weight::Do | Weight::Stop => ExitCode::from(1),
    })
}
