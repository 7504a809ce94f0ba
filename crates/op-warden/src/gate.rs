//! `op-warden gate` and `op-warden check`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use crate::CONFIG;
use crate::output::{print, print_either};
use op_gate::told::{News, Told};
use op_gate::{Answer, Judgement, config::Config, read::accounts, record::Record, report};
use op_util::file;
use sd_notify::NotifyState;

#[derive(Args)]
pub(crate) struct GateArgs {
    /// The service, as the configuration names it
    service: String,
    #[command(flatten)]
    common: Common,
    /// On a pass, write the address of the judged key to this file, for `op-warden keys address`
    #[arg(long, value_name = "FILE")]
    stamp: Option<PathBuf>,
    /// Exit with 75 also where the answer is refuse: systemd then skips the unit, and does not fail it
    #[arg(long)]
    skip: bool,
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
    #[arg(long, value_name = "FILE", default_value = CONFIG)]
    config: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print only what differs from the judgement that this file remembers, and a line after an hour
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    told: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct RetryArgs {
    /// The services that were turned away
    #[arg(required = true)]
    services: Vec<String>,
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = CONFIG)]
    config: PathBuf,
    /// Folder of the files that their gates were given with --told
    #[arg(long, value_name = "FOLDER")]
    told: PathBuf,
}

pub(crate) async fn gate(args: &GateArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.common.config)
        .inspect_err(|error| status(&format!("refuse: {error}")))?;
    let judgements = op_gate::run(&config, &[&args.service]).await?;
    let judgement = judgements.first().context("the service was not judged")?;
    match &args.common.told {
        None => print_either(args.common.json, judgement, report::service(judgement).trim_end())?,
        Some(told) => tell(told, &judgements, |changed| {
            changed.iter().map(|judgement| report::service(judgement)).collect()
        })?,
    }
    status(&report::reason(judgement));
    if let (Some(stamp), Some(account), true) =
        (&args.stamp, judgement.account, judgement.answer.starts())
    {
        file::replace(stamp, format!("{account}\n").as_bytes())
            .with_context(|| format!("cannot write {}", stamp.display()))?;
    }
    let answer = judgement.answer;
    Ok(if args.skip && answer == Answer::Refuse { Answer::Wait } else { answer }.exit_code())
}

pub(crate) async fn check(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.common.config)?;
    let names: Vec<&str> = config.services.keys().map(String::as_str).collect();
    anyhow::ensure!(!names.is_empty(), "the configuration has no services");
    let judgements = op_gate::run(&config, &names).await?;
    match &args.common.told {
        None => print_either(args.common.json, &judgements, report::table(&judgements).trim_end())?,
        Some(told) => tell(told, &judgements, |changed| {
            report::table(&changed.into_iter().cloned().collect::<Vec<_>>())
        })?,
    }
    let record = Record::now(judgements, accounts(&config));
    if let Some(output) = &args.output {
        record.write(output)?;
    }
    Ok(record.worst().exit_code())
}

/// Whether a start may come to another end than the last one: a service passes now, or has another
/// judgement to tell, or has not told its own for an hour.
pub(crate) async fn retry(args: &RetryArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.config)?;
    let names: Vec<&str> = args.services.iter().map(String::as_str).collect();
    let judgements = op_gate::run(&config, &names).await?;
    let is_worth_it = |judgement: &Judgement| {
        let told = Told::read(&args.told.join(&judgement.service));
        judgement.answer.starts()
            || !matches!(told.news(std::slice::from_ref(judgement)), News::Nothing)
    };
    let answer = if judgements.iter().any(is_worth_it) { Answer::Pass } else { Answer::Wait };
    Ok(answer.exit_code())
}

/// For `systemctl status`, which shows of the log what this start wrote only.
fn status(text: &str) {
    // Without systemd, nobody asks for it.
    let _ = sd_notify::notify(&[NotifyState::Status(text)]);
}

/// Prints what is new, and remembers it.
fn tell(
    told: &Path,
    judgements: &[Judgement],
    in_full: impl FnOnce(Vec<&Judgement>) -> String,
) -> anyhow::Result<()> {
    let text = match Told::read(told).news(judgements) {
        News::Nothing => return Ok(()),
        News::Changed(changed) => in_full(changed),
        News::Unchanged => report::unchanged(judgements),
    };
    print(text.trim_end())?;
    // A full disk changes no judgement: it is only told again.
    Told::write(told, judgements)
        .or_else(|error| print(format!("cannot write {}: {error}", told.display())))
}
