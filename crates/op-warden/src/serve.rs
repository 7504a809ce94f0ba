//! `op-warden serve`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use crate::CONFIG;

use op_health::serve;

#[derive(Args)]
pub(crate) struct ServeArgs {
    /// The configuration file; its "serve" says where to listen
    #[arg(long, value_name = "FILE", default_value = CONFIG)]
    config: PathBuf,
}

pub(crate) async fn run(args: &ServeArgs) -> anyhow::Result<ExitCode> {
    serve::run(&args.config).await?;
    Ok(ExitCode::SUCCESS)
}
