//! `op-warden maintenance`.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use crate::CONFIG;
use crate::output::print_either;
use op_gate::{command::duration, config::Config};
use op_health::maintenance;
use op_util::time::unix_now;

#[derive(Args)]
pub(crate) struct MaintenanceArgs {
    /// The configuration file; its "serve" names the file to announce it in
    #[arg(long, value_name = "FILE", default_value = CONFIG)]
    config: PathBuf,
    /// Announce it for this long from now on, 24h at most
    #[arg(long = "for", value_name = "TIME", value_parser = length, conflicts_with = "end")]
    length: Option<Duration>,
    /// End it
    #[arg(long)]
    end: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &MaintenanceArgs) -> anyhow::Result<ExitCode> {
    let serve = Config::load(&args.config)?.serve.context(
        "the configuration has no \"serve\": no health service would read the announcement",
    )?;
    let file = serve.maintenance.context(
        "the configuration's \"serve\" has no \"maintenance\": name the file to announce it in",
    )?;
    let now = unix_now();
    let until = match args.length {
        Some(length) => Some(maintenance::announce(&file, now, length)?),
        None if args.end => {
            maintenance::end(&file)?;
            None
        }
        None => {
            maintenance::read(&file)?;
            maintenance::until(&file, now)
        }
    };
    print_either(args.json, &json!({"until": until}), text(until, now))?;
    Ok(ExitCode::SUCCESS)
}

fn length(text: &str) -> Result<Duration, &'static str> {
    duration(text).ok_or("not a time such as 30m or 1h30m")
}

fn text(until: Option<u64>, now: u64) -> String {
    let Some(until) = until else { return "No maintenance is announced.".to_owned() };
    let minutes = (until - now).div_ceil(60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    let left = if hours == 0 { format!("{minutes}m") } else { format!("{hours}h{minutes:02}m") };
    format!(
        "Maintenance is announced for {left} more. Only dangerous alerts are raised until then."
    )
}
