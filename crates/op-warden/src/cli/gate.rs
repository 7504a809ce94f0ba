//! `op-warden gate` and `op-warden check`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::Args;

use super::{block_on, print};
use crate::{config::Config, gate, record::Record};

#[derive(Args)]
pub(super) struct GateArgs {
    /// The service, as the configuration names it
    service: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(super) struct CheckArgs {
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

pub(super) fn gate(args: &GateArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.common.config)?;
    let judgements = block_on(gate::run(&config, &[&args.service]))??;
    let judgement = judgements.first().context("the service was not judged")?;
    if args.common.json {
        print(serde_json::to_string_pretty(judgement)?)?;
    } else {
        print(gate::report::service(judgement).trim_end())?;
    }
    Ok(judgement.answer.exit_code())
}

pub(super) fn check(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.common.config)?;
    let names: Vec<&str> = config.services.keys().map(String::as_str).collect();
    anyhow::ensure!(!names.is_empty(), "the configuration has no services");
    let judgements = block_on(gate::run(&config, &names))??;
    if args.common.json {
        print(serde_json::to_string_pretty(&judgements)?)?;
    } else {
        print(gate::report::table(&judgements).trim_end())?;
    }
    let record = Record::now(judgements, gate::facts::accounts(&config));
    if let Some(output) = &args.output {
        record.write(output)?;
    }
    Ok(record.worst().exit_code())
}
