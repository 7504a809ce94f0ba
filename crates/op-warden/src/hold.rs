//! `op-warden hold` and `op-warden release`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::SystemTime;

use anyhow::{Context, bail, ensure};
use clap::Args;

use crate::CONFIG;
use crate::output::print;
use op_gate::config::Config;
use op_health::hold::{self, ALL, Hold};
use op_util::{foreign::said, time::unix_now};

#[derive(Args)]
pub(crate) struct HoldArgs {
    /// The service, as the configuration names it, or "all"; without one, what is held is listed
    service: Option<String>,
    /// Why, for whoever finds it stopped
    #[arg(long, value_name = "TEXT", requires = "service")]
    why: Option<String>,
    /// When it is let go by itself: 2h from now, or 2026-12-01T08:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time, requires = "service")]
    until: Option<u64>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct ReleaseArgs {
    /// The service, or "all" for what `hold all` held
    #[arg(required_unless_present = "due")]
    service: Option<String>,
    /// Let go whatever is held until a time that is over
    #[arg(long, conflicts_with = "service")]
    due: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Common {
    /// The configuration file; its "serve" names the folder
    #[arg(long, value_name = "FILE", default_value = CONFIG)]
    config: PathBuf,
}

pub(crate) fn hold(args: &HoldArgs) -> anyhow::Result<ExitCode> {
    let (config, folder) = read(&args.common.config)?;
    let Some(service) = &args.service else { return list(&config, &folder) };
    let units = units(&config, service)?;
    let why = args.why.as_deref().map(str::trim).filter(|why| !why.is_empty());
    let why = why.context("say why, for whoever finds it stopped: --why TEXT")?;
    ensure!(!why.contains(char::is_control), "--why is one line of text");
    let held = Hold { why: why.to_owned(), until: args.until };
    hold::hold(&folder, service, &held)
        .with_context(|| format!("cannot write to {}", folder.display()))?;
    systemctl(&["stop"], &units).with_context(|| {
        format!("{service} is held, so nothing starts it again, but it was not stopped")
    })?;
    print(format_args!("{service}: held and stopped: {held}"))?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn release(args: &ReleaseArgs) -> anyhow::Result<ExitCode> {
    let (config, folder) = read(&args.common.config)?;
    let services = match &args.service {
        Some(service) => vec![service.clone()],
        None => hold::due(&folder, unix_now())
            .with_context(|| format!("cannot read {}", folder.display()))?,
    };
    for service in services {
        let units = units(&config, &service);
        let was_held = hold::release(&folder, &service)
            .with_context(|| format!("cannot let {service} go in {}", folder.display()))?;
        if !was_held && args.service.is_some() {
            bail!("{service} is not held");
        }
        // The gate's answer is no concern of this command.
        systemctl(&["start", "--no-block"], &units?)
            .with_context(|| format!("{service} is not held any more, but was not started"))?;
        print(format_args!("{service}: let go and started"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn list(config: &Config, folder: &Path) -> anyhow::Result<ExitCode> {
    for service in config.services.keys() {
        if let Some(held) = hold::of(folder, service) {
            print(format_args!("{service}: {held}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> anyhow::Result<(Config, PathBuf)> {
    let config = Config::load(file)?;
    let folder = config.serve.as_ref().and_then(|serve| serve.hold.clone()).context(
        "the configuration's \"serve\" has no \"hold\": name the folder whose files hold services",
    )?;
    Ok((config, folder))
}

/// The units of a service, or of all: not their target, with which the health service and the timer that
/// ends holds would stop.
fn units<'a>(config: &'a Config, service: &str) -> anyhow::Result<Vec<&'a str>> {
    if service == ALL {
        let all = config.services.values();
        let units: Vec<_> = all.filter_map(|service| service.unit.as_deref()).collect();
        ensure!(!units.is_empty(), "the configuration has no unit of any service");
        return Ok(units);
    }
    let known = || config.services.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let found = config
        .services
        .get(service)
        .with_context(|| format!("no service is called {service:?}: {} or {ALL}", known()))?;
    let unit = found.unit.as_deref();
    Ok(vec![unit.with_context(|| format!("the configuration has no unit of {service}"))?])
}

fn systemctl(verb: &[&str], units: &[&str]) -> anyhow::Result<()> {
    let output = Command::new("systemctl")
        .args(verb)
        .args(units)
        .stdin(Stdio::null())
        .output()
        .context("cannot run systemctl")?;
    ensure!(output.status.success(), "systemctl {}: {}", verb.join(" "), said(&output.stderr));
    Ok(())
}

fn time(text: &str) -> Result<u64, &'static str> {
    const WRONG: &str = "not a time such as 2h or 2026-12-01T08:00:00Z";
    if let Ok(length) = humantime::parse_duration(text) {
        return Ok(unix_now().saturating_add(length.as_secs()));
    }
    let at = humantime::parse_rfc3339_weak(text).map_err(|_| WRONG)?;
    at.duration_since(SystemTime::UNIX_EPOCH).map(|since| since.as_secs()).map_err(|_| WRONG)
}
