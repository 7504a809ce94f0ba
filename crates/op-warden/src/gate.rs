//! `op-warden gate` and `op-warden check`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::Args;

use crate::output::print_either;
use op_gate::{config::Config, read::accounts, record::Record, report};
use op_util::file;

#[derive(Args)]
pub(crate) struct GateArgs {
    /// The service, as the configuration names it
    service: String,
    #[command(flatten)]
    common: Common,
    /// On a pass, write the address of the judged key to this file, for `op-warden keys address`
    #[arg(long, value_name = "FILE")]
    stamp: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    common: Common,
    /// Also write the judgements to this file, for `op-warden serve`
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Args)]
struct Common {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn gate(args: &GateArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.common.config)?;
    let judgements = op_gate::run(&config, &[&args.service]).await?;
    let judgement = judgements.first().context("the service was not judged")?;
    print_either(args.common.json, judgement, report::service(judgement).trim_end())?;
    if let (Some(stamp), Some(account), true) =
        (&args.stamp, judgement.account, judgement.answer.starts())
    {
        file::replace(stamp, format!("{account}\n").as_bytes())
            .with_context(|| format!("cannot write {}", stamp.display()))?;
    }
    Ok(judgement.answer.exit_code())
}

pub(crate) async fn check(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.common.config)?;
    let names: Vec<&str> = config.services.keys().map(String::as_str).collect();
    anyhow::ensure!(!names.is_empty(), "the configuration has no services");
    let judgements = op_gate::run(&config, &names).await?;
    print_either(args.common.json, &judgements, report::table(&judgements).trim_end())?;
    let record = Record::now(judgements, accounts(&config));
    if let Some(output) = &args.output {
        record.write(output)?;
    }
    Ok(record.worst().exit_code())
}
